"""Choosing from few labels: it moves towards the verdicts, not on a whim, and says how sure it is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.calibration import agreement, fit
from companion.calibration.candidates import grid, moved
from companion.calibration.fit import UNWANTED, WANTED, Labels, Table
from companion.calibration.moves import Tried, records
from companion.config import EscalationSettings, Settings, check_sense
from companion.events import Escalation, Temperature
from companion.pipeline.spine import refold
from companion.pipeline.tuning import rates, tune
from tests.calibration.talks import some_talk, talk

USUAL = EscalationSettings()
DISTANCES = (1.0, 0.25, 0.0, 0.25, 1.0)


def table(signs: list[int], calls: int = 4) -> Table:
    """Five candidates from quiet to eager; each raises an alarm at a moment when its place is at least the moment's."""
    labels = Labels(
        tuple(i % calls for i in range(len(signs))), tuple(float(i) for i in range(len(signs))), tuple(signs)
    )
    hits = np.array([[k >= (1, 2, 3)[i % 3] for i in range(len(signs))] for k in range(5)])
    alarms = np.array([[k + 1] * calls for k in range(5)])
    return Table(alarms, np.zeros_like(alarms), hits, np.ones(calls), np.array(DISTANCES), labels)


def test_without_labels_it_stays_as_delivered() -> None:
    assert fit.choose(table([])).place == 2


def test_one_label_hardly_moves_it_and_twenty_that_agree_do() -> None:
    assert fit.choose(table([UNWANTED])).place == 2
    assert fit.choose(table([UNWANTED] * 20)).place == 0
    assert fit.choose(table([WANTED] * 20)).place == 3


def test_alarms_that_were_passed_over_count_a_little_in_calls_that_were_judged() -> None:
    judged = table([WANTED] * 6 + [UNWANTED] * 6)
    noisy = Table(judged.alarms, judged.alarms * 6, judged.hits, judged.hours, judged.distance, judged.labels)
    assert (np.diff(fit.cost(noisy) - fit.cost(judged)) > 0).all()
    assert fit.choose(noisy).place < fit.choose(judged).place


def test_they_hardly_count_for_one_who_wants_every_hint() -> None:
    assert fit.stray_cost([UNWANTED] * 20) < 1
    assert fit.stray_cost([WANTED] * 20) < fit.stray_cost([UNWANTED] * 20) / 10


def test_the_interval_is_wide_where_calls_disagree() -> None:
    sure = fit.choose(table([UNWANTED] * 24))
    torn = fit.choose(table([UNWANTED, WANTED, WANTED] * 5 + [UNWANTED] * 5))
    assert sure.high - sure.low <= torn.high - torn.low
    assert torn.low <= torn.rate <= torn.high


def test_a_wish_is_met_by_the_nearest_rate() -> None:
    assert fit.nearest(table([]), 2.1) == 1
    assert fit.nearest(table([]), 60.0) == 4


def test_the_frontier_has_no_point_that_is_further_off_and_cheaper() -> None:
    found = fit.frontier(table([WANTED, UNWANTED] * 5))
    assert fit.choose(table([WANTED, UNWANTED] * 5)).place in found
    assert found == sorted(found)


def test_a_call_left_out_is_not_in_the_fit() -> None:
    rest = table([WANTED] * 8).without(1)
    assert (rest.alarms.shape, len(rest.labels.sign)) == ((5, 3), 6)
    assert set(rest.labels.call) <= {0, 1, 2}
    assert fit.leave_one_out(table([WANTED], calls=1), 2) is None
    check = fit.leave_one_out(table([UNWANTED] * 24), 2)
    assert check is not None
    assert check.right_after > check.right_before
    assert check.predicted == pytest.approx(check.actual)


