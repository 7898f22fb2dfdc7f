"""From past calls and the user's verdicts on them to settings: folds the calls, fills tables, asks for the choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from companion.calibration import agreement, fit
from companion.calibration.agreement import Map
from companion.calibration.candidates import Candidate, grid
from companion.calibration.fit import UNWANTED, WANTED, Check, Choice, Labels, Table
from companion.calibration.moves import Record, Tried, records
from companion.config import EscalationSettings
from companion.events import Event
from companion.pipeline.trace import Moment, Trace, climb, steps, trace
from companion.review.summary import labels as verdicts
from companion.review.summary import summarise

REACH_S = 25.0
"""An alarm this near to a moment counts as an alarm at it: three turns or so."""
DRIVER_LABELS = 3
"""Labels at moments of one driver, before its weight is tried."""
WEIGHTS = (0.3, 0.6, 1.4)
WEIGHT_COST = 1.0
"""Mistakes that another weight must save to be worth it."""
_SIGNS = {"right": WANTED, "missed": WANTED, "wrong": UNWANTED}

Call = tuple[str, Sequence[Event]]


@dataclass(frozen=True, slots=True, eq=False)
class Tuning:
    """Everything that the screen shows. ``now``: the place of the present settings among the candidates."""

    calls: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    table: Table
    now: int
    choice: Choice
    check: Check | None
    agreement: agreement.Agreement | None

    @property
    def suggested(self) -> EscalationSettings:
        """The settings that are suggested."""
        return self.candidates[self.choice.place].settings

    @property
    def scale(self) -> Map:
        """From belief to the user's agreement: written with whatever point is taken."""
        return self.agreement.offered if self.agreement is not None else Map()


class Traces:
    """The calls, each folded once for all settings under which the belief is the same."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.calls = calls
        self._known: dict[tuple[object, ...], Trace] = {}

    def of(self, call: int, settings: EscalationSettings) -> Trace:
        """The belief of a call."""
        key = (call, *_alike(settings))
        if key not in self._known:
            self._known[key] = trace(self.calls[call][1], settings)
        return self._known[key]


def _alike(settings: EscalationSettings) -> tuple[object, ...]:
    """What the belief depends on."""
    return (settings.half_life_s, settings.dynamics, *sorted(settings.weights.items()))


def labels_of(calls: Sequence[Call]) -> Labels:
    """The user's verdicts on all calls; "not sure" says nothing."""
    found = [
        (place, t, verdict)
        for place, (_, events) in enumerate(calls)
        for t, verdict in verdicts(events).items()
        if verdict in _SIGNS
    ]
    return Labels(
        tuple(f[0] for f in found),
        tuple(f[1] for f in found),
        tuple(_SIGNS[f[2]] for f in found),
        frozenset(i for i, f in enumerate(found) if f[2] == "missed"),
    )


def tune(
    calls: Sequence[Call],
    present: EscalationSettings,
    delivered: EscalationSettings,
    *,
    labels: Labels | None = None,
) -> Tuning:
    """Try every candidate on every call. Without labels the steps are only shifted: nothing asks for more."""
    wanted = labels_of(calls) if labels is None else labels
    candidates = [Candidate(present, 0.0, _distance(present, delivered)), *grid(delivered, quick=not wanted.sign)]
    traces = Traces(calls)
    table = _rows(traces, candidates, wanted, None)
    table, candidates = _with_weights(traces, candidates, table)
    choice = fit.choose(table)
    return Tuning(
        calls=tuple(name for name, _ in calls),
        candidates=tuple(candidates),
        table=table,
        now=0,
        choice=choice,
        check=fit.leave_one_out(table, 0),
        agreement=_agreed(traces, present, wanted),
    )


def tabled(
    traces: Traces,
    settings: Sequence[EscalationSettings],
    distance: Sequence[float],
    labels: Labels,
    only: set[int] | None = None,
) -> Table:
    """What each of the settings makes of each call, or of some ``only``: the rest counts nothing then."""
    count = len(traces.calls)
    alarms = np.zeros((len(settings), count), np.int64)
    stray = np.zeros_like(alarms)
    hits = np.zeros((len(settings), len(labels.sign)), np.bool_)
    hours = np.zeros(count)
    groups = _groups(settings)
    laid = [steps([settings[k] for k in places]) for places in groups]
    for c in range(count) if only is None else only:
        mine = labels.of(c)
        moments = [Moment(labels.t[i], at_once=i in labels.missed) for i in mine]
        for places, ladder in zip(groups, laid, strict=True):
            one = traces.of(c, settings[places[0]])
            climbed = climb(one, ladder, moments, REACH_S)
            alarms[places, c], stray[places, c] = climbed.alarms, climbed.stray
            if mine:
                hits[np.ix_(places, mine)] = climbed.hits
            hours[c] = one.end / 3600
    return Table(alarms, stray, hits, hours, np.array(distance, np.float64), labels)


