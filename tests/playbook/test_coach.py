"""The coach: the right move, at a gap, seldom; silence in all else."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.config import CoachSettings
from companion.events import (
    DRIVERS,
    Driver,
    Escalation,
    Event,
    Prompt,
    PromptClosed,
    SessionEnded,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    Utterance,
    Voice,
)
from companion.playbook import book
from companion.playbook.coach import Coach


@dataclass
class Talk:
    """Feeds a coach with a talk, a turn of 3 s every 4 s."""

    settings: CoachSettings = field(default_factory=CoachSettings)
    t: float = 0.0
    out: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.coach = Coach(book.load(), self.settings)
        self._level = 0

    def level(self, level: int) -> Talk:
        self.out += self.coach.step(Escalation(t=self.t, level=level, previous=self._level, score=level / 3))
        self._level = level
        return self

    def turn(self, speaker: str, *drivers: str, score: float = 0.8, then_gap: bool = True, **more) -> Talk:
        self.out += self.coach.step(SpeechStarted(t=self.t, speaker=speaker, t0=self.t))
        self.t += 3.0
        self.out += self.coach.step(SpeechEnded(t=self.t, speaker=speaker, t1=self.t))
        if not then_gap:
            self.out += self.coach.step(SpeechStarted(t=self.t, speaker="me", t0=self.t))
        found = tuple(Driver(d, score) for d in drivers)
        self.out += self.coach.step(
            Utterance(t=self.t, t0=self.t - 3, t1=self.t, speaker=speaker, text="words", drivers=found, **more)
        )
        return self.wait(1.0)

    def wait(self, seconds: float) -> Talk:
        end = self.t + seconds
        while self.t < end:
            self.t += 0.25
            self.out += self.coach.tick(self.t)
        return self

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
    moves = [p.move for p in Talk().level(2).turn("them", "anger").wait(25).turn("them", "anger").prompts]
    assert moves == ["acknowledge", "restart"]


def test_rising_heat_breaks_the_silence_once() -> None:
    talk = Talk().level(2).turn("them", "anger").wait(6).level(3).turn("them", "identity").turn("them", "threat")
    assert [p.move for p in talk.prompts] == ["acknowledge", "save_face"]


def test_long_heat_after_failed_attempts_calls_for_more_than_a_sentence() -> None:
    talk = Talk().level(2)
    for _ in range(2):
        talk.turn("them", "anger").turn("me", "defensive").wait(50)
    talk.turn("me", "defensive").turn("them", "hurt")
    assert talk.prompts[-1].move in ("restart", "take_break")


def test_a_prompt_leaves_when_its_moment_has_passed() -> None:
    talk = Talk().level(2).turn("them", "anger").wait(60)
    assert [e.outcome for e in talk.out if isinstance(e, PromptClosed)] == ["expired"]


def test_a_prompt_leaves_when_the_talk_has_calmed_down() -> None:
    talk = Talk().level(2).turn("them", "anger").wait(7).level(1).wait(1)
    assert any(isinstance(e, PromptClosed) for e in talk.out)


def test_what_was_dismissed_is_not_offered_again_soon() -> None:
    talk = Talk().level(2).turn("them", "hurt")
    talk.out += talk.coach.step(PromptClosed(t=talk.t, id=talk.prompts[0].id, outcome="dismissed"))
    talk.wait(22).turn("them", "hurt")
    assert [p.move for p in talk.prompts] == ["own_it", "restart"]


def test_the_end_closes_what_is_open() -> None:
    talk = Talk().level(2).turn("them", "anger")
    closed = talk.coach.step(SessionEnded(t=talk.t, reason="user"))
    assert [e.outcome for e in closed if isinstance(e, PromptClosed)] == ["ended"]


def test_leaving_reminds_of_the_users_own_limit() -> None:
    talk = Talk()
    talk.coach.step(SessionStarted(source="live", started_unix=0.0, prep={"limit": "Not below 40."}))
    shown = talk.level(2).turn("them", "bad_faith").prompts
    assert [p.move for p in shown] == ["walk_away"]
    assert "Not below 40." in shown[0].why


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