@given(st.floats(0, 1), st.integers(1, 400))
def test_the_interval_of_a_share_holds_it(share: float, count: int) -> None:
    low, high = fit.wilson(share, count)
    assert 0 <= low <= share + 1e-9 and share - 1e-9 <= high <= 1
    assert high - low <= fit.wilson(share, max(1, count // 2))[1] - fit.wilson(share, max(1, count // 2))[0] + 1e-9


def test_every_candidate_is_a_setting_that_the_program_takes() -> None:
    from dataclasses import replace
    from pathlib import Path

    candidates = grid(USUAL)
    assert (
        len({(c.settings.enter, c.settings.leave, c.settings.defer_s, c.settings.half_life_s) for c in candidates})
        > 800
    )
    for candidate in candidates:
        check_sense(replace(Settings(), escalation=candidate.settings), Path("x"))
        assert all(0 <= v <= 1 for v in (*candidate.settings.enter, *candidate.settings.leave))
        assert list(candidate.settings.enter) == sorted(candidate.settings.enter)
    same = moved(USUAL, 0.0, 0.0, 0.0, USUAL.half_life_s)
    assert (same.settings, same.distance) == (USUAL, 0.0)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=60), st.floats(-2, 2))
def test_fitting_agreement_never_fails_and_keeps_the_order(pairs: list, offset: float) -> None:
    belief, agreed = np.array([p for p, _ in pairs]), np.array([float(a) for _, a in pairs])
    line = agreement.fitted(belief, agreed)
    assert math.isfinite(line.slope) and math.isfinite(line.offset)
    assert agreement.SLOPES[0] <= line.slope <= agreement.SLOPES[1]
    assert 0 <= agreement.error(line.of(belief), agreed) <= 1
    told = agreement.Map(line.slope, offset).of(np.sort(belief))
    assert (np.diff(told) >= 0).all() and (told >= 0).all() and (told <= 1).all()


