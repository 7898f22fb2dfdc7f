"""Events as readable lines, for when there is no terminal."""

from __future__ import annotations

import sys
from typing import IO

from companion.events import (
    Escalation,
    Event,
    Health,
    Level,
    Mark,
    Prompt,
    PromptClosed,
    SessionEnded,
    SessionStarted,
    Utterance,
)
from companion.plain import clean, clock

WHO = {"me": "you ", "them": "they"}


def line(event: Event) -> str | None:
    """The event as a line, or None where it is not for reading."""
    match event:
        case SessionStarted():
            return f"{clock(0)}  listening: {clean(event.source)}"
        case Utterance():
            drivers = ", ".join(f"may be {d.id} {d.score:.0%}" for d in event.drivers[:2])
            return f"{clock(event.t0)}  {WHO[event.speaker]}  {clean(event.text)}" + (
                f"   [{drivers}]" if drivers else ""
            )
        case Escalation():
            arrow = "▲" if event.level > event.previous else "▼"
            why = clean("; ".join(event.reasons))
            return f"{clock(event.t)}  {arrow} {Level(event.level).name}: {why}"
        case Prompt():
            quoted = f"“{event.say}”" if event.kind == "say" else event.say
            return f"{clock(event.t)}  ◆ {event.headline}: {quoted}"
        case PromptClosed() if event.outcome in ("used", "dismissed"):
            return f"{clock(event.t)}  ◇ {event.outcome}"
        case Mark():
            return f"{clock(event.t)}  ⚑ marked {clean(event.note)}".rstrip()
        case Health() if event.message:
            return f"{clock(event.t)}  · {clean(event.message)}"
        case SessionEnded():
            return f"{clock(event.t)}  ended ({event.reason})"
        case _:
            return None


class Printer:
    """A sink that prints readable lines."""

    def __init__(self, out: IO[str] | None = None) -> None:
        self._out = out or sys.stdout

    def __call__(self, event: Event) -> None:
        text = line(event)
        if text is not None:
            print(text, file=self._out, flush=True)
