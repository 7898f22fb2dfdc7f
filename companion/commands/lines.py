"""Events as readable lines, for when there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

from companion.errors import CompanionError
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
from companion.plain import clean, clock, numbered

WHO = {"me": "you ", "them": "they"}


def line(event: Event) -> str | None:
    """The event as a line, or None where it is not for reading."""
    match event:
        case SessionStarted():
            return f"{clock(0)}  listening: {clean(event.source)}"
        case Utterance():
            drivers = ", ".join(f"may be {d.id} {d.score:.0%}" for d in event.drivers[:2])
            return f"{clock(event.t0)}  {numbered(WHO[event.speaker], event.person)}  {clean(event.text)}" + (
                f"   [{drivers}]" if drivers else ""
            )
        case Escalation():
            arrow = "▲" if event.level > event.previous else "▼"
            why = clean("; ".join(event.reasons))
            return f"{clock(event.t)}  {arrow} {Level(event.level).name}: {why}"
        case Prompt():
            say = clean(event.say)
            quoted = f"“{say}”" if event.kind == "say" else say
            return f"{clock(event.t)}  ◆ {clean(event.headline)}: {quoted}"
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
    """A sink that prints readable lines; ``gone`` is called once when their reader has left (``| head``).

    Raises ``CompanionError`` when they cannot be written for another reason.
    """

    def __init__(self, out: TextIO | None = None, gone: Callable[[], None] = lambda: None) -> None:
        self._out: TextIO | None = out or sys.stdout
        self._gone = gone

    def __call__(self, event: Event) -> None:
        text = line(event)
        if text is None or self._out is None:
            return
        try:
            print(text, file=self._out, flush=True)
        except BrokenPipeError:
            self._out = None
            self._gone()
        except OSError as error:
            self._out = None
            raise CompanionError(f"The lines cannot be printed ({error.strerror}).", "Free some space.") from error
