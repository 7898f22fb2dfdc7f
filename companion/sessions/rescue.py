"""What can be saved of a damaged journal is put into a new one; the damaged file is moved aside, never written to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from companion import wire
from companion.errors import CompanionError
from companion.events import Event, SessionEnded, SessionStarted
from companion.sessions.edits import note
from companion.sessions.journal import Journal
from companion.sessions.pages import Row, rows

_COMPANIONS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Rescued:
    """What was saved, and where the damaged file lies now."""

    sessions: int
    events: int
    damaged: Path


def is_whole(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with the journal."""
    try:
        journal = Journal.open(path)
    except CompanionError:
        return False
    try:
        with journal.reading() as db:
            return bool(db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except CompanionError:
        return False
    finally:
        journal.close()


def rescue(path: Path, now_unix: float | None = None) -> Rescued:
    """Save what can be read. Raises ``CompanionError`` when there is nothing to save, or no room to save it to."""
    if not path.is_file():
        raise CompanionError(f"There is no journal {path}.", "Nothing to rescue.")
    events, about = _sorted_out(path)
    if not events:
        raise CompanionError(
            f"Nothing of a session can be read from {path}.", f"To begin a new one: mv '{path}' '{path}.damaged'"
        )
    fresh = path.with_name(f".{path.name}.rescued")
    _unlink(fresh)
    try:
        journal = Journal.open(fresh)
        for session_id in sorted(events, key=lambda s: _started(events[s], about.get(s))):
            _restore(journal, session_id, events[session_id], about.get(session_id))
        journal.close()
        aside = _aside(path, time.time() if now_unix is None else now_unix)
        for suffix in ("", *_COMPANIONS):
            old = path.with_name(path.name + suffix)
            if old.is_file():
                old.rename(aside.with_name(aside.name + suffix))
        fresh.rename(path)
    except OSError as error:
        raise CompanionError(
            f"The rescue stopped ({error.strerror}); nothing was changed.", "Free some space."
        ) from error
    finally:
        _unlink(fresh)
    return Rescued(len(events), sum(map(len, events.values())), aside)


def _sorted_out(path: Path) -> tuple[dict[str, dict[int, Event]], dict[str, Row]]:
    """The events of each session by number, and what the list of sessions said about it."""
    events: dict[str, dict[int, Event]] = {}
    about: dict[str, Row] = {}
    for row in rows(path):
        match row:
            case (str(session), int(n), float() | int(), str(), str(body)) if body.startswith('{"type"'):
                try:
                    events.setdefault(session, {})[n] = wire.from_json(body)
                except ValueError:
                    continue
            case (str(session), float() | int(), str(), str(), *_) if len(row) >= 6:
                about[session] = row
    return events, about


def _restore(journal: Journal, session_id: str, events: dict[int, Event], about: Row | None) -> None:
    title = str(about[3]) if about else ""
    source = str(about[2]) if about else next((e.source for e in events.values() if isinstance(e, SessionStarted)), "?")
    begun = SessionStarted(source=source, started_unix=_started(events, about))
    writer = journal.begin(begun, title, session_id=session_id)
    with journal.changing() as db:
        for _, event in sorted(events.items()):
            writer.insert(db, event)
            note(db, session_id, event)
        if not any(isinstance(e, SessionEnded) for e in events.values()):
            db.execute("UPDATE sessions SET pid = NULL WHERE id = ?", (session_id,))


def _started(events: dict[int, Event], about: Row | None) -> float:
    if about and isinstance(about[1], int | float):
        return float(about[1])
    return next((e.started_unix for e in events.values() if isinstance(e, SessionStarted)), 0.0)


def _aside(path: Path, now_unix: float) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now_unix))
    return path.with_name(f"{path.name}.damaged-{stamp}")


def _unlink(path: Path) -> None:
    for suffix in ("", *_COMPANIONS):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
