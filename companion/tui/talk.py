"""The words of both sides as rows of a width, and the part that is seen: pure.

A place is an utterance and a row within it; nothing is counted over the whole talk, and only the rows on the way are
broken. So eight hours cost what eight minutes do, to draw, to scroll, to add to and to resize.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from companion.events import Speaker
from companion.plain import clean
from companion.tui.state import Said
from companion.tui.wrap import wrapped

Place = tuple[int, int]
"""An utterance (those that are still on their way count after the finals), and a row of it."""


class Row(NamedTuple):
    """A row of words. ``first``: of its utterance; ``firm``: so many of its characters will not change."""

    speaker: Speaker
    person: int
    first: bool
    text: str
    firm: int


class Talk:
    """Finals, and after them what is being said now. It follows the newest words until one moves away from them."""

    def __init__(self) -> None:
        self._finals: list[Said] = []
        self._partials: tuple[Said, ...] = ()
        self._top: Place | None = None
        self._width = self._height = 1

    @property
    def finals(self) -> Sequence[Said]:
        """All that was said."""
        return self._finals

    @property
    def following(self) -> bool:
        """Whether the newest words are seen."""
        return self._top is None

    def add(self, fresh: Sequence[Said], partials: Sequence[Said]) -> None:
        """Finals that came, and all that is being said now."""
        self._finals += fresh
        self._partials = tuple(sorted(partials, key=lambda p: p.t0))
        self._settle()

    def fit(self, width: int, height: int) -> None:
        """Another size, in cells and rows; the words at the top stay there."""
        if self._top is not None and width != self._width:
            index, row = self._top
            offset = self._breaks(index)[row][0]
            self._width = width
            self._top = index, bisect_right([start for start, _ in self._breaks(index)], offset) - 1
        self._width, self._height = width, height
        self._settle()

    def move(self, rows: int) -> None:
        """Down by so many rows, or up when negative."""
        if self._count():
            top = self._top or self._newest()
            self._top = self._down(top, rows) if rows > 0 else self._up(top, -rows)
            self._settle()

    def begin(self) -> None:
        """To the first words."""
        self._top = (0, 0)
        self._settle()

    def follow(self) -> None:
        """To the newest words, and on with them."""
        self._top = None

    def seen(self) -> list[Row]:
        """The rows that are seen, at most as many as there is room for."""
        if not self._count():
            return []
        index, row = self._top or self._newest()
        rows: list[Row] = []
        while index < self._count() and len(rows) < self._height:
            rows += self._rows(index)[row:]
            index, row = index + 1, 0
        return rows[: self._height]

    def _settle(self) -> None:
        """Who has come down to the newest words follows them; a place stays within the rows that there are."""
        if self._top is None:
            return
        if not self._count() or self._top >= self._newest():
            self._top = None
            return
        index, row = self._top
        self._top = index, min(row, len(self._breaks(index)) - 1)

    def _count(self) -> int:
        return len(self._finals) + len(self._partials)

    def _said(self, index: int) -> Said:
        finals = len(self._finals)
        return self._finals[index] if index < finals else self._partials[index - finals]

    def _breaks(self, index: int) -> tuple[tuple[int, int], ...]:
        return _broken(self._said(index).text, self._width)[1]

    def _rows(self, index: int) -> list[Row]:
        said = self._said(index)
        text, breaks = _broken(said.text, self._width)
        return [
            Row(said.speaker, said.person, n == 0, text[start:end], min(max(said.stable - start, 0), end - start))
            for n, (start, end) in enumerate(breaks)
        ]

    def _newest(self) -> Place:
        """The top row when the last one stands at the bottom."""
        last = self._count() - 1
        return self._up((last, len(self._breaks(last)) - 1), self._height - 1)

    def _up(self, place: Place, rows: int) -> Place:
        index, row = place
        while rows > row and index > 0:
            rows -= row + 1
            index -= 1
            row = len(self._breaks(index)) - 1
        return index, max(0, row - rows)

    def _down(self, place: Place, rows: int) -> Place:
        index, row = place
        while (left := len(self._breaks(index)) - 1 - row) < rows and index < self._count() - 1:
            rows -= left + 1
            index, row = index + 1, 0
        return index, row + min(rows, left)


@lru_cache(maxsize=4096)
def _broken(text: str, width: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """What may be shown of a text, and where its rows begin and end."""
    plain = clean(text)
    return plain, tuple(wrapped(plain, width))
