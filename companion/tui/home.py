"""The home screen: what can be done, and the last calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from companion.plain import clean
from companion.tui.palette import PALETTES, theme

CHOICES: tuple[tuple[str, str], ...] = (
    ("live", "Listen to a call"),
    ("demo", "Watch the bundled call"),
    ("prep", "Prepare a call"),
    ("review", "Look back at the last call"),
    ("calibrate", "How sensitive should it be?"),
    ("doctor", "Is everything there?"),
)
PROMISE = "Nothing leaves this machine. It may be wrong; you know the people."


class HomeApp(App[str]):
    """Returns the command that was chosen, or None."""

    CSS = """
    Screen { align: center middle; background: $background; }
    #home { width: 64; max-width: 100%; height: auto; padding: 1 2; }
    OptionList { height: auto; border: none; background: $background; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape", "quit", "leave")]

    def __init__(self, theme_name: str, last: Sequence[str]) -> None:
        super().__init__()
        self._theme_name = theme_name
        self._last = last

    def compose(self) -> ComposeResult:
        palette = PALETTES[self._theme_name]
        with Vertical(id="home"):
            title = Text()
            title.append("Companion\n", f"bold {palette.text}")
            title.append(PROMISE, palette.dim)
            yield Static(title)
            yield OptionList(*(Option(Text(f"{words:32}{name}"), id=name) for name, words in CHOICES))
            lines = "\n".join(clean(line) for line in self._last) or "No calls yet."
            yield Static(Text(f"{lines}\n\nEnter chooses, q leaves.", style=palette.dim))

    def on_mount(self) -> None:
        self.register_theme(theme(self._theme_name))
        self.theme = f"companion-{self._theme_name}"

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.exit(event.option_id)
