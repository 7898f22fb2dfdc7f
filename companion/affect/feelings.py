"""Which of GoEmotions' 28 feelings (Demszky et al. 2020) are named: a pleasant one only where little speaks against it.

To hear joy in somebody who is hurt is the worst mistake there is to make here, so it takes more than being likeliest.
"""

from __future__ import annotations

from collections.abc import Mapping

POSITIVE = frozenset({
    "admiration", "amusement", "approval", "caring", "desire", "excitement",
    "gratitude", "joy", "love", "optimism", "pride", "relief",
})  # fmt: skip
NEGATIVE = frozenset({
    "anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment",
    "fear", "grief", "nervousness", "remorse", "sadness",
})  # fmt: skip
NAMED = 0.10
"""A feeling is named from this probability on (below, it is noise of a 28-way head)."""


def named(probabilities: Mapping[str, float], outweighs: float) -> dict[str, float]:
    """The feelings to name, strongest first.

    ``outweighs``: by how much all pleasant ones together must be likelier than all unpleasant ones for a pleasant one
    to be named (0: they need not).
    """
    pleasant = sum(probabilities.get(name, 0.0) for name in POSITIVE)
    unpleasant = sum(probabilities.get(name, 0.0) for name in NEGATIVE)
    doubtful = pleasant < outweighs * unpleasant
    return {
        name: p
        for name, p in sorted(probabilities.items(), key=lambda item: -item[1])
        if p >= NAMED and not (doubtful and name in POSITIVE)
    }
