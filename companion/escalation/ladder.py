"""From belief to level: a ladder with a higher step up than down, so that the level seldom flickers."""

from __future__ import annotations

from collections.abc import Sequence

SENSITIVITY_SHIFT = 0.25
"""How far a sensitivity of 1 lowers, or -1 raises, the steps up."""


def thresholds(
    enter: Sequence[float], leave: Sequence[float], sensitivity: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The steps up and down at a sensitivity of -1 to 1; they stay apart and within 0.02–0.98."""
    shifted = tuple(min(max(e - SENSITIVITY_SHIFT * sensitivity, 0.10), 0.98) for e in enter)
    falling = tuple(
        max(0.02, min(d - SENSITIVITY_SHIFT * sensitivity / 2, e - 0.08)) for e, d in zip(shifted, leave, strict=True)
    )
    return shifted, falling


def step(level: int, belief: Sequence[float], enter: Sequence[float], leave: Sequence[float]) -> int:
    """The next level, given the belief that it is at least 1, 2, 3 and the steps up and down of each."""
    while level < 3 and belief[level] >= enter[level]:
        level += 1
    while level > 0 and belief[level - 1] < leave[level - 1]:
        level -= 1
    return level
