"""The sheets that lie over the live screen: help, the question before the end, the summary."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

HELP = """\
The companion listens, follows how heated the talk is, and now and
then suggests one sentence. It may be wrong: you know the people.

  space   pause, or listen again
  u       you used the suggestion
  d       dismiss it
  m       mark this moment (with a note, or just Enter)
  + -     more or less sensitive
  b       breathe with me
  t       hide or show the transcript
  q       end the call

○ calm   ◔ tense   ◑ heated   ● breaking
◆ a suggestion   ▲ your mark

Nothing leaves this machine. Any key closes this."""

BREATHE = (("Breathe in …", 4), ("Hold …", 2), ("Breathe out slowly …", 6))
"""A slow breath, five a minute: the long way out calms (resonance breathing, about 0.1 Hz)."""


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


class Breathing(Sheet):
    """A breathing pacer; any key closes it."""

    def __init__(self) -> None:
        super().__init__("Breathe out.")
        self._beat = 0

    def on_mount(self) -> None:
        self._next()

    def _next(self) -> None:
        words, seconds = BREATHE[self._beat % len(BREATHE)]
        self._beat += 1
        self.query_one("#sheet", Static).update(Text(f"\n{words}\n", justify="center"))
        self.set_timer(seconds, self._next)
