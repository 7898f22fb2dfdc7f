"""How far "it believes 70 %" means "the user agrees 70 %", before and after fitting that to the user's labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS = 5
RIDGE = 0.5
"""What a change of slope or offset by one costs, in natural log of likelihood: few labels change little."""
SLOPES = (0.5, 2.0)
"""Verdicts speak of alarms, so of high beliefs; a line that they tilt further would say odd things of a calm talk."""
FURTHEST = 3.0
"""And no verdicts turn one chance in two into less than one in twenty."""
FEWEST = 8
"""Verdicts before a fit is offered: with fewer, the error after a fit is chance."""
_STEPS = 60
_LONGEST = 0.5
"""A longer step may leave where Newton's method finds home."""


@dataclass(frozen=True, slots=True)
class Map:
    """Belief -> the user's agreement, as a line in log-odds (Platt 1999); slope 1 and offset 0 leave it as it is."""

    slope: float = 1.0
    offset: float = 0.0

    def of(self, belief: Sequence[float] | Floats) -> Floats:
        """The agreement to expect."""
        if self == Map():
            return np.asarray(belief, np.float64)
        return np.asarray(1 / (1 + np.exp(-(self.slope * _odds(belief) + self.offset))))


def fitted(belief: Floats, agreed: Floats) -> Map:
    """The line that fits, drawn towards leaving things as they are; its slope stays within ``SLOPES``."""
    odds = _odds(belief)
    slope, offset = _newton(np.stack([odds, np.ones(len(odds))], 1), agreed, np.zeros(len(odds)), np.array([1.0, 0.0]))
    if not SLOPES[0] <= slope <= SLOPES[1]:
        slope = min(max(slope, SLOPES[0]), SLOPES[1])
        (offset,) = _newton(np.ones((len(odds), 1)), agreed, slope * odds, np.zeros(1))
    return Map(round(float(slope), 3), round(float(np.clip(offset, -FURTHEST, FURTHEST)), 3))


def _newton(x: Floats, agreed: Floats, base: Floats, known: Floats) -> Floats:
    """Logistic regression on top of ``base`` log-odds, with a ridge around what is ``known``."""
    line = known.copy()
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(base + x @ line, -30, 30)))
        gradient = x.T @ (agreed - p) - RIDGE * (line - known)
        curve = (x * (p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(x.shape[1])
        step = np.clip(np.linalg.solve(curve, gradient), -_LONGEST, _LONGEST)
        line = line + step
        if np.abs(step).max() < 1e-8:
            break
    return line


def error(belief: Floats, agreed: Floats) -> float:
    """Expected calibration error: |belief - agreement| over bins of equal count (Nixon et al. 2019), 0-1."""
    if not len(belief):
        return float("nan")
    order = np.argsort(belief, kind="stable")
    parts = np.array_split(order, min(BINS, len(order)))
    return float(sum(len(p) * abs(belief[p].mean() - agreed[p].mean()) for p in parts) / len(belief))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Calibration errors on labels: as delivered, and after a fit to the labels of all other calls.

    ``offered``: the fit to all of them, or the line that changes nothing where labels are few or a fit does not help.
    """

    labels: int
    before: float
    after: float
    offered: Map = Map()


def checked(belief: Sequence[float], agreed: Sequence[bool], call: Sequence[int]) -> Agreement | None:
    """The honest check, one call left out at a time; None with fewer than two judged calls."""
    b, y, c = np.array(belief, np.float64), np.array(agreed, np.float64), np.array(call)
    if len(set(call)) < 2:
        return None
    after = np.empty(len(b))
    for one in set(call):
        out = c == one
        after[out] = fitted(b[~out], y[~out]).of(b[out])
    before, then = error(b, y), error(after, y)
    offered = fitted(b, y) if len(b) >= FEWEST and then < before else Map()
    return Agreement(len(b), before, then, offered)


def _odds(belief: Sequence[float] | Floats) -> Floats:
    p = np.clip(belief, 0.01, 0.99)
    return np.asarray(np.log(p / (1 - p)))
