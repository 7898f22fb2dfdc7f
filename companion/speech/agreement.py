"""Partial words that never flicker: only what three hypotheses in a row agree upon is shown as stable.

The rule is local agreement (Liu et al. 2020, "Low-latency sequence-to-sequence speech recognition and translation by
partial hypothesis selection"). Committed words only ever grow. While speech goes on, the last words of a hypothesis
lack what comes after them, and the very last may be half a word, so they are held back. On three dev calls 4.4 % of the
words so committed are others in the end; with two hypotheses and one word held back, which commits a fifth more, 5.5 %.
"""

from __future__ import annotations

import re


def _key(word: str) -> str:
    return re.sub(r"\W+", "", word).lower()


AGREE = 3
"""Hypotheses in a row that must agree."""
HELD = 4
"""Words at the end of a hypothesis that are not committed while speech goes on."""
_DRIFT = 4
"""Words by which a later hypothesis may be longer or shorter where the committed ones end ("70 %" for "seventy")."""
_TAIL = 3


class Agreement:
    """Hypotheses of one growing utterance in, committed and open words out."""

    def __init__(self) -> None:
        self._committed: list[str] = []
        self._before: list[list[str]] = []

    @property
    def committed(self) -> tuple[str, ...]:
        """The words that will not change."""
        return tuple(self._committed)

    def update(self, hypothesis: str, *, paused: bool = False) -> tuple[str, int]:
        """The next hypothesis -> the text to show, and how many of its first characters are stable.

        ``paused``: nothing was being said at its end, so that its last words are whole.
        """
        words = hypothesis.split()
        rest = words[self._end_of_committed(words) :]
        whole = rest if paused else rest[:-HELD]
        agreed = 0
        if len(self._before) == AGREE - 1:
            for said in zip(whole, *self._before, strict=False):
                if len({_key(word) for word in said}) > 1:
                    break
                agreed += 1
        self._committed += rest[:agreed]
        self._before = [h[agreed:] for h in [*self._before, rest][1 - AGREE :]]
        stable = " ".join(self._committed)
        return " ".join([*self._committed, *rest[agreed:]]), len(stable)

    def _end_of_committed(self, words: list[str]) -> int:
        """Where in ``words`` the committed ones end: where most of the last are found again, near their place."""
        done = len(self._committed)
        tail = [_key(w) for w in self._committed[-_TAIL:]]
        keys = [_key(w) for w in words]

        def matched(end: int) -> int:
            same = 0
            while same < min(len(tail), end) and keys[end - 1 - same] == tail[-1 - same]:
                same += 1
            return same

        places = range(max(0, done - _DRIFT), min(len(words), done + _DRIFT) + 1)
        best = max(places, key=lambda end: (matched(end), -abs(end - done)), default=done)
        return best if best in places and matched(best) else done
