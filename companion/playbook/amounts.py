"""Amounts in spoken and written English: "24,000 a year", "nine per cent", "forty five", "1.2 million"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ONES = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {w: 10 * n for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "k": 1000, "grand": 1000, "million": 10**6, "m": 10**6}
_CURRENCY = {"$": "money", "€": "money", "£": "money"}
_UNITS = {
    "percent": "percent", "%": "percent", "points": "percent", "dollars": "money", "euros": "money", "pounds": "money",
    "euro": "money", "dollar": "money", "bucks": "money", "quid": "money", "cent": "cent", "cents": "cent",
    "days": "day", "weeks": "week", "months": "month", "years": "year", "hours": "hour",
    "day": "day", "week": "week", "month": "month", "year": "year", "hour": "hour",
}  # fmt: skip
_TOKEN = re.compile(r"[$€£]|%|\d+(?:[.,]\d+)*|[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit ("money", "percent", "week", …; "" where none was said), and where it begins."""

    value: float
    unit: str
    start: int


def amounts(text: str) -> Iterator[Amount]:
    """The amounts of a text, in their order. "one" by itself is a word, not an amount."""
    tokens = [(m.group().lower(), m.start()) for m in _TOKEN.finditer(text.replace("per cent", "percent "))]
    at = 0
    while at < len(tokens):
        start, before = at, tokens[at - 1][0] if at else ""
        value, at = _number(tokens, at)
        if value is None:
            at = start + 1
            continue
        after = tokens[at][0] if at < len(tokens) else ""
        unit = _UNITS.get(after, "") or _CURRENCY.get(before, "")
        if at - start == 1 and tokens[start][0] == "one" and not unit:
            continue
        yield Amount(value, unit, tokens[start][1])


def _number(tokens: list[tuple[str, int]], at: int) -> tuple[float | None, int]:
    total, current, found = 0.0, 0.0, False
    while at < len(tokens):
        word = tokens[at][0]
        if word[0].isdigit():
            if found:
                break
            current, found = _digits(word), True
        elif word in _ONES:
            current, found = current + _ONES[word], True
        elif word in _TENS:
            current, found = current + _TENS[word], True
        elif word in _SCALES and found:
            current *= _SCALES[word]
            if _SCALES[word] >= 1000:
                total, current = total + current, 0.0
        elif not (word == "and" and found and at + 1 < len(tokens) and tokens[at + 1][0] in {**_ONES, **_TENS}):
            break
        at += 1
    return (total + current if found else None), at


def _digits(text: str) -> float:
    """Digits as a number: "24,000" is twenty-four thousand; "9.5" and "9,5" are nine and a half."""
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", text):
        return float(re.sub(r"[.,]", "", text))
    head, _, tail = text.replace(",", ".").rpartition(".")
    return float(f"{head.replace('.', '')}.{tail}") if head else float(tail)
