"""Many settings over past calls at once: the belief of a call does not depend on the steps that are laid over it.

The belief is folded once (``trace``), by the very tracker of a live call; the ladder is then climbed for all settings
together (``climb``). It tells the same as ``spine.refold``, some thousand times quicker; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.config import EscalationSettings
from companion.escalation import ladder
from companion.escalation.tracker import EscalationTracker
from companion.events import Event, Utterance
from companion.pipeline.spine import CAUSES, TICK_S
from companion.pipeline.taste import weighted

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What was believed in a call. ``t``: seconds (n); ``tail``: how surely at least level 1, 2, 3 (n x 3).

    ``quiet`` (n): where silence alone changed it; ``end``: the call's last second; ``drivers`` (n): the leading driver
    of the utterance, empty where there is none.
    """

    t: Floats
    tail: Floats
    quiet: NDArray[np.bool_]
    end: float
    drivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A second of a call to look around. ``at_once``: what comes later because it waited does not count."""

    t: float
    at_once: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Climbed:
    """What k settings make of a call. ``alarms`` (k): steps up to heated; ``stray`` (k): those near no moment.

    ``hits`` (k x m): whether it was heated, or worse, around each of the m moments that were asked for.
    """

    alarms: NDArray[np.int64]
    stray: NDArray[np.int64]
    hits: NDArray[np.bool_]


def trace(events: Iterable[Event], settings: EscalationSettings, weights: Mapping[str, float] | None = None) -> Trace:
    """Fold the belief of a call."""
    wanted = settings.weights if weights is None else weights
    tracker = EscalationTracker(settings)
    times: list[float] = []
    tails: list[tuple[float, float, float]] = []
    quiet: list[bool] = []
    drivers: list[str] = []
    ticked = end = 0.0
    belief = tracker.belief
    for event in events:
        if not isinstance(event, CAUSES):
            continue
        while ticked + TICK_S <= event.t:
            ticked += TICK_S
            tracker.tick(ticked)
            if tracker.belief is not belief:
                belief = tracker.belief
                times.append(ticked)
                tails.append(tracker.sure)
                quiet.append(True)
                drivers.append("")
        ticked = end = max(ticked, event.t)
        tracker.step(weighted(event, wanted))
        if isinstance(event, Utterance):
            belief = tracker.belief
            times.append(event.t)
            tails.append(tracker.sure)
            quiet.append(False)
            drivers.append(event.drivers[0].id if event.drivers else "")
    tail = np.array(tails, np.float64).reshape(-1, 3)
    return Trace(np.array(times, np.float64), tail, np.array(quiet, np.bool_), end, tuple(drivers))


def steps(settings: Sequence[EscalationSettings]) -> tuple[Floats, Floats, Floats]:
    """The steps up (k x 3), down (k x 3), and the seconds to wait (k) of settings."""
    both = [ladder.thresholds(s.enter, s.leave, s.sensitivity) for s in settings]
    return np.array([b[0] for b in both]), np.array([b[1] for b in both]), np.array([s.defer_s for s in settings])


def climb(
    call: Trace, laid: tuple[Floats, Floats, Floats], moments: Sequence[Moment] = (), reach_s: float = 30.0
) -> Climbed:
    """Lay the ladders of k settings over a call's belief.

    Looks around the ``moments``, ``reach_s`` each way, and later by as long as a setting waits.
    """
    enter, leave, wait = laid
    count = len(wait)
    level = np.zeros(count, np.int64)
    shown = np.zeros(count, np.int64)
    due = np.full(count, np.inf)
    alarms, stray = np.zeros(count, np.int64), np.zeros(count, np.int64)
    asked = np.array([m.t for m in moments], np.float64)
    patient = np.array([not m.at_once for m in moments], np.float64)
    around = asked - reach_s, asked + reach_s + wait[:, None] * patient
    hits = np.zeros((count, len(asked)), np.bool_)
    ends = [*call.t[1:], call.end]
    last = 0.0
    for at, tail, silent, until in zip(call.t, call.tail, call.quiet, ends, strict=True):
        late = due <= at
        if late.any():
            for t in np.unique(due[late]):
                _rise(late & (due == t), float(t), around, alarms, stray)
            _heat(hits, around, np.where(late, due, np.inf), at)
            shown[late], due[late] = 2, np.inf
        before = level
        level = _stepped(level, tail, enter, leave)
        if silent:
            level = np.where(before > 0, level, before)
        changed = level != before
        if changed.any():
            held = changed & (level == 2) & (shown < 2) & (wait > 0)
            told = changed & ~held
            rises = told & (level >= 2) & (shown < 2)
            if rises.any():
                _rise(rises, float(at), around, alarms, stray)
            shown = np.where(told, level, np.where(held, np.maximum(shown, 1), shown))
            due = np.where(held, at + wait, np.where(told, np.inf, due))
        hot = shown >= 2
        if hot.any():
            _heat(hits, around, np.where(hot, at, np.inf), max(until, at + 1e-9))
        last = at
    late = due <= call.end
    if late.any() and call.end >= last:
        _rise(late, call.end, around, alarms, stray)
        _heat(hits, around, np.where(late, call.end, np.inf), call.end)
    return Climbed(alarms, stray, hits)


def _stepped(level: NDArray[np.int64], tail: Floats, enter: Floats, leave: Floats) -> NDArray[np.int64]:
    """``ladder.step`` for all settings at once."""
    for n in (0, 1, 2):
        level = level + ((level == n) & (tail[n] >= enter[:, n]))
    for n in (3, 2, 1):
        level = level - ((level == n) & (tail[n - 1] < leave[:, n - 1]))
    return level


def _rise(
    which: NDArray[np.bool_],
    t: float,
    around: tuple[Floats, Floats],
    alarms: NDArray[np.int64],
    stray: NDArray[np.int64],
) -> None:
    alarms[which] += 1
    begin, end = around
    near = ((begin <= t) & (end >= t)).any(axis=1)
    stray[which & ~near] += 1


def _heat(hits: NDArray[np.bool_], around: tuple[Floats, Floats], since: Floats, until: float) -> None:
    """What is heated ``since`` a second (k; never: infinite) until another one hits the moments around them."""
    begin, end = around
    if len(begin):
        hits |= (end >= since[:, None]) & (begin < until) & np.isfinite(since)[:, None]
