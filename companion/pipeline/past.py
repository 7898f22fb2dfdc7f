"""Past calls as several stages need them: figures for trends, and what is worth trying next time."""

from __future__ import annotations

import json
from collections.abc import Sequence

from companion.events import Answered, Event
from companion.review.debrief import NEXT
from companion.review.summary import summarise
from companion.review.trends import Figures, figures
from companion.sessions.journal import Journal, SessionInfo

MOST = 20
"""Earlier calls that a call is compared with, the latest."""


def earlier_figures(journal: Journal, info: SessionInfo) -> list[Figures]:
    """The figures of the calls before this one, the oldest first; counted once, then kept beside the events."""
    before = [s for s in journal.sessions() if s.started_unix < info.started_unix and s.state != "running"][:MOST]
    return [_figures(journal, s) for s in reversed(before)]


def _figures(journal: Journal, info: SessionInfo) -> Figures:
    with journal.reading() as db:
        row = db.execute("SELECT events, body FROM figures WHERE session = ?", (info.id,)).fetchone()
    if row is not None and row[0] == info.events:
        kept: dict[str, float] = json.loads(row[1])
        return kept
    counted = figures(summarise(journal.load(info.id).events))
    with journal.changing() as db:
        db.execute("INSERT OR REPLACE INTO figures VALUES (?, ?, ?)", (info.id, info.events, json.dumps(counted)))
    return counted


def to_try(journal: Journal) -> str:
    """The one thing to try next time that the user chose in the last debrief that has one; empty when there is none."""
    with journal.reading() as db:
        rows = db.execute(
            "SELECT json_extract(e.body, '$.text') FROM events e JOIN sessions s ON s.id = e.session "
            "WHERE e.type = ? AND json_extract(e.body, '$.question') = ? "
            "ORDER BY s.started_unix DESC, e.n DESC LIMIT 1",
            (Answered.type, NEXT),
        ).fetchall()
    return str(rows[0][0]) if rows else ""


def calls(journal: Journal) -> list[tuple[str, Sequence[Event]]]:
    """Every session that has ended, with its id, the oldest first."""
    ended = [s for s in journal.sessions() if s.state != "running"]
    return [(s.id, journal.load(s.id).events) for s in reversed(ended)]
