"""The coach: the right move, at a gap, seldom; silence in all else."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.config import CoachSettings
from companion.events import (
    AnotherWanted,
    Driver,
    Escalation,
    Event,
    Paused,
    Prompt,
    PromptClosed,
    PromptEffect,
    SessionEnded,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    Utterance,
    Voice,
)
from companion.playbook import book
from companion.playbook.aftermath import SPOKEN as SPOKEN_FROM
from companion.playbook.coach import Coach
from companion.playbook.echo import resembles
from companion.terms import DRIVERS


@dataclass
class Talk:
    """Feeds a coach with a talk, a turn of 3 s every 4 s."""

    settings: CoachSettings = field(default_factory=CoachSettings)
    t: float = 0.0
    out: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.coach = Coach(book.load(), self.settings)
        self._level = 0

    def begin(self, **prep: str) -> Talk:
        self.out += self.coach.step(SessionStarted(source="live", started_unix=0.0, prep=prep))
        return self

    def close(self, outcome: str) -> Talk:
        self.out += self.coach.step(PromptClosed(t=self.t, id=self.prompts[-1].id, outcome=outcome))
        return self

    def level(self, level: int) -> Talk:
        self.out += self.coach.step(Escalation(t=self.t, level=level, previous=self._level, score=level / 3))
        self._level = level
        return self

    def turn(
        self, speaker: str, *drivers: str, score: float = 0.8, then_gap: bool = True, text: str = "words", **more
    ) -> Talk:
        self.out += self.coach.step(SpeechStarted(t=self.t, speaker=speaker, t0=self.t))
        self.t += 3.0
        self.out += self.coach.step(SpeechEnded(t=self.t, speaker=speaker, t1=self.t))
        if not then_gap:
            self.out += self.coach.step(SpeechStarted(t=self.t, speaker="me", t0=self.t))
        found = tuple(Driver(d, score) for d in drivers)
        self.out += self.coach.step(
            Utterance(t=self.t, t0=self.t - 3, t1=self.t, speaker=speaker, text=text, drivers=found, **more)
        )
        return self.wait(1.0)

    def wait(self, seconds: float) -> Talk:
        end = self.t + seconds
        while self.t < end:
            self.t += 0.25
            self.out += self.coach.tick(self.t)
        return self

    @property
    def effects(self) -> list[PromptEffect]:
        return [e for e in self.out if isinstance(e, PromptEffect)]

    @property
    def outcomes(self) -> list[str]:
        return [e.outcome for e in self.out if isinstance(e, PromptClosed)]

    @property
    def prompts(self) -> list[Prompt]:
        return [e for e in self.out if isinstance(e, Prompt)]


def test_a_calm_talk_is_left_alone_whatever_is_said() -> None:
    talk = Talk()
    for driver in DRIVERS:
        talk.turn("them", driver)
    assert talk.prompts == []


def test_a_tense_talk_is_left_alone_too() -> None:
    assert Talk().level(1).turn("them", "anger").turn("them", "threat").prompts == []


@pytest.mark.parametrize("driver", [d for d in DRIVERS if d != "defensive"])
def test_in_a_heated_talk_each_driver_gets_its_move(driver: str) -> None:
    shown = Talk().level(2).turn("them", driver).prompts
    assert [p.move for p in shown] == [book.load().drivers[driver][0]]
    assert shown[0].driver == driver
    assert shown[0].headline and shown[0].say and shown[0].why


def test_the_users_own_defending_calls_for_a_breath() -> None:
    shown = Talk().level(2).turn("me", "defensive").prompts
    assert [(p.move, p.kind) for p in shown] == [("stay_centred", "do")]


def test_so_does_a_pressed_voice_without_a_word_of_it() -> None:
    shown = Talk().level(2).turn("me", voice=Voice(3.0, 2.0, 1.2, settled=True)).prompts
    assert [p.move for p in shown] == ["stay_centred"]


def test_anger_in_the_words_counts_where_no_driver_was_recognised() -> None:
    assert [p.move for p in Talk().level(2).turn("them", emotions={"anger": 0.6}).prompts] == ["acknowledge"]


def test_it_never_speaks_into_the_users_own_sentence() -> None:
    talk = Talk().level(2).turn("them", "anger", then_gap=False)
    assert talk.prompts == []
    talk.out += talk.coach.step(SpeechEnded(t=talk.t, speaker="me", t1=talk.t))
    assert len(talk.prompts) == 1


def test_a_moment_that_found_no_gap_has_passed() -> None:
    talk = Talk().level(2).turn("them", "anger", then_gap=False).wait(15.0)
    talk.out += talk.coach.step(SpeechEnded(t=talk.t, speaker="me", t1=talk.t))
    assert talk.prompts == []


def test_the_same_move_is_not_said_twice_in_a_row() -> None:
    talk = Talk().level(2).turn("them", "anger").wait(20).turn("them", "anger")
    assert [p.move for p in talk.prompts] == ["acknowledge"], "silence is better than the second best so soon"
    talk.wait(25).turn("them", "anger")
    assert [p.move for p in talk.prompts] == ["acknowledge", "restart"]


def test_a_move_that_worked_may_come_again() -> None:
    talk = Talk().level(2).turn("them", "fear").wait(20).level(1).wait(20).level(2).turn("them", "fear")
    assert [p.move for p in talk.prompts] == ["reassure", "reassure"]
    assert talk.prompts[0].say != talk.prompts[1].say


def test_rising_heat_breaks_the_silence_once() -> None:
    talk = Talk().level(2).turn("them", "anger").wait(6).level(3).turn("them", "fear").turn("them", "threat")
    assert [p.move for p in talk.prompts] == ["acknowledge", "reassure"]


def test_what_waited_gives_way_to_the_words_that_made_it_rise() -> None:
    talk = Talk().level(2).turn("them", "fear").wait(5).turn("them", "objection")
    assert [p.driver for p in talk.prompts] == ["fear"], "too soon for another"
    talk.level(3).turn("them", "anger")
    assert [p.driver for p in talk.prompts] == ["fear", "anger"]


def test_what_waited_is_dropped_when_the_talk_recovers() -> None:
    talk = Talk().level(2).turn("them", "anger", then_gap=False)
    talk.level(0)
    talk.out += talk.coach.step(SpeechEnded(t=talk.t, speaker="me", t1=talk.t))
    assert talk.wait(10.0).prompts == []


def test_words_that_are_known_too_late_wait_for_the_next_gap() -> None:
    talk = Talk().level(2)
    talk.out += talk.coach.step(SpeechEnded(t=4.0, speaker="them", t1=4.0))
    late = Utterance(t=9.0, t0=1.0, t1=4.0, speaker="them", text="words", drivers=(Driver("anger", 0.8),))
    talk.out += talk.coach.step(late)
    talk.t = 9.0
    assert talk.wait(2.0).prompts == []
    talk.out += talk.coach.step(SpeechEnded(t=talk.t, speaker="me", t1=talk.t))
    assert [p.driver for p in talk.prompts] == ["anger"]


def test_a_pause_takes_the_prompt_away_and_what_waited_with_it() -> None:
    talk = Talk().level(2).turn("them", "anger")
    talk.out += talk.coach.step(Paused(t=talk.t))
    assert talk.outcomes == ["expired"]
    talk = Talk().level(2).turn("them", "anger", then_gap=False)
    talk.out += talk.coach.step(Paused(t=talk.t))
    talk.out += talk.coach.step(SpeechEnded(t=talk.t, speaker="me", t1=talk.t))
    assert talk.prompts == []


def test_a_feeling_that_broke_the_talk_after_an_attempt_calls_for_a_break() -> None:
    talk = Talk().level(2).turn("them", "threat").wait(20).level(3).turn("them", "anger")
    assert [p.move for p in talk.prompts] == ["look_beneath", "take_break"]


def test_demands_of_somebody_who_keeps_deceiving_are_not_answered_with_warmth() -> None:
    talk = Talk().level(2).turn("them", "bad_faith").wait(20).turn("them", "bad_faith").wait(25).turn("them", "demand")
    assert [p.move for p in talk.prompts] == ["walk_away", "stay_centred"]


def test_nor_are_they_while_the_talk_comes_down_but_nobody_is_shown_the_door_either() -> None:
    talk = Talk().level(2).turn("them", "bad_faith").wait(20).turn("them", "bad_faith").level(1).wait(20)
    before = len(talk.prompts)
    assert len(talk.turn("them", "demand", score=0.95).prompts) == before


def test_one_sign_of_bad_faith_leaves_a_demand_a_demand() -> None:
    talk = Talk().level(2).turn("them", "bad_faith").wait(20).turn("them", "demand")
    assert [p.move for p in talk.prompts] == ["walk_away", "value_them"]


def test_fear_of_what_others_will_do_is_treated_as_the_situation() -> None:
    talk = Talk().level(2).turn("them", "fear", "pressure")
    assert [p.move for p in talk.prompts] == ["name_the_situation"]


def test_a_feeling_in_passing_does_not_hold_back_what_the_turn_was_about() -> None:
    assert [p.move for p in Talk().level(2).turn("them", "impasse", "anger").prompts] == ["reframe"]


def test_long_heat_after_failed_attempts_calls_for_a_fresh_start() -> None:
    talk = Talk().level(2).turn("them", "anger").wait(50).turn("them", "threat").wait(50).turn("them", "hurt")
    assert [p.move for p in talk.prompts] == ["acknowledge", "look_beneath", "restart"]


@pytest.mark.parametrize("driver", ["fear", "objection", "demand"])
def test_repair_that_fails_again_and_again_calls_for_a_fresh_start_then_a_break(driver: str) -> None:
    talk = Talk().level(2).turn("them", "anger").wait(50).turn("them", "threat").wait(50)
    talk.turn("them", driver).wait(50).turn("them", driver)
    assert [p.move for p in talk.prompts] == ["acknowledge", "look_beneath", "restart", "take_break"]


def test_both_sides_reactive_for_long_call_for_a_break() -> None:
    talk = Talk().level(2).turn("them", "threat").wait(50).turn("me", "defensive").wait(50)
    talk.turn("them", "threat").turn("me", "defensive")
    assert talk.prompts[-1].move in ("restart", "take_break")
    talk = Talk().level(2).turn("them", "fear").wait(85).turn("them", "threat").wait(17).turn("me", "defensive")
    assert talk.prompts[-1].move == "take_break"


def test_a_feeling_is_heard_before_a_solution_is_sought() -> None:
    talk = Talk().level(1).turn("them", "anger").level(2).turn("them", "impasse")
    assert [p.move for p in talk.prompts] == ["acknowledge"]
    talk.wait(20).turn("them", "impasse")
    assert [p.move for p in talk.prompts] == ["acknowledge", "reframe"]


def test_nor_is_a_solution_offered_second_while_a_feeling_is_unheard() -> None:
    talk = Talk().level(2).turn("them", "demand").wait(4).turn("them", "anger").wait(38).turn("them", "demand")
    assert [p.move for p in talk.prompts] == ["value_them", "acknowledge"]


def test_a_talk_that_is_breaking_for_long_calls_for_a_graceful_exit() -> None:
    talk = Talk().level(3).turn("them", "anger").wait(50).turn("them", "anger")
    assert [p.move for p in talk.prompts] == ["acknowledge", "walk_away"]


def test_a_talk_that_recovers_is_left_alone() -> None:
    assert Talk().level(3).wait(1).level(2).turn("them", "anger").prompts == []


def test_milder_turns_count_as_recovery_while_the_level_still_lags() -> None:
    talk = Talk().level(2).turn("them", "anger").wait(40)
    assert len(talk.prompts) == 1
    talk.turn("them").wait(10).turn("them").wait(10).turn("me", "defensive").wait(10)
    assert len(talk.prompts) == 1
    assert len(talk.turn("them", "hurt").prompts) == 2


def test_in_the_aftermath_only_what_was_not_answered_yet() -> None:
    talk = Talk().level(2).turn("them", "hurt").wait(20).level(1).wait(20).turn("them", "hurt")
    assert [p.driver for p in talk.prompts] == ["hurt"]
    talk.turn("them", "fear")
    assert [p.driver for p in talk.prompts] == ["hurt", "fear"]


@pytest.mark.parametrize(("driver", "score", "moves"), [
    ("bad_faith", 0.95, []), ("pressure", 0.6, []), ("pressure", 0.95, ["name_the_situation"]),
])  # fmt: skip
def test_while_the_talk_comes_down_only_what_is_plain_and_never_the_exit(
    driver: str, score: float, moves: list[str]
) -> None:
    talk = Talk().level(2).turn("them", "fear").wait(20).level(1).wait(20).turn("them", driver, score=score)
    assert [p.move for p in talk.prompts[1:]] == moves


def test_a_prompt_leaves_when_its_moment_has_passed() -> None:
    talk = Talk().level(2).turn("them", "anger").wait(60)
    assert [e.outcome for e in talk.out if isinstance(e, PromptClosed)] == ["expired"]


def test_a_prompt_leaves_when_the_talk_has_calmed_down() -> None:
    talk = Talk().level(2).turn("them", "anger").wait(7).level(1).wait(1)
    assert any(isinstance(e, PromptClosed) for e in talk.out)


def test_what_was_dismissed_is_not_offered_again_soon() -> None:
    talk = Talk().level(2).turn("them", "hurt").close("dismissed")
    talk.wait(30).turn("them", "fear").wait(40).turn("them", "hurt")
    assert [p.move for p in talk.prompts] == ["own_it", "reassure", "restart"]


def test_a_key_that_is_pressed_twice_dismisses_once() -> None:
    once = Talk().level(2).turn("them", "hurt").close("dismissed")
    twice = Talk().level(2).turn("them", "hurt").close("dismissed").close("dismissed")
    for talk in (once, twice):
        talk.wait(27).turn("them", "fear")
    assert len(once.prompts) == len(twice.prompts) == 2


def test_a_prompt_stays_as_long_as_it_takes_to_read_it_although_the_talk_calms() -> None:
    talk = Talk().level(2).turn("them", "anger").level(0)
    shown = talk.prompts[0].t
    assert talk.wait(shown + 5.5 - talk.t).outcomes == []
    assert talk.wait(1.0).outcomes == ["expired"]


def test_another_move_waits_its_time_too() -> None:
    talk = Talk().level(2).turn("them", "hurt").wait(13).turn("them", "fear")
    assert talk.t - talk.prompts[0].t < 20.0
    assert len(talk.prompts) == 1
    assert len(talk.turn("them", "fear").prompts) == 2


def test_with_a_shorter_distance_a_prompt_still_stays_for_its_time() -> None:
    talk = Talk(CoachSettings(min_gap_s=1.0)).level(2).turn("them", "hurt").turn("them", "fear")
    assert len(talk.prompts) == 1
    assert len(talk.wait(3).turn("them", "fear").prompts) == 2


def test_the_seventh_within_an_hour_is_kept_back_until_the_hour_is_over() -> None:
    talk = Talk().level(2)
    for k in range(7):
        talk.turn("them", ("hurt", "fear")[k % 2]).wait(56)
    assert len(talk.prompts) == 6
    talk.wait(3600 - 7 * 60).turn("them", "objection")
    assert len(talk.prompts) == 7


def test_a_hurried_voice_calls_for_a_breath() -> None:
    shown = Talk().level(2).turn("me", voice=Voice(1.2, 1.0, 1.5, settled=True)).prompts
    assert [p.move for p in shown] == ["stay_centred"]
    assert Talk().level(2).turn("me", voice=Voice(0.5, 1.0, 1.5, settled=True)).prompts == []


def test_each_dismissal_makes_it_more_reserved_until_one_is_used() -> None:
    talk = Talk().level(2).turn("them", "hurt").close("dismissed").wait(20).turn("them", "fear")
    assert len(talk.prompts) == 1, "20 s are not enough after a dismissal"
    talk.wait(5).turn("them", "fear")
    assert len(talk.prompts) == 2
    talk.close("used").wait(20).turn("them", "threat")
    assert len(talk.prompts) == 3


SPOKEN = [
    ("This has clearly been hard on you, and I want to hear all of it.",
     "look this has obviously been really hard on you and i want to hear it all"),
    ("I hear how frustrating this is. Tell me what bothers you most.",
     "I can hear how frustrating it is. So tell me, what bothers you the most?"),
    ("We let you down there. I won't explain it away.", "We let you down. I'm not going to explain that away."),
    ("I should have called you first. That was a mistake.", "Yeah I should've called you first, that was my mistake"),
    ("Could we take ten minutes? I want to come back to this properly.",
     "Can we take ten minutes, I'd like to come back to that properly."),
    ("I don't see us agreeing today. I'd be glad to talk again later.",
     "I don't think we will agree today but I'd be happy to talk again later"),
    ("I think I began this badly. May we start over?", "I started this badly. Can we start over?"),
    ("Your experience here matters to me, and I should have said so.",
     "Your experience matters to me, I should have said that earlier"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "words"), SPOKEN)
def test_a_line_that_is_spoken_freely_is_recognised(line: str, words: str) -> None:
    assert resembles(line, words) >= SPOKEN_FROM
    others = [other for other, _ in SPOKEN if other != line]
    assert all(resembles(other, words) < SPOKEN_FROM for other in others)


@given(st.text(max_size=80), st.text(max_size=80))
def test_resemblance_is_a_share(line: str, words: str) -> None:
    assert 0.0 <= resembles(line, words) <= 1.0


def test_words_that_resemble_the_line_count_as_used_and_the_effect_is_told() -> None:
    talk = Talk().level(2).turn("them", "hurt")
    talk.turn("me", text=f"Yes. {talk.prompts[0].say}").wait(5).level(1).wait(60)
    assert talk.outcomes == ["used"]
    effect = talk.effects[0]
    assert (effect.used, effect.noticed, effect.before, effect.lowest, effect.after) == (True, "words", 2, 1, 1)
    assert effect.similarity >= SPOKEN_FROM
    assert effect.seconds == 60.0


def test_other_words_do_not() -> None:
    talk = Talk().level(2).turn("them", "hurt").turn("me", text="The contract says next business day.").wait(60)
    assert "used" not in talk.outcomes
    assert [(e.used, e.noticed) for e in talk.effects] == [(False, "")]


def test_the_key_is_told_as_such_and_the_end_leaves_no_effect_out() -> None:
    talk = Talk().level(2).turn("them", "hurt").close("used").wait(10)
    talk.out += talk.coach.step(SessionEnded(t=talk.t, reason="user"))
    assert [(e.used, e.noticed, round(e.seconds)) for e in talk.effects] == [(True, "key", 11)]


def test_a_prompt_that_was_answered_and_talked_over_has_passed() -> None:
    talk = Talk().level(2).turn("them", "hurt").turn("me").turn("them").wait(1)
    assert talk.outcomes == ["expired"]


def test_another_suggestion_is_the_next_move_and_costs_no_budget() -> None:
    talk = Talk(CoachSettings(per_hour=1)).level(2).turn("them", "anger")
    for _ in range(3):
        talk.out += talk.coach.step(AnotherWanted(t=talk.t))
    assert [p.move for p in talk.prompts] == ["acknowledge", "restart", "take_break", "acknowledge"]
    assert len({p.say for p in talk.prompts}) == 4


def test_asked_in_a_calm_talk_it_answers_the_last_thing_or_offers_a_breath() -> None:
    talk = Talk().turn("them", "fear")
    talk.out += talk.coach.step(AnotherWanted(t=talk.t))
    assert [p.move for p in talk.prompts] == ["reassure"]
    quiet = Talk().wait(100)
    quiet.out += quiet.coach.step(AnotherWanted(t=quiet.t))
    quiet.out += quiet.coach.step(AnotherWanted(t=quiet.t))
    assert [p.move for p in quiet.prompts] == ["stay_centred", "stay_centred"]


def test_the_end_closes_what_is_open() -> None:
    talk = Talk().level(2).turn("them", "anger")
    closed = talk.coach.step(SessionEnded(t=talk.t, reason="user"))
    assert [e.outcome for e in closed if isinstance(e, PromptClosed)] == ["ended"]


def test_leaving_reminds_of_the_users_own_limit() -> None:
    shown = Talk().begin(limit="Not below 40.").level(2).turn("them", "bad_faith").prompts
    assert [p.move for p in shown] == ["walk_away"]
    assert "Not below 40." in shown[0].why


def test_a_limit_that_they_insist_on_passing_calls_for_the_exit() -> None:
    talk = Talk().begin(limit="Not below 40 a unit").level(2)
    talk.turn("them", "demand", text="It's thirty five, take it or leave it.")
    assert [p.move for p in talk.prompts] == ["value_them"], "once is haggling"
    talk.wait(20).turn("them", "demand", text="Thirty-five. That's all there is.")
    assert [p.move for p in talk.prompts] == ["value_them", "walk_away"]


def test_words_that_set_the_user_off_call_for_a_breath() -> None:
    talk = Talk().begin(words="amateurs, do your homework").level(2)
    talk.turn("them", "anger", text="Honestly, you should do your homework!")
    assert [p.move for p in talk.prompts] == ["stay_centred"]
    assert "do your homework" in talk.prompts[0].why


def test_pressures_that_were_expected_are_recognised() -> None:
    talk = Talk().begin(pressures="Her board wants savings").level(2)
    talk.turn("them", "fear", text="The board will have my head for this.")
    assert [p.move for p in talk.prompts] == ["name_the_situation"]
    assert "board" in talk.prompts[0].why


def test_the_words_fit_the_driver_and_the_level() -> None:
    hurt = Talk().level(2).turn("them", "identity").wait(50).turn("them", "identity").wait(50)
    headlines = [p.headline for p in hurt.prompts]
    assert headlines == ["Show respect, save face", "Show their work is seen"]
    assert "ending" not in Talk().level(2).turn("them", "bad_faith").prompts[0].say


def test_what_the_user_said_already_is_not_suggested() -> None:
    first = Talk().level(2).turn("them", "fear").prompts[0].say
    assert Talk().level(2).turn("me", text=first).turn("them", "fear").prompts[0].say != first


def test_switched_off_it_says_nothing() -> None:
    assert Talk(CoachSettings(enabled=False)).level(2).turn("them", "anger").prompts == []


turns = st.lists(
    st.tuples(st.sampled_from(["me", "them"]), st.sampled_from(DRIVERS), st.integers(0, 3), st.floats(0, 40)),
    max_size=40,
)


@given(turns)
def test_whatever_happens_it_keeps_its_distance_and_its_budget(script: list[tuple[str, str, int, float]]) -> None:
    talk = Talk()
    for speaker, driver, level, pause in script:
        if level != talk._level:
            talk.level(level)
        talk.turn(speaker, driver).wait(pause)
    times = [p.t for p in talk.prompts]
    assert all(b - a >= talk.settings.shown_s for a, b in zip(times, times[1:], strict=False))
    assert all(sum(a <= t < a + 3600 for t in times) <= talk.settings.per_hour for a in times)
    open_now = 0
    for event in talk.out:
        open_now += isinstance(event, Prompt) - isinstance(event, PromptClosed)
        assert open_now in (0, 1)
