"""Partial words that never flicker: only what two hypotheses in a row agree upon is shown as stable.

The rule is local agreement with n = 2 (Liu et al. 2020, "Low-latency sequence-to-sequence speech recognition and
translation by partial hypothesis selection"). Committed words only ever grow. While speech goes on, the last word of a
hypothesis may be half a word, so it is held back.
"""

from __future__ import annotations

import re


def _key(word: str) -> str:
    return re.sub(r"\W+", "", word).lower()


_DRIFT = 4
"""Words by which a later hypothesis may be longer or shorter where the committed ones end ("70 %" for "seventy")."""
_TAIL = 3


class Agreement:
    """Hypotheses of one growing utterance in, committed and open words out."""

    def __init__(self) -> None:
        self._committed: list[str] = []
        self._open: list[str] = []

    @property
    def committed(self) -> tuple[str, ...]:
        """The words that will not change."""
        return tuple(self._committed)

    def update(self, hypothesis: str, *, paused: bool = False) -> tuple[str, int]:
        """The next hypothesis -> the text to show, and how many of its first characters are stable.

        ``paused``: nothing was being said at its end, so that its last word is whole.
        """
        words = hypothesis.split()
        rest = words[self._end_of_committed(words) :]
        agreed = 0
        whole = rest if paused else rest[:-1]
        for ours, before in zip(whole, self._open, strict=False):
            if _key(ours) != _key(before):
                break
            agreed += 1
        self._committed += rest[:agreed]
        self._open = rest[agreed:]
        stable = " ".join(self._committed)
        return " ".join([*self._committed, *self._open]), len(stable)

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
