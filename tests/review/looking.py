"""A call to look back at, and what the review screen shows of it."""

from __future__ import annotations

from textual.widgets import Static

from companion.events import (
    Driver,
    Escalation,
    Mark,
    Paused,
    Prompt,
    PromptClosed,
    Resumed,
    SessionEnded,
    SessionStarted,
    Temperature,
    Utterance,
)
from companion.sessions.journal import Journal
from companion.tui.review import ReviewApp
from tests.tui.feed import TALK

SHARP = (0.05, 0.1, 0.1, 0.4, 0.3, 0.85, 0.7)


def a_call() -> list:
    out = [SessionStarted(source="x", started_unix=1_790_000_000.0)]
    level = 0
    for n, (speaker, text, score, now) in enumerate(TALK):
        t = 14.0 * n + 5
        drivers = (Driver("anger", 0.8),) if now == 2 and speaker == "them" else ()
        out.append(Utterance(t=t, speaker=speaker, t0=t - 4, t1=t, text=text, drivers=drivers))
        if now != level:
            why = (f"they: may be anger, “{text}”",)
            out.append(Escalation(t=t, level=now, previous=level, score=score, reasons=why))
            level = now
        out.append(Temperature(t=t, score=score, level=now, sides={speaker: SHARP[n]}))
    return [
        *out,
        Prompt(t=76.0, id=1, move="acknowledge", driver="anger", headline="Acknowledge the anger", level=2,
               say="This has clearly been hard on you."),
        PromptClosed(t=90.0, id=1, outcome="used"),
        Mark(t=91.0, note="here"),
        Paused(t=95.0), Resumed(t=105.0),
        Escalation(t=112.0, level=1, previous=2, score=0.3, reasons=("calmer turns",)),
        Temperature(t=112.0, score=0.3, level=1),
        SessionEnded(t=120.0, reason="user"),
    ]  # fmt: skip


def shown(app: ReviewApp, what: str) -> str:
    return str(app.screen_stack[0].query_one(what, Static).visual)


async def until(pilot, true) -> None:
    """Let the screen work until something is so; a busy machine may need a while."""
    for _ in range(300):
        await pilot.pause(0.01)
        if true():
            return
    raise AssertionError("it never came true")


def notes(app: ReviewApp, journal: Journal, kind: str) -> list:
    return [e for e in journal.load(app.record.info.id).events if e.type == kind]
