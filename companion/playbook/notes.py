"""What the user wrote before the call, as the coach uses it: their limit, the others' pressures, words that set off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from companion.playbook.amounts import Amount, amounts

FLOOR = re.compile(
    r"\b(below|under|less than|at least|no less than|not less than|minimum|beneath)\b(?!\s+no\b)", re.IGNORECASE
)
CEILING = re.compile(r"\b(above|over|more than|at most|up to|maximum|max|beyond|exceed)\b", re.IGNORECASE)
_NEAR = 24
"""Characters between the word and its amount."""
SAME_MATTER = 3.0
"""An amount without a unit is about the limit when it is within this factor of it."""
INSISTS = 2
"""A limit counts as reached when they name such an amount this often..."""
INSISTS_S = 180.0
"""... within this."""
_SMALL = frozenset(
    "about after again also been from have just like more much need never next over really same some such than that "
    "their them then there they this time very want what when will with would your side maybe probably likely under "
    "pressure people could should because into make must".split()
)


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount that the user will not go beneath (``floor``) or beyond."""

    amount: Amount
    floor: bool

    def passed_by(self, asked: Amount) -> bool:
        """Whether an amount that they ask for is on the other side, and about the same thing."""
        limit = self.amount
        if asked.unit and limit.unit:
            if asked.unit != limit.unit:
                return False
        elif not (limit.value / SAME_MATTER <= asked.value <= limit.value * SAME_MATTER):
            return False
        return asked.value < limit.value if self.floor else asked.value > limit.value


class Notes:
    """The answers of ``companion prep``, ready to be looked up while the talk goes on."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = dict(answers)
        self._limits = tuple(limits(answers.get("limit", "")))
        self._words = tuple(_phrases(answers.get("words", "")))
        self._pressures = frozenset(_content(answers.get("pressures", "")))
        self._passed: list[float] = []

    def hear(self, text: str, t: float) -> None:
        """They said something."""
        asked = list(amounts(text)) if self._limits else []
        if any(limit.passed_by(a) for limit in self._limits for a in asked):
            self._passed.append(t)

    def limit_reached(self, now: float) -> bool:
        """Whether they insist on something beyond the user's limit, and did so just now."""
        lately = [t for t in self._passed if t > now - INSISTS_S]
        return len(lately) >= INSISTS and lately[-1] >= now - 1.0

    def sets_off(self, text: str) -> bool:
        """Whether the text has one of the words that set the user off."""
        spoken = f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "
        return any(f" {phrase} " in spoken for phrase in self._words)

    def under_pressure(self, text: str) -> bool:
        """Whether the text names one of the pressures that the user expected on their side."""
        return bool(self._pressures & _content(text))

    def said(self, name: str) -> str:
        """What the user wrote to a question; empty when nothing."""
        return self._answers.get(name, "").strip()


def limits(text: str) -> list[Limit]:
    """The limits in a text such as "Not below 40 a unit, and no more than 3 weeks"."""
    found = []
    for amount in amounts(text):
        before = text[max(0, amount.start - _NEAR) : amount.start]
        # the nearest word decides: "not above 30, at least 20"
        floor = max((m.start() for m in FLOOR.finditer(before)), default=-1)
        ceiling = max((m.start() for m in CEILING.finditer(before)), default=-1)
        if floor != ceiling:
            found.append(Limit(amount, floor > ceiling))
    return found


def _phrases(text: str) -> list[str]:
    parts = (re.findall(r"[a-z0-9]+", part.lower()) for part in re.split(r"[,;/\n.]", text))
    return [" ".join(words) for words in parts if words and len(" ".join(words)) > 2]


def _content(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z]+", text.lower())
    return frozenset(w.rstrip("s") for w in words if len(w) > 3 and w not in _SMALL)
