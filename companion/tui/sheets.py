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

from companion.tui.layout import SHORT_ROWS, fitting
from companion.tui.paint import pacer
from companion.tui.palette import Palette

BREATH_S = 0.2
"""The pacer moves this often."""

_WIDE = 76
"""From so many columns on the keys of the help stand in two columns."""
_HIGH = 32
"""From so many rows on a help of one column has room for its introduction too."""

_INTRODUCTION = (
    "It follows how heated the talk is, and now and then suggests one sentence. It may be wrong: you know the people."
)
_KEYS = (
    ("space", "pause, or listen again"), ("m", "mark this moment"), ("+ -", "more or less sensitive"),
    ("t", "hide or show the words"), ("b", "breathe with me"), ("q", "end, and look back"),
)  # fmt: skip
_CARD_KEYS = (
    ("u", "you used the suggestion"), ("d", "dismiss it"), ("n", "another one"),
    ("↑ ↓", "scroll, also PgUp PgDn"), ("End", "to the newest words"), ("^p", "all commands, colours"),
)  # fmt: skip
_SIGNS = "○ calm ◔ tense ◑ heated ● breaking\n◆ a suggestion ▲ your mark"
_PROMISE = "Nothing leaves this machine."


def help_for(columns: int, rows: int) -> str:
    """What the keys do, and what the signs mean, in what room there is in a terminal of that size."""
    if rows < SHORT_ROWS:
        return _crowded(columns - 4, rows)
    if columns >= _WIDE:
        keys = [f"{_entry(a):34}{_entry(b)}" for a, b in zip(_KEYS, _CARD_KEYS, strict=True)]
    else:
        keys = [_entry(entry) for entry in (*_KEYS, *_CARD_KEYS)]
    parts = ["\n".join(keys), _SIGNS, f"{_PROMISE}\nAny key closes this."]
    if columns >= _WIDE or rows >= _HIGH:
        parts.insert(0, _INTRODUCTION)
    return "\n\n".join(parts)


def _entry(entry: tuple[str, str]) -> str:
    key, what = entry
    return f"{key:6} {what}"


def _crowded(columns: int, rows: int) -> str:
    """The keys one after the other, as many as fit."""
    lines = [""]
    for key, what in (*_CARD_KEYS[:3], *_KEYS, *_CARD_KEYS[3:]):
        entry = f"{key} {what}"
        if lines[-1] and len(lines[-1]) + 3 + len(entry) > columns:
            lines.append("")
        lines[-1] += f"   {entry}" if lines[-1] else entry
    return "\n".join(lines[:rows])


class _Over(ModalScreen[bool]):
    """What lies over the live screen, knowing how much room there is."""

    def on_resize(self, event: events.Resize) -> None:
        """Take less room where there is less."""
        layout = fitting(event.size.width, event.size.height)
        self.set_class(layout.name == "strip", "strip")
        self.set_class(layout.name == "narrow", "narrow")


class Sheet(_Over):
    """Some text; any key closes it."""

    def __init__(self, text: Text | str) -> None:
        super().__init__()
        self._text = Text(text) if isinstance(text, str) else text

    def compose(self) -> ComposeResult:
        yield Static(self._text, id="sheet")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss(result=True)


class Question(_Over):
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


class Breathing(_Over):
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
