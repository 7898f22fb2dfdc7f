"""A running belief over the four levels: a forward filter over the model's reading of each turn.

One reading is a hint, not a verdict. The filter (Rabiner 1989, forward algorithm) knows how seldom the level of a talk
changes from one turn to the next, so a single sharp sentence that is taken back moves it little, and three in a row
move it far. That is the deferral: it waits where recovery looks likely.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Belief = NDArray[np.float64]

TRANSITIONS = np.array(
    [
        [0.857, 0.136, 0.007, 0.000],
        [0.238, 0.476, 0.273, 0.013],
        [0.024, 0.286, 0.571, 0.119],
        [0.013, 0.106, 0.357, 0.524],
    ]
)
"""Chance of the next turn's level (columns) after this one's (rows): from the corpus' calls, with every change 2.4
times as likely as it is there, which did best on the fit author's and the dev calls (a grid with ``USUAL`` and
``TRUST``).
"""
USUAL = np.sqrt([0.58, 0.24, 0.15, 0.03])
"""How often each level is labelled in what the model learnt from, of which half (the root) is divided out of its
readings: 68 % of the turns of the dev calls are exactly right then, 62 % with all of it; of the fit author's 85, 84 %.
"""
TRUST = 0.7
"""How far a turn's reading is believed (exponent of its likelihood): neighbouring readings share their context, and so
their errors. On the fit author's and the dev calls 0.7 to 1.0 do equally well."""
VOICE_GAIN = 0.35
"""How much one standard deviation of vocal effort, beyond the first, favours the next higher level (natural log)."""
VOICE_MOST = 3.0


AT_ONCE = 0.10
"""How much surer a single turn must make it that the talk is heated, where nothing before it pointed there."""
ON_THE_WAY = 0.25
"""What points there: that heated was believed, after one of the two turns before, as far as this below what it is now.

Both were chosen on the fit author's calls, the dev calls and those by ``ua`` and ``ub``: of 14 calm ones 2 are alarmed
instead of 3, with one suggestion instead of three, and no onset is lost.
"""


def calm() -> Belief:
    """What is believed before anything was said."""
    return np.array([0.94, 0.05, 0.009, 0.001])


def update(
    belief: Belief,
    reading: Sequence[float] | NDArray[np.float64],
    *,
    effort: float = 0.0,
    weight: float = 1.0,
    lean: float = 0.0,
) -> Belief:
    """The belief after a turn that the model read as ``reading`` (probabilities of levels 0–3).

    ``effort``: the speaker's vocal effort in standard deviations above their usual; ``weight`` 0–1: how much there was
    to read (a bare "yes" tells little); ``lean``: how much the manner of the talk favours each higher level (natural
    log), as far as the words say that it is no longer calm.
    """
    predicted = belief @ TRANSITIONS
    likelihood = (np.maximum(np.asarray(reading, np.float64), 1e-3) / USUAL) ** (TRUST * weight)
    pressed = min(max(effort - 1.0, 0.0), VOICE_MOST)
    not_calm = 1.0 - float(reading[0])
    likelihood = likelihood * np.exp((VOICE_GAIN * pressed + lean * not_calm) * np.arange(4))
    after = predicted * likelihood
    return np.asarray(after / after.sum())


def relax(belief: Belief, seconds: float, half_life_s: float) -> Belief:
    """The belief after ``seconds`` in which nobody spoke: half-way to calm in every half-life."""
    stay = 0.5 ** (max(seconds, 0.0) / half_life_s)
    return np.asarray(belief * stay + calm() * (1 - stay))


def at_least(belief: Belief) -> tuple[float, float, float]:
    """How surely the level is at least 1, 2, 3."""
    tail = np.cumsum(belief[::-1])[::-1]
    return float(tail[1]), float(tail[2]), float(tail[3])


def sure(belief: Belief, *earlier: Belief) -> tuple[float, float, float]:
    """How surely the level is at least 1, 2, 3, for a ladder to climb; ``earlier``: the beliefs after the turns before.

    One hot sentence in a calm talk is mostly about something else (a neighbour, an old story): it has to be hotter.
    """
    tense, heated, breaking = at_least(belief)
    led_up_to = max(at_least(b)[1] for b in earlier) + ON_THE_WAY
    heated = max(heated - AT_ONCE, min(heated, led_up_to))
    return tense, heated, min(breaking, heated)
