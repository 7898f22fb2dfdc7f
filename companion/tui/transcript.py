"""The words of both sides: only the rows that are seen are ever drawn, so eight hours scroll like eight minutes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from companion.plain import clean, numbered
from companion.tui.palette import Palette
from companion.tui.state import Said
from companion.tui.wrap import wrapped

WHO = {"me": "you", "them": "they"}
_MARGIN = 6
"""Cells for who speaks, and the gap after it."""
_BELOW = "▼ newer words below: End"
_HIDDEN = "The words are hidden. t shows them."


class Transcript(ScrollView):
    """Finals, and below them what is being said now. It follows the talk unless the user has scrolled up."""

    can_focus = False
    private: var[bool] = var(default=False)

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._palette = palette
        self._said: list[Said] = []
        self._ends: list[int] = []
        self._partials: tuple[Said, ...] = ()
        self._tail: list[tuple[Said, int]] = []
        self._following = True
        self._width = 0

    @property
    def following(self) -> bool:
        """Whether the newest words are seen."""
        return self._following

    def show(self, fresh: Sequence[Said], partials: Sequence[Said]) -> None:
        """Add finals, and put what is being said now below them."""
        changed = tuple(sorted(partials, key=lambda p: p.t0))
        if not fresh and changed == self._partials:
            return
        self._partials = changed
        for said in fresh:
            self._add(said)
        self._measure()

    def recolour(self, palette: Palette) -> None:
        """Other colours, the same words."""
        self._palette = palette
        self.refresh()

    def text(self) -> str:
        """All finals as text, a line each (for tests and for copying)."""
        return "\n".join(f"{numbered(WHO[s.speaker], s.person)}: {clean(s.text)}" for s in self._said)

    def follow(self) -> None:
        """Back to the newest words."""
        self._following = True
        self._measure()

    # ---- measuring

    def _add(self, said: Said) -> None:
        self._said.append(said)
        self._ends.append((self._ends[-1] if self._ends else 0) + self._rows(said))

    def _rows(self, said: Said) -> int:
        return len(_lines(clean(said.text), self._width))

    def on_resize(self) -> None:
        """Break all lines anew when the width has changed."""
        width = max(1, self.size.width - _MARGIN - 1)
        if width == self._width:
            self._measure()
            return
        self._width = width
        said, self._said, self._ends = self._said, [], []
        for one in said:
            self._add(one)
        self._measure()

    def _measure(self) -> None:
        finals = self._ends[-1] if self._ends else 0
        self._tail = [(p, row) for p in self._partials for row in range(self._rows(p))]
        rows = finals + len(self._tail)
        self.virtual_size = Size(self.size.width, rows)
        if self._following:
            self.scroll_to(y=max(0, rows - self.size.height), animate=False, force=True)
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._following = round(new_value) >= self.virtual_size.height - self.size.height

    def watch_private(self) -> None:
        """Draw again without, or with, the words."""
        self.refresh()

    # ---- drawing

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.private:
            note = _HIDDEN if y == self.size.height - 1 else ""
            return self._strip([Segment(note.center(width)[:width], self._style(self._palette.dim))])
        if not self._following and y == self.size.height - 1:
            return self._strip([Segment(_BELOW.rjust(width - 1)[:width], self._style(self._palette.accent))])
        rows = self.virtual_size.height
        # few words stand at the bottom, where the next ones will come
        row = self.scroll_offset.y + y - max(0, self.size.height - rows)
        if not 0 <= row < rows:
            return self._strip([])
        finals = self._ends[-1] if self._ends else 0
        if row >= finals:
            said, within = self._tail[row - finals]
        else:
            index = bisect_right(self._ends, row)
            said, within = self._said[index], row - (self._ends[index - 1] if index else 0)
        return self._strip(list(self._row(said, within)))

    def _row(self, said: Said, within: int) -> Iterable[Segment]:
        palette = self._palette
        text = clean(said.text)
        start, end = _lines(text, self._width)[within]
        who = f"{WHO[said.speaker]:>4}{said.person or ''}" if within == 0 else ""
        yield Segment(f"{who:6}", self._style(palette.accent if said.speaker == "me" else palette.dim))
        firm = min(max(said.stable, start), end)
        yield Segment(text[start:firm], self._style(palette.text))
        yield Segment(text[firm:end], self._style(palette.dim, italic=True))

    def _style(self, colour: str, *, italic: bool = False) -> Style:
        return _style(colour, self._palette.ground, italic)

    def _strip(self, segments: list[Segment]) -> Strip:
        blank = self._style(self._palette.text)
        return Strip(segments).adjust_cell_length(self.size.width, blank)


@lru_cache(maxsize=4096)
def _lines(text: str, width: int) -> tuple[tuple[int, int], ...]:
    return tuple(wrapped(text, width))


@lru_cache(maxsize=64)
def _style(colour: str, ground: str, italic: bool) -> Style:
    return Style(color=colour, bgcolor=ground, italic=italic)
