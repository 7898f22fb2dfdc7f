"""Partial words that never flicker: only what two hypotheses in a row agree upon is shown as stable.

The rule is local agreement with n = 2 (Liu et al. 2020, "Low-latency sequence-to-sequence speech recognition and
translation by partial hypothesis selection"). Committed words only ever grow. While speech goes on, the last word of a
hypothesis may be half a word, so it is held back.
"""

from __future__ import annotations

import re


def _key(word: str) -> str:
    return re.sub(r"\W+", "", word).lower()


class Agreement:
    """Hypotheses of one growing utterance in, committed and open words out."""

    def __init__(self) -> None:
        self._committed: list[str] = []
        self._previous: list[str] = []

    @property
    def committed(self) -> tuple[str, ...]:
        """The words that will not change."""
        return tuple(self._committed)

    def update(self, hypothesis: str, *, paused: bool = False) -> tuple[str, int]:
        """The next hypothesis -> the text to show, and how many of its first characters are stable.

        ``paused``: nothing was being said at its end, so that its last word is whole.
        """
        words = hypothesis.split()
        done = len(self._committed)
        rest = words[done:]
        agreed = 0
        whole = rest if paused else rest[:-1]
        for ours, before in zip(whole, self._previous[done:], strict=False):
            if _key(ours) != _key(before):
                break
            agreed += 1
        self._committed += rest[:agreed]
        self._previous = self._committed + rest[agreed:]
        stable = " ".join(self._committed)
        return " ".join(self._previous), len(stable)
