"""The settings that are tried: a grid around those as delivered, and how far each is from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from companion.config import EscalationSettings

SHIFTS = tuple(round(-1.5 + 0.1 * n, 1) for n in range(35))
"""How far all steps are lowered (+) or raised (-), in quarters of belief: 1 is what a sensitivity of 1 does. Up to the
lowest step there may be: the first sign of a heated talk, which who wants every hint asks for, is a belief of 0.1."""
BREAKING = 0.5
"""So much of that goes for the step to breaking where steps are lowered: verdicts are about heated, breaking is said
without waiting, and it is a strong word."""
SHIFT = 0.25
DEPTHS = (-0.1, 0.0, 0.1)
"""How much sooner (+) or later (-) a level is left again."""
WAITS_S = (0.0, 6.0, 12.0, 24.0, 48.0)
HALF_LIVES_S = (60.0, 90.0, 150.0)
_LEAST, _MOST, _APART = 0.08, 0.98, 0.06
_SOFTENED = 40.0
_WAIT_COST, _DEPTH_COST, _LIFE_COST = 0.35, 0.25, 0.25
"""What the other changes count beside a shift of 1: little, but not nothing, so that labels must ask for them."""
_WAIT_S = 24.0
"""The wait that counts so much; a longer one counts more."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One group of settings, and its squared distance from those as delivered (1: a shift as far as sensitivity 1)."""

    settings: EscalationSettings
    shift: float
    distance: float


def grid(delivered: EscalationSettings, *, quick: bool = False) -> list[Candidate]:
    """All that is tried; ``quick`` shifts the steps only."""
    depths, waits = ((0.0,), (0.0,)) if quick else (DEPTHS, WAITS_S)
    lives = (delivered.half_life_s,) if quick else HALF_LIVES_S
    return [
        moved(delivered, shift, depth, wait, life)
        for life in lives
        for shift in SHIFTS
        for depth in depths
        for wait in waits
    ]


def moved(delivered: EscalationSettings, shift: float, depth: float, wait_s: float, half_life_s: float) -> Candidate:
    """The settings as delivered, moved; steps stay in order, and a level is left below where it is entered."""
    parts = (1.0, 1.0, BREAKING if shift > 0 else 1.0)
    enter = tuple(round(_soft(e - SHIFT * shift * part), 3) for e, part in zip(delivered.enter, parts, strict=True))
    leave = tuple(
        round(min(max(d - SHIFT / 2 * shift * part + depth, _LEAST / 2), e - _APART), 3)
        for d, e, part in zip(delivered.leave, enter, parts, strict=True)
    )
    settings = replace(
        delivered,
        sensitivity=0.0,
        enter=(enter[0], enter[1], enter[2]),
        leave=(max(0.0, leave[0]), max(0.0, leave[1]), max(0.0, leave[2])),
        half_life_s=half_life_s,
        defer_s=wait_s,
    )
    distance = (
        shift**2
        + (_WAIT_COST * wait_s / _WAIT_S) ** 2
        + (_DEPTH_COST * depth / max(DEPTHS)) ** 2
        + (_LIFE_COST * math.log2(half_life_s / delivered.half_life_s)) ** 2
    )
    return Candidate(settings, shift, distance)


def _soft(value: float) -> float:
    """Within bounds, but never two the same: what is pressed against a bound still keeps its order."""
    if value > _MOST - 0.05:
        return _MOST - 0.05 / (1 + _SOFTENED * (value - _MOST + 0.05))
    return max(_LEAST, value)


def ordered(candidates: Sequence[Candidate]) -> list[Candidate]:
    """From the quietest to the most eager."""
    return sorted(candidates, key=lambda c: (c.shift, -c.settings.defer_s))
