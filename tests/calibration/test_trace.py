"""Many settings at once tell the same as one after the other through the spine."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from companion.config import EscalationSettings, Settings
from companion.events import Escalation, Event
from companion.pipeline.spine import refold
from companion.pipeline.trace import Moment, climb, steps, trace
from tests.calibration.talks import some_talk, talk

REACH_S = 20.0


@st.composite
def any_settings(draw: st.DrawFn) -> EscalationSettings:
    enter = tuple(draw(st.floats(0.2, 0.9)) for _ in range(3))
    leave = tuple(max(0.0, e - draw(st.floats(0.05, 0.4))) for e in enter)
    return EscalationSettings(
        enter=enter, leave=leave, sensitivity=draw(st.floats(-1, 1)), half_life_s=draw(st.sampled_from((30.0, 90.0))),
        defer_s=draw(st.sampled_from((0.0, 3.0, 10.0, 25.0))),
        weights=draw(st.sampled_from(({}, {"anger": 0.6}, {"fear": 1.5, "objection": 0.0}))),
    )  # fmt: skip


def alarms_of(events: list[Event]) -> list[float]:
    return [e.t for e in events if isinstance(e, Escalation) and e.level >= 2 > e.previous]


def heated_around(events: list[Event], t: float, end: float, wait_s: float) -> bool:
    level, since = 0, 0.0
    for e in [*(e for e in events if isinstance(e, Escalation)), Escalation(t=end, level=0, score=0.0)]:
        if level >= 2 and since <= t + REACH_S + wait_s and e.t > t - REACH_S:
            return True
        level, since = e.level, e.t
    return False


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 10_000), st.lists(any_settings(), min_size=1, max_size=3), st.lists(st.floats(0, 280), max_size=4)
)
def test_it_tells_the_same_as_the_spine(seed: int, tried: list[EscalationSettings], moments: list[float]) -> None:
    events = some_talk(seed)
    for one in tried:
        group = [one, replace(one, defer_s=0.0), replace(one, enter=(0.5, 0.55, 0.6), leave=(0.3, 0.3, 0.3))]
        asked = [Moment(t, at_once=n % 2 == 0) for n, t in enumerate(moments)]
        climbed = climb(trace(events, one), steps(group), asked, REACH_S)
        for k, each in enumerate(group):
            folded = refold(events, replace(Settings(), escalation=each))
            assert climbed.alarms[k] == len(alarms_of(folded))
            for m, moment in enumerate(asked):
                wait_s = 0.0 if moment.at_once else each.defer_s
                assert climbed.hits[k, m] == heated_around(folded, moment.t, events[-1].t, wait_s)


def test_waiting_leaves_out_a_flare_that_passes_and_keeps_one_that_lasts() -> None:
    flare, fire = talk([0] * 6 + [2, 3] + [0] * 12), talk([0] * 6 + [3] * 12)
    eager, patient = EscalationSettings(sensitivity=1.0), EscalationSettings(sensitivity=1.0, defer_s=15.0)
    for events, wanted in ((flare, [1, 0]), (fire, [1, 1])):
        climbed = climb(trace(events, eager), steps([eager, patient]))
        assert climbed.alarms.tolist() == wanted


def test_an_alarm_that_waits_is_still_that_of_its_moment() -> None:
    fire = talk([0] * 6 + [3] * 2 + [2] * 12)
    patient = EscalationSettings(enter=(0.5, 0.55, 0.98), leave=(0.3, 0.3, 0.3), defer_s=48.0)
    told, missed = Moment(7 * 4.5), Moment(7 * 4.5, at_once=True)
    climbed = climb(trace(fire, patient), steps([patient]), [told, missed], REACH_S)
    assert (climbed.alarms.tolist(), climbed.stray.tolist()) == ([1], [0])
    assert climbed.hits.tolist() == [[True, False]], "where it should have spoken it has to speak in time"


def test_a_driver_that_counts_less_raises_fewer_alarms() -> None:
    events = talk([0] * 6 + [2] * 5 + [0] * 6, driver="objection")
    usual = EscalationSettings()
    counted = [climb(trace(events, usual, {"objection": w}), steps([usual])).alarms[0] for w in (1.0, 0.3)]
    assert counted == [1, 0]


def test_with_the_settings_as_delivered_the_taste_changes_nothing() -> None:
    events = some_talk(7)
    told = refold(events, Settings())
    again = refold(events, replace(Settings(), escalation=EscalationSettings(weights={"anger": 1.0})))
    assert told == again
