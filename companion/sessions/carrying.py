"""A session from its exported events back into the journal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from companion import wire
from companion.errors import UsageError
from companion.events import Event, SessionEnded, SessionStarted, Titled
from companion.sessions.edits import note
from companion.sessions.journal import Journal


def read_events(path: Path) -> list[Event]:
    """The events of an exported ``.json`` (a list) or of an events file (one object a line).

    Raises ``UsageError`` naming what is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as text.", "It wants what `companion export` wrote.") from error
    try:
        rows: list[Any] = (
            json.loads(text)
            if text.lstrip().startswith("[")
            else [json.loads(line) for line in text.splitlines() if line.strip()]
        )
        events = [wire.from_dict(row) for row in rows]
    except (ValueError, AttributeError) as error:
        raise UsageError(f"{path} holds no session ({error}).", "Try: companion export last --format json") from error
    if not events or not isinstance(events[0], SessionStarted):
        raise UsageError(f"{path} holds no session.", "Its first event must be session_started.")
    return events


def bring_back(journal: Journal, events: list[Event]) -> str:
    """Keep the session in the journal, under an id of its own; returns that."""
    started = events[0]
    assert isinstance(started, SessionStarted)
    title = next((e.title for e in reversed(events) if isinstance(e, Titled)), "")
    writer = journal.begin(started, title)
    ended = any(isinstance(e, SessionEnded) for e in events)
    with journal.changing() as db:
        for event in events:
            writer.insert(db, event)
            note(db, writer.id, event)
        if not ended:
            db.execute("UPDATE sessions SET pid = NULL WHERE id = ?", (writer.id,))
    return writer.id
