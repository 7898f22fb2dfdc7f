"""Which language a side speaks, when that is detected: settled by the weight of its utterances, and slow to change.

A name or an "okay" is often taken for another language; one utterance must not turn a side's transcript into it. Pure.
"""

from __future__ import annotations

from collections import Counter

SETTLED_AT = 4.0
"""Seconds of speech, weighted by the detector's probability, at which a language is settled."""
LONGEST_S = 6.0
"""An utterance counts for so many seconds at most: one of them is not enough."""
LEAD = 2.0
"""How many times the weight of the next one the settled language needs."""
SURE = 0.8
"""Probability from which an utterance speaks against the settled language."""
LONG_S = 2.5
"""Shorter utterances are not heard against it."""
SWITCH_AFTER = 3
"""So many in a row, all for the same other language, change it."""


class SideLanguage:
    """The language of one side."""

    def __init__(self) -> None:
        self._weights: Counter[str] = Counter()
        self._rival = ""
        self._in_a_row = 0
        self.settled: str | None = None

    def choose(self, detected: str, probability: float) -> str:
        """The language to recognise an utterance in, of which the detector says ``detected``."""
        if self.settled is not None:
            return self.settled
        ranked = self._weights.most_common(1)
        return detected if probability >= SURE or not ranked else ranked[0][0]

    def note(self, detected: str, probability: float, seconds: float) -> None:
        """An utterance of ``seconds`` was said."""
        if self.settled is None:
            self._weights[detected] += probability * min(seconds, LONGEST_S)  # type: ignore[assignment]
            (best, weight), *others = self._weights.most_common(2)
            if weight >= SETTLED_AT and (not others or weight >= LEAD * others[0][1]):
                self.settled = best
        elif detected == self.settled:
            self._in_a_row = 0
        elif seconds >= LONG_S and probability >= SURE:
            self._in_a_row = self._in_a_row + 1 if detected == self._rival else 1
            self._rival = detected
            if self._in_a_row >= SWITCH_AFTER:
                self.settled, self._in_a_row = detected, 0