def _groups(settings: Sequence[EscalationSettings]) -> list[list[int]]:
    """Places of settings under which the belief is the same."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, one in enumerate(settings):
        groups.setdefault(_alike(one), []).append(place)
    return list(groups.values())


def _distance(present: EscalationSettings, delivered: EscalationSettings) -> float:
    """How far the user's present settings are from those as delivered, in shifts of the step to heated."""
    shifted = (delivered.enter[1] - present.enter[1]) / 0.25 + present.sensitivity
    return shifted**2


def _with_weights(traces: Traces, candidates: list[Candidate], table: Table) -> tuple[Table, list[Candidate]]:
    """Try other weights for the drivers that the labels speak of, on the settings that are best so far."""
    for driver, _ in _drivers(traces, table.labels):
        best = int(np.argmin(fit.cost(table)))
        base = candidates[best]
        tried = [
            Candidate(
                replace(base.settings, weights={**base.settings.weights, driver: weight}),
                base.shift,
                base.distance + WEIGHT_COST / fit.prior(len(table.labels.sign)),
            )
            for weight in WEIGHTS
        ]
        judged = set(table.labels.call)  # mistakes are made in these only; the rest is folded for the winner alone
        prices = fit.cost(_rows(traces, tried, table.labels, judged))
        winner = tried[int(np.argmin(prices))]
        if prices.min() < fit.cost(table)[best]:
            table = table.with_rows(_rows(traces, [winner], table.labels, None))
            candidates = [*candidates, winner]
    return table, candidates


def _rows(traces: Traces, tried: Sequence[Candidate], labels: Labels, only: set[int] | None) -> Table:
    return tabled(traces, [c.settings for c in tried], [c.distance for c in tried], labels, only)


def _drivers(traces: Traces, labels: Labels) -> list[tuple[str, int]]:
    """The drivers that led at enough labelled moments, the most frequent first, two at most."""
    counts: dict[str, int] = {}
    usual = EscalationSettings()
    for c in sorted(set(labels.call)):
        one = traces.of(c, usual)
        for i in labels.of(c):
            at = labels.t[i]
            near = [d for t, d in zip(one.t, one.drivers, strict=True) if d and at - REACH_S < t <= at]
            for driver in dict.fromkeys(near[-2:]):
                counts[driver] = counts.get(driver, 0) + 1
    found = [(d, n) for d, n in counts.items() if n >= DRIVER_LABELS]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:2]


def beliefs(traces: Traces, settings: EscalationSettings, labels: Labels) -> list[float]:
    """How surely it believed, at each label, that the talk was heated."""
    return [_belief_at(traces.of(c, settings), t) for c, t in zip(labels.call, labels.t, strict=True)]


def _agreed(traces: Traces, present: EscalationSettings, labels: Labels) -> agreement.Agreement | None:
    return agreement.checked(beliefs(traces, present, labels), [sign == WANTED for sign in labels.sign], labels.call)


def _belief_at(one: Trace, t: float) -> float:
    """The strongest belief around a moment that the talk is heated or worse."""
    near = (one.t >= t - REACH_S) & (one.t <= t + REACH_S)
    return float(one.tail[near, 1].max()) if near.any() else 0.0


def rates(calls: Sequence[Call], present: EscalationSettings, sensitivities: Sequence[float]) -> dict[float, float]:
    """Sensitivity -> alarms an hour of these calls, everything else as it is."""
    tried = [replace(present, sensitivity=value) for value in sensitivities]
    table = tabled(Traces(calls), tried, [0.0] * len(tried), Labels())
    return dict(zip(sensitivities, map(float, table.rate()), strict=True))


def changes(chosen: EscalationSettings, scale: Map) -> dict[str, object]:
    """What is written into the user's file, ``section.key`` -> value."""
    return {
        "escalation.sensitivity": chosen.sensitivity,
        "escalation.enter": list(chosen.enter),
        "escalation.leave": list(chosen.leave),
        "escalation.half_life_s": chosen.half_life_s,
        "escalation.defer_s": chosen.defer_s,
        "escalation.weights": dict(chosen.weights),
        "escalation.agreement": [scale.slope, scale.offset],
    }


def moves(calls: Sequence[Call]) -> list[Record]:
    """How the suggestions of all past calls went, by move."""
    return records(
        Tried(s.prompt.move, s.outcome == "used", s.outcome == "dismissed", s.helped)
        for _, events in calls
        for s in summarise(events).suggested
    )
