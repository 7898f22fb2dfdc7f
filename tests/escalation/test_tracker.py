"""The level of a talk: slow to alarm, slow to calm, and never without a reason."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from companion.config import EscalationSettings
from companion.escalation import belief, ladder
from companion.escalation.tracker import EscalationTracker
from companion.events import Driver, Escalation, Event, SensitivityChanged, SideLevel, Temperature, Utterance, Voice

CALM, TENSE, HEATED, BREAKING = (
    (0.9, 0.08, 0.015, 0.005), (0.15, 0.7, 0.13, 0.02), (0.03, 0.15, 0.75, 0.07), (0.01, 0.04, 0.15, 0.8),
)  # fmt: skip


def said(n: int, levels: tuple[float, ...], speaker: str = "them", text: str = "a sentence of some length", **more):
    return Utterance(t=4.0 * n + 3, t0=4.0 * n, t1=4.0 * n + 3, speaker=speaker, text=text, levels=levels, **more)


def run(readings: list[tuple[float, ...]], settings: EscalationSettings | None = None) -> list[Event]:
    tracker = EscalationTracker(settings or EscalationSettings())
    return [e for n, r in enumerate(readings) for e in tracker.step(said(n, r))]


def levels(events: list[Event]) -> list[int]:
    return [e.level for e in events if isinstance(e, Escalation)]


def test_a_calm_talk_stays_calm() -> None:
    assert levels(run([CALM] * 30)) == []


def test_one_sharp_sentence_that_is_taken_back_is_no_alarm() -> None:
    heated_once = run([CALM, CALM, HEATED, CALM, CALM])
    assert all(level < 2 for level in levels(heated_once))


HOTTER = (0.02, 0.13, 0.79, 0.06)
HOTTEST = (0.01, 0.02, 0.80, 0.17)


def test_one_turn_alone_must_be_hotter_than_one_that_others_led_up_to() -> None:
    assert 2 not in levels(run([TENSE, CALM, TENSE, HOTTER]))
    assert 2 in levels(run([TENSE, CALM, TENSE, HOTTEST]))
    calm, likely = belief.calm(), np.array([0.1, 0.3, 0.5, 0.1])
    assert belief.sure(likely, calm, calm)[1] == 0.6 - belief.AT_ONCE
    assert belief.sure(likely, likely, calm)[1] == 0.6
    assert belief.sure(likely, calm, likely)[1] == 0.6, "a calm answer between takes nothing away"


def test_sharpness_that_goes_on_is_an_alarm() -> None:
    assert 2 in levels(run([CALM, TENSE, HEATED, HEATED, HEATED]))


def test_a_talk_that_breaks_reaches_the_top() -> None:
    assert levels(run([CALM, HEATED, HEATED, BREAKING, BREAKING, BREAKING]))[-1] == 3


def test_a_repaired_talk_comes_down() -> None:
    assert levels(run([HEATED] * 4 + [CALM] * 8))[-1] == 0


def test_long_quiet_calms_it_down() -> None:
    tracker = EscalationTracker(EscalationSettings())
    for n in range(4):
        tracker.step(said(n, HEATED))
    came_down = [e for s in range(20, 600) for e in tracker.tick(float(s))]
    assert levels(came_down)[-1] == 0
    assert "quiet" in came_down[-1].reasons[0]


def test_every_change_says_why_with_the_words() -> None:
    tracker = EscalationTracker(EscalationSettings())
    drivers = (Driver("anger", 0.9),)
    events = [
        e for n in range(4) for e in tracker.step(said(n, HEATED, text="you never listen to us", drivers=drivers))
    ]
    up = [e for e in events if isinstance(e, Escalation)]
    assert any("“you never listen to us”" in reason and "may be anger" in reason for reason in up[-1].reasons)


def quarrel(first: int, turns: int) -> list[Utterance]:
    return [said(first + n, HEATED, text="this is a disgrace", emotions={"anger": 0.9}) for n in range(turns)]


def less_sharp(first: int) -> list[Utterance]:
    """Two turns that bring the level down, though they are not calm."""
    return [said(first + n, TENSE, text="you people are useless", emotions={"anger": 0.7}) for n in range(2)]


def why_it_came_down(talk: list[Utterance]) -> tuple[str, ...]:
    """The reasons of the last step, which was one down."""
    tracker = EscalationTracker(EscalationSettings())
    steps = [e for u in talk for e in tracker.step(u) if isinstance(e, Escalation)]
    assert steps[-1].level < steps[-1].previous
    return steps[-1].reasons


def test_what_came_down_is_explained_by_the_newest_calm_turn_though_a_sharp_one_may_be_the_last() -> None:
    calm = said(5, HEATED, "me", "let us look at it together")
    why = why_it_came_down([*quarrel(0, 5), calm, *less_sharp(6)])
    assert why == ("calmer turns, the last “let us look at it together”",)


def test_neither_a_sharp_turn_nor_what_was_before_the_quarrel_is_quoted_as_calmer() -> None:
    before = said(0, CALM, text="good morning to you all")
    assert why_it_came_down([before, *quarrel(1, 3), *less_sharp(4)]) == ("less sharp, all in all, than before",)


def test_a_short_quiet_is_told_as_such() -> None:
    tracker = EscalationTracker(EscalationSettings(half_life_s=1.0))
    for utterance in quarrel(0, 3):
        tracker.step(utterance)
    down = [e for s in range(11, 20) for e in tracker.tick(float(s)) if isinstance(e, Escalation)]
    assert down[0].reasons == ("6 s of quiet",)


def test_a_pressed_voice_tips_the_balance_and_is_named() -> None:
    def top(voice: Voice | None) -> float:
        tracker = EscalationTracker(EscalationSettings())
        out = [e for n in range(3) for e in tracker.step(said(n, TENSE, speaker="me", voice=voice))]
        return max(e.score for e in out if isinstance(e, Temperature))

    assert top(Voice(3.0, 3.0, 1.2, settled=True)) > top(None)
    assert top(Voice(3.0, 3.0, 1.2, settled=False)) == top(None)


def test_an_utterance_of_which_nothing_may_be_claimed_changes_nothing() -> None:
    assert levels(run([()] * 10)) == []


def test_more_sensitive_is_never_later() -> None:
    readings = [CALM, TENSE, TENSE, HEATED, TENSE, HEATED, HEATED, CALM, CALM]

    def first(sensitivity: float) -> int:
        tracker = EscalationTracker(EscalationSettings(sensitivity=sensitivity))
        for n, reading in enumerate(readings):
            tracker.step(said(n, reading))
            if tracker.level >= 2:
                return n
        return len(readings)

    firsts = [first(s / 4) for s in range(-4, 5)]
    assert firsts == sorted(firsts, reverse=True)


def test_a_change_of_sensitivity_counts_at_once_and_is_the_reason() -> None:
    tracker = EscalationTracker(EscalationSettings(sensitivity=-1.0))
    for n, reading in enumerate([CALM, TENSE, HEATED]):
        tracker.step(said(n, reading))
    assert tracker.level == 1
    for value, level, reason in ((1.0, 2, "you asked for more alarms"), (-1.0, 1, "you asked for fewer alarms")):
        changed = tracker.step(SensitivityChanged(t=13.0, value=value))
        assert tracker.level == level
        assert [e.level for e in changed if isinstance(e, Escalation)] == [level]
        assert {e.reasons for e in changed if isinstance(e, Escalation | SideLevel)} == {(reason,)}


readings = st.lists(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), min_size=1, max_size=40)


@given(readings)
def test_the_belief_stays_a_distribution(weights: list[list[float]]) -> None:
    state = belief.calm()
    for row in weights:
        state = belief.update(state, [w / sum(row) for w in row])
        assert abs(state.sum() - 1) < 1e-9
        assert (state >= 0).all()
        tense, heated, breaking = belief.sure(state, belief.calm())
        assert 1 + 1e-9 >= tense >= heated >= breaking >= 0


@given(readings)
def test_a_steady_reading_makes_a_steady_level(weights: list[list[float]]) -> None:
    """No flapping: with the same reading over and over the level settles, and moves one way only."""
    row = [w / sum(weights[0]) for w in weights[0]]
    seen = levels(run([tuple(row)] * 30))
    assert seen == sorted(seen) or seen == sorted(seen, reverse=True)


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_steps_up_are_higher_than_steps_down(sensitivity: float, a: float, b: float, c: float) -> None:
    settings = EscalationSettings()
    enter, leave = ladder.thresholds(settings.enter, settings.leave, sensitivity)
    assert all(up > down for up, down in zip(enter, leave, strict=True))
    seen = sorted((a, b, c), reverse=True)
    once = ladder.step(0, seen, enter, leave)
    assert ladder.step(once, seen, enter, leave) == once