def test_beliefs_that_are_too_sure_are_brought_down_on_calls_not_seen() -> None:
    chance = np.random.default_rng(0)
    belief = chance.uniform(0.7, 0.99, 80)
    agreed = chance.random(80) < 0.3
    found = agreement.checked(list(belief), list(agreed), [i // 4 for i in range(80)])
    assert found is not None
    assert found.before > 0.4 and found.after < 0.2
    assert found.offered.of([0.9])[0] < 0.5


def test_with_few_verdicts_or_where_a_fit_does_not_help_no_scale_is_offered() -> None:
    belief, agreed = [0.9, 0.8, 0.95, 0.9], [False, False, True, False]
    few = agreement.checked(belief, agreed, [0, 1, 2, 3])
    assert few is not None and few.offered == agreement.Map()
    right = agreement.checked([0.9] * 20, [n % 10 != 0 for n in range(20)], [n // 10 for n in range(20)])
    assert right is not None and right.offered == agreement.Map()


def test_the_scale_changes_how_sure_a_live_call_says_it_is_and_no_alarm() -> None:
    events = some_talk(3)
    scaled = replace(USUAL, agreement=(0.8, -0.9))
    before, after = (refold(events, replace(Settings(), escalation=s)) for s in (USUAL, scaled))
    levels = [[(e.t, e.level) for e in told if isinstance(e, Escalation)] for told in (before, after)]
    assert levels[0] == levels[1] and levels[0]
    scores = [[e.score for e in told if isinstance(e, Temperature)] for told in (before, after)]
    hot = [n for n, score in enumerate(scores[0]) if score > 0.5]
    assert hot and all(scores[1][n] < scores[0][n] for n in hot)


def test_a_move_is_offered_less_only_when_it_never_helped_in_enough_trials() -> None:
    def tried(move: str, count: int, **what: object) -> list[Tried]:
        fields = {"used": False, "dismissed": False, "helped": False} | what
        return [Tried(move, **fields) for _ in range(count)]

    found = {r.move: r.useless for r in records([
        *tried("restart", 3, dismissed=True), *tried("reframe", 4, dismissed=True), *tried("own_it", 12),
        *tried("reassure", 12), *tried("reassure", 1, used=True), *tried("bridge_worlds", 12, helped=True),
        *tried("save_face", 12, helped=None),
    ])}  # fmt: skip
    assert found == {"restart": False, "reframe": True, "own_it": True, "reassure": False, "bridge_worlds": False,
                     "save_face": False}  # fmt: skip


def test_labels_move_past_calls_towards_each_taste() -> None:
    calls = [(f"c{n}", some_talk(n, turns=40)) for n in range(10)]
    present = tune(calls, USUAL, USUAL)
    assert present.choice.place == 0 or present.suggested == USUAL
    alarms = [(c, t) for c, (_, events) in enumerate(calls) for t in alarm_times(events)][:20]
    hates = Labels(tuple(c for c, _ in alarms), tuple(t for _, t in alarms), (UNWANTED,) * len(alarms))
    quieter = tune(calls, USUAL, USUAL, labels=hates)
    assert quieter.choice.rate < 0.7 * float(quieter.table.rate()[quieter.now])
    assert quieter.check is not None and quieter.check.right_after > quieter.check.right_before


def test_one_who_wants_every_hint_is_told_at_the_first_sign() -> None:
    calls = [(f"c{n}", talk([0] * 8 + [1] * 3 + [0] * 8)) for n in range(12)]
    moments = Labels(tuple(range(12)), (8 * 4.5 + 4,) * 12, (WANTED,) * 12, frozenset(range(12)))
    found = tune(calls, USUAL, USUAL, labels=moments)
    assert found.table.caught()[found.now] == 0
    assert found.choice.caught == 1
    assert found.suggested.enter[2] > found.suggested.enter[1] + 0.1, "and breaking stays a strong word"


def test_one_who_minds_all_but_a_break_is_told_only_of_what_lasts() -> None:
    heated = [0] * 8 + [2] * 7 + [3, 2, 2] + [0] * 12
    calls = [(f"c{n}", talk(heated)) for n in range(10)] + [("b", talk([0] * 8 + [2, 2] + [3] * 6))]
    times = [alarm_times(events)[0] for _, events in calls]
    found = tune(calls, USUAL, USUAL, labels=Labels(tuple(range(11)), tuple(times), (UNWANTED,) * 10 + (WANTED,)))
    assert found.table.false()[found.now] == 1
    assert found.table.false()[found.choice.place] == 0
    assert found.choice.caught == 1


def test_one_verdict_is_no_reason_to_wait_long() -> None:
    calls = [(f"c{n}", talk([0] * 8 + [2] * 6 + [0] * 12)) for n in range(4)]
    found = tune(calls, USUAL, USUAL, labels=Labels((0,), (alarm_times(calls[0][1])[0],), (UNWANTED,)))
    assert found.suggested.defer_s <= 6


def alarm_times(events: list) -> list[float]:
    from companion.events import Escalation
    from companion.pipeline.spine import refold

    return [e.t for e in refold(events, Settings()) if isinstance(e, Escalation) and e.level >= 2 > e.previous]


def test_a_driver_that_the_user_does_not_mind_may_count_less() -> None:
    heated = [0] * 8 + [2] * 6 + [0] * 8
    calls = [(f"o{n}", talk(heated, driver="objection")) for n in range(6)]
    calls += [(f"a{n}", talk(heated, driver="anger")) for n in range(6)]
    times = [alarm_times(events)[0] for _, events in calls]
    labels = Labels(tuple(range(12)), tuple(times), (UNWANTED,) * 6 + (WANTED,) * 6)
    found = tune(calls, USUAL, USUAL, labels=labels)
    assert found.suggested.weights.get("objection", 1.0) < 1 or found.suggested.weights.get("anger", 1.0) > 1
    mistakes = found.table.mistakes().sum(1)
    assert mistakes[found.choice.place] < mistakes[found.now]


def test_sensitivity_is_told_in_alarms_an_hour() -> None:
    calls = [(f"c{n}", some_talk(n, turns=40)) for n in range(4)]
    found = rates(calls, USUAL, (-1.0, 0.0, 1.0))
    assert list(found) == [-1.0, 0.0, 1.0]
    assert all(rate >= 0 for rate in found.values())
