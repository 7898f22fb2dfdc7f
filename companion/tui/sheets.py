"""The sheets that lie over the live screen: help, the question before the end, the pacer, the summary."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from companion.tui.paint import pacer
from companion.tui.palette import Palette

BREATH_S = 0.2
"""The pacer moves this often."""

HELP = """\
The companion listens, follows how heated the talk is, and now and
then suggests one sentence. It may be wrong: you know the people.

  space   pause, or listen again       u   you used the suggestion
  m       mark this moment, with a     d   dismiss it
          note or just Enter           n   another suggestion
  + -     more or less sensitive       b   breathe with me
  t       hide or show the words       q   end, and look back
  ↑ ↓ PgUp PgDn Home End   scroll      ^p  all commands, colours

○ calm   ◔ tense   ◑ heated   ● breaking
◆ a suggestion   ▲ your mark

Nothing leaves this machine. Any key closes this."""


class Sheet(ModalScreen[bool]):
    """Some text; any key closes it."""

    def __init__(self, text: Text | str) -> None:
        super().__init__()
        self._text = Text(text) if isinstance(text, str) else text

    def compose(self) -> ComposeResult:
        yield Static(self._text, id="sheet")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss(result=True)


class Question(ModalScreen[bool]):
    """Yes or no; y, Enter and the key that asked mean yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter,q", "answer(True)", "yes"),
        Binding("n,escape", "answer(False)", "no"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        yield Static(Text(self._question), id="sheet")

    def action_answer(self, yes: bool) -> None:
        """The answer."""
        self.dismiss(yes)


class Breathing(ModalScreen[bool]):
    """A breathing pacer; any key closes it."""

    def __init__(self, palette: Palette, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._palette = palette
        self._now = now
        self._since = now()

    def compose(self) -> ComposeResult:
        yield Static(pacer(0.0, self._palette), id="pacer")

    def on_mount(self) -> None:
        self.set_interval(BREATH_S, self._breathe)

    def _breathe(self) -> None:
        self.query_one("#pacer", Static).update(pacer(self._now() - self._since, self._palette), layout=False)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss(result=True)
