"""Deleting for good: rows, index, the write-ahead log, free pages, and the recording."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from companion import locations
from companion.errors import CompanionError
from companion.sessions.journal import Journal, SessionInfo

_DAY_S = 86_400.0
_MB = 1_000_000


def recording(journal: Journal, session_id: str) -> Path | None:
    """The file of a session's recording, if it has one."""
    path = locations.recording_path(session_id, journal.path)
    return path if path.is_file() else None


def delete(journal: Journal, session_ids: Sequence[str]) -> bool:
    """Remove sessions for good; returns whether no trace is left.

    False: another companion has the journal open, so its log holds traces until that ends. Raises ``CompanionError``
    when one of them is still running, or a recording cannot be removed.
    """
    running = [s.id for s in journal.sessions() if s.id in session_ids and s.state == "running"]
    if running:
        raise CompanionError(f"{running[0]} is still running.", "End it first.")
    with journal.changing() as db:
        for session_id in session_ids:
            for table in ("words", "said", "events"):
                db.execute(f"DELETE FROM {table} WHERE session = ?", (session_id,))  # noqa: S608  # ours
            db.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
    for session_id in session_ids:
        remove_recording(journal, session_id)
    return scrub(journal)


def remove_recording(journal: Journal, session_id: str) -> bool:
    """Remove a session's recording; returns whether there was one."""
    path = recording(journal, session_id)
    if path is None:
        return False
    try:
        path.unlink()
    except OSError as error:
        raise CompanionError(f"The recording {path} cannot be removed ({error.strerror}).", "Remove it.") from error
    return True


def scrub(journal: Journal) -> bool:
    """Let nothing remain of what was deleted or changed; returns whether the log could be emptied as well."""
    with journal.reading() as db:
        db.execute("INSERT INTO words(words) VALUES('rebuild')")
        _emptied(db)
        db.execute("VACUUM")
        return _emptied(db)


def _emptied(db: sqlite3.Connection) -> bool:
    return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


def older_than(journal: Journal, days: float, now_unix: float | None = None) -> list[SessionInfo]:
    """Sessions that began more than ``days`` ago and do not run."""
    limit = (time.time() if now_unix is None else now_unix) - days * _DAY_S
    return [s for s in journal.sessions() if s.started_unix < limit and s.state != "running"]


def beyond(journal: Journal, most_mb: float) -> list[SessionInfo]:
    """The oldest sessions without which everything kept fits into ``most_mb`` megabytes."""
    with journal.reading() as db:
        rows = dict(db.execute("SELECT session, sum(length(body)) FROM events GROUP BY session").fetchall())
        whole = sum(db.execute("PRAGMA page_count").fetchone()) * sum(db.execute("PRAGMA page_size").fetchone())
    sessions = journal.sessions()
    sound = {s.id: path.stat().st_size if (path := recording(journal, s.id)) else 0 for s in sessions}
    # an event takes more room than its text: the index of words, the table of who said what
    grown = whole / max(1, sum(rows.values()))
    total = whole + sum(sound.values())
    out: list[SessionInfo] = []
    for info in sorted(sessions, key=lambda s: s.started_unix):
        if total <= most_mb * _MB:
            break
        if info.state != "running":
            out.append(info)
            total -= rows.get(info.id, 0) * grown + sound[info.id]
    return out


def expire(journal: Journal, keep_days: int, keep_mb: int, now_unix: float | None = None) -> list[str]:
    """Delete what is older, or more, than the settings allow (0 keeps all); returns the ids."""
    old = older_than(journal, keep_days, now_unix) if keep_days else []
    more = beyond(journal, keep_mb) if keep_mb else []
    gone = list(dict.fromkeys(s.id for s in [*old, *more]))
    if gone:
        delete(journal, gone)
    return gone
