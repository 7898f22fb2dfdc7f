"""Whether the user's words resemble a suggested line: spoken freely, in another order, with words left out."""

from __future__ import annotations

import re

_SMALL = frozenset(
    "a an and are as at be but by can could did do does for from had has have how i i'd i'll i'm if in is it it's its "
    "just let let's like may me my not of on one or our out shall should so that that's the their them then there "
    "this to up us was we were what which who will with would you you'd you're your".split()
)
ALIKE = 80.0
"""Two words this much alike are the same word in another form, or misheard (0-100, Levenshtein ratio)."""
FEW = 3
"""A line of fewer content words is compared as a whole only."""


def resembles(line: str, words: str) -> float:
    """How much ``words`` say what ``line`` says, 0-1.

    The larger of two views: how many of the line's content words were spoken (in any form, anywhere), and how much of
    the line was spoken as it stands (best matching part). From 0.6 on it was most likely said: see the test's table.
    """
    from rapidfuzz import fuzz, process

    a, b = _tokens(line), _tokens(words)
    if not a or not b:
        return 0.0
    as_it_stands = fuzz.partial_ratio(" ".join(a), " ".join(b)) / 100 if len(b) >= len(a) // 2 else 0.0
    content = [t for t in dict.fromkeys(a) if t not in _SMALL]
    spoken = [t for t in dict.fromkeys(b) if t not in _SMALL]
    if len(content) < FEW or not spoken:
        return max(0.0, (as_it_stands - 0.5) * 2)
    found = sum(process.extractOne(t, spoken, scorer=fuzz.ratio, score_cutoff=ALIKE) is not None for t in content)
    return max(found / len(content), (as_it_stands - 0.5) * 2)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower().replace("’", "'"))
