"""A machine that is too slow gives up looks, then the larger model, never an utterance; and takes them up again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.pipeline.pace import PROVEN_S, Effort, Pace


def test_a_little_late_costs_the_looks_only() -> None:
    change = Pace(has_smaller=True).note(3.0, 0, 10.0)
    assert change is not None
    assert change.effort is Effort.FINALS_ONLY
    assert "3 s behind" in change.message


def test_very_late_brings_the_smaller_model_where_there_is_one() -> None:
    change = Pace(has_smaller=True).note(9.0, 4, 10.0)
    assert change is not None and change.effort is Effort.SMALLER_MODEL
    alone = Pace(has_smaller=False)
    first = alone.note(9.0, 4, 10.0)
    assert first is not None and first.effort is Effort.FINALS_ONLY
    assert alone.note(20.0, 9, 12.0) is None


def test_while_it_stays_behind_the_lag_is_told_now_and_then() -> None:
    pace = Pace(has_smaller=False)
    pace.note(5.0, 2, 0.0)
    told = [(t, c.message) for t in range(1, 40) if (c := pace.note(5.0 + t, 2, float(t))) is not None]
    assert [t for t, _ in told] == [10, 20, 33]
    assert "15 s behind" in told[0][1]


def test_it_recovers_step_by_step_once_all_is_in_time() -> None:
    pace = Pace(has_smaller=True)
    pace.note(9.0, 4, 0.0)
    told = [(t, c.effort, c.message) for t in range(1, 40) if (c := pace.note(0.4, 0, float(t))) is not None]
    assert [effort for _, effort, _ in told] == [Effort.FINALS_ONLY, Effort.FULL]
    assert told[0][0] >= PROVEN_S
    assert told[1][0] - told[0][0] >= PROVEN_S
    assert told[1][2] == "Caught up."


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 5), st.floats(0.1, 5)), max_size=60))
def test_it_does_not_flicker(notes: list[tuple[float, int, float]]) -> None:
    pace, now, changes = Pace(has_smaller=True), 0.0, []
    for lag, waiting, step in notes:
        now += step
        before = pace.effort
        change = pace.note(lag, waiting, now)
        assert change is not None or pace.effort == before
        if pace.effort != before:
            changes.append((now, pace.effort > before))
    # after any change, a step back takes its proof first
    assert all(b - a >= PROVEN_S - 1.2 for (a, _), (b, falls) in zip(changes, changes[1:], strict=False) if not falls)
