"""What is usual for a side: who is always blunt is not escalating by being so.

The usual is a low quantile of the heat of a side's turns, followed step by step (Robbins & Monro 1951). Only the sign
of each difference teaches, so a flare teaches no more than any other turn; and a quantile below the median means that
sharpness has to be there in most turns before it counts as usual. What is far above the usual is never discounted.

Its reach is small. Above ``MOST`` little is discounted: a turn of heat 0.8 counts for nearly nine tenths, be it ever so
usual. And swearing at things hardly needs it: hot by its emotions (0.2-0.8), but the reader takes the talk for calm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

QUANTILE = 0.35
"""A side's usual is the heat that this share of its turns stays below."""
FIRST_STEP, LATER_STEP = 0.10, 0.03
"""How far one turn moves the usual, at first and later: known within some ten turns, then adapting over many."""
FIRST_S = 120.0
"""Seconds of a side's own speech that count as the first."""
SETTLED_TURNS = 6
"""Turns after which the usual may be relied upon."""
HEATED_SHARE = 0.25
"""How much a turn teaches while the talk is believed to be heated: a long quarrel must not become the usual."""
MOST = 0.6
"""The usual never gets higher than this: what is open anger stays so."""
ORDINARY = 0.2
"""Whose usual is below this is like everybody else, and nothing is discounted."""
REAL_CHANGE = 0.3
"""So far above the usual nothing is discounted."""
DISCOUNT = 0.5
"""How much less a turn tells that is just as sharp as always (part of its likelihood's exponent)."""


@dataclass(frozen=True, slots=True)
class Usual:
    """A side's usual heat 0-1, from so many turns and seconds of its speech."""

    heat: float = 0.0
    turns: int = 0
    seconds: float = 0.0

    @property
    def settled(self) -> bool:
        """Whether enough was heard."""
        return self.turns >= SETTLED_TURNS


def learn(usual: Usual, heat: float, seconds: float, *, heated: bool) -> Usual:
    """The usual after a turn; ``heated``: while the talk was believed to be."""
    step = (FIRST_STEP if usual.seconds < FIRST_S else LATER_STEP) * (HEATED_SHARE if heated else 1.0)
    if heat > usual.heat:
        moved = min(usual.heat + step * QUANTILE, heat)
    else:
        moved = max(usual.heat - step * (1 - QUANTILE), heat)
    return replace(usual, heat=min(moved, MOST), turns=usual.turns + 1, seconds=usual.seconds + seconds)


def discount(usual: Usual, heat: float) -> float:
    """How much of a turn of this heat counts, 1 - ``DISCOUNT`` to 1; 1 before the usual has settled."""
    if not usual.settled or heat <= ORDINARY or usual.heat <= ORDINARY:
        return 1.0
    known = min((usual.heat - ORDINARY) / (heat - ORDINARY), 1.0)
    plain = max(0.0, 1.0 - max(heat - usual.heat, 0.0) / REAL_CHANGE)
    return 1.0 - DISCOUNT * known * plain


def is_sharper(usual: Usual, heat: float) -> bool:
    """Whether a turn is plainly sharper than what this side usually says."""
    return usual.settled and heat - usual.heat >= REAL_CHANGE
