"""The last line: the keys that are of use now; one that was pressed lights up, and what came of it is told there."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.timer import Timer

from companion.tui.gauges import keys
from companion.tui.palette import Palette
from companion.tui.regions import Region

LIT_S = 0.25
"""A key that goes to the session lights up for this long: it was heard, whatever comes of it."""
TOLD_S = 3.0
"""An answer in words stands in the place of the keys for this long: nothing else is covered by it."""


class KeysLine(Region):
    """The keys by need, as many as there is room for."""

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._palette = palette
        self._prompt = self._paused = False
        self._width = 80
        self._lit = self._told = ""
        self._until: Timer | None = None

    def offer(self, palette: Palette, width: int, *, prompt: bool, paused: bool) -> None:
        """Show the keys, those of a ``prompt`` first where there is one."""
        self._palette, self._width, self._prompt, self._paused = palette, width, prompt, paused
        self._draw()

    def light(self, key: str) -> None:
        """Show that a key was heard."""
        self._show("", key, LIT_S)

    def tell(self, words: str) -> None:
        """Say what came of a key, in a few words."""
        self._show(words, "", TOLD_S)

    def clear(self) -> None:
        """Only the keys again."""
        self._told = self._lit = ""
        self._draw()

    def _show(self, told: str, lit: str, seconds: float) -> None:
        self._told, self._lit = told, lit
        if self._until is not None:
            self._until.stop()
        self._until = self.set_timer(seconds, self.clear)
        self._draw()

    def _draw(self) -> None:
        if self._told:
            self.show(Text(f" {self._told}", Style(color=self._palette.text, bold=True), no_wrap=True))
        else:
            offered = keys(self._palette, self._width, prompt=self._prompt, paused=self._paused, pressed=self._lit)
            self.show(offered)
