"""The words of both sides on the screen: a row is drawn only when it has changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region as Area
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from companion.plain import clean, numbered
from companion.tui.palette import Palette
from companion.tui.state import Said
from companion.tui.talk import Row, Talk

WHO = {"me": "you", "them": "they"}
_MARGIN = 6
"""Cells for who speaks, and the gap after it."""
_WHEEL = 3
"""Rows a notch of the mouse's wheel."""
_BELOW = "▼ newer words below: End"
_HIDDEN = "The words are hidden. t shows them."


class Transcript(Widget):
    """Finals, and below them what is being said now. It follows the talk unless the user has scrolled up."""

    private: var[bool] = var(default=False)

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._palette = palette
        self._talk = Talk()
        self._drawn: list[Row | str] = []

    @property
    def following(self) -> bool:
        """Whether the newest words are seen."""
        return self._talk.following

    def show(self, fresh: Sequence[Said], partials: Sequence[Said]) -> None:
        """Add finals, and put what is being said now below them."""
        self._talk.add(fresh, partials)
        self._draw()

    def recolour(self, palette: Palette) -> None:
        """Other colours, the same words."""
        self._palette = palette
        self.refresh()

    def text(self) -> str:
        """All finals as text, a line each (for tests and for copying)."""
        return "\n".join(f"{numbered(WHO[s.speaker], s.person)}: {clean(s.text)}" for s in self._talk.finals)

    def move(self, where: str) -> None:
        """By a row (``up``, ``down``), a page (``page_up``, ``page_down``), or to one ``end`` (or ``home``)."""
        page = max(1, self.size.height - 2)
        if where == "home":
            self._talk.begin()
        elif where == "end":
            self._talk.follow()
        else:
            self._talk.move({"up": -1, "down": 1, "page_up": -page, "page_down": page}[where])
        self._draw()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel, away from the user."""
        event.stop()
        self._talk.move(-_WHEEL)
        self._draw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel, towards the user."""
        event.stop()
        self._talk.move(_WHEEL)
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._talk.fit(max(1, event.size.width - _MARGIN - 1), max(1, event.size.height))
        self._draw()

    def watch_private(self) -> None:
        """Draw again without, or with, the words."""
        self._draw()

    # ---- drawing

    def _draw(self) -> None:
        """Draw the rows that are not what they were."""
        before, self._drawn = self._drawn, self._wanted()
        if len(before) != len(self._drawn):
            self.refresh()
            return
        width = self.size.width
        changed = [
            Area(0, y, width, 1) for y, (old, new) in enumerate(zip(before, self._drawn, strict=True)) if old != new
        ]
        if changed:
            self.refresh(*changed)

    def _wanted(self) -> list[Row | str]:
        """A row for each line of the screen, or a note."""
        width, height = self.size
        if self.private:
            return [*[""] * (height - 1), _HIDDEN.center(width)]
        if not self._talk.following:
            return [*self._talk.seen()[: height - 1], _BELOW.rjust(width - 1)]
        rows = self._talk.seen()
        # few words stand at the bottom, where the next ones will come
        return [*[""] * (height - len(rows)), *rows]

    def render_line(self, y: int) -> Strip:
        row = self._drawn[y] if y < len(self._drawn) else ""
        if isinstance(row, Row):
            return self._strip(self._row(row))
        colour = self._palette.dim if self.private else self._palette.accent
        return self._strip([Segment(row, self._style(colour))])

    def _row(self, row: Row) -> list[Segment]:
        palette = self._palette
        who = f"{WHO[row.speaker]:>4}{row.person or ''}" if row.first else ""
        return [
            Segment(f"{who:{_MARGIN}}", self._style(palette.accent if row.speaker == "me" else palette.dim)),
            Segment(row.text[: row.firm], self._style(palette.text)),
            Segment(row.text[row.firm :], self._style(palette.dim, italic=True)),
        ]

    def _style(self, colour: str, *, italic: bool = False) -> Style:
        return _style(colour, self._palette.ground, italic)

    def _strip(self, segments: list[Segment]) -> Strip:
        blank = self._style(self._palette.text)
        return Strip([s for s in segments if s.text]).adjust_cell_length(self.size.width, blank)


@lru_cache(maxsize=64)
def _style(colour: str, ground: str, italic: bool) -> Style:
    return Style(color=colour, bgcolor=ground, italic=italic)
