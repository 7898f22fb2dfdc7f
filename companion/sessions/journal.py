"""Writing the journal as things happen, and reading it afterwards.

One transaction an event, in WAL mode: what was shown is on disk, and ``kill -9`` loses at most the event being written.
The file and its companions are the user's own (0600); deleted pages are overwritten.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from companion import locations, wire
from companion.errors import CompanionError, UsageError
from companion.events import TRANSIENT, Event, SessionEnded, SessionStarted, Utterance
from companion.sessions import process
from companion.sessions.migrations import migrate

_DAY_S = 86_400.0
_BUSY_S = 5.0


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session in the list. ``state``: "ended", "running" or "interrupted"; ``last_t``: its last audio second."""

    id: str
    title: str
    source: str
    started_unix: float
    state: str
    reason: str
    last_t: float
    events: int


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session with all its events, in order."""

    info: SessionInfo
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An utterance that was found; ``snippet`` has the words in brackets."""

    session: str
    t: float
    speaker: str
    snippet: str


class SessionWriter:
    """Writes one session, from one thread."""

    def __init__(self, journal: Journal, session_id: str) -> None:
        self.id = session_id
        self._journal = journal
        self._n = 0

    def append(self, event: Event) -> None:
        """Write an event down; what is transient is left out. Raises ``CompanionError`` when it cannot be written."""
        if isinstance(event, TRANSIENT):
            return
        self._n += 1
        with self._journal.changing() as db:
            db.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
                (self.id, self._n, event.t, event.type, wire.to_json(event)),
            )
            if isinstance(event, Utterance):
                db.execute("INSERT INTO words VALUES (?, ?, ?)", (event.text, self.id, self._n))
            reason = event.reason if isinstance(event, SessionEnded) else None
            db.execute(
                "UPDATE sessions SET last_t = max(last_t, ?), reason = coalesce(?, reason) WHERE id = ?",
                (event.t, reason, self.id),
            )


class Journal:
    """The open journal."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Open the file, or make it; raises ``CompanionError`` when it is damaged or may not be written."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)
        except OSError as error:
            raise CompanionError(
                f"The journal {path} cannot be opened ({error.strerror}).", "Mend its permissions, or use --no-keep."
            ) from error
        with _told(path):
            db = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA secure_delete = ON")
            migrate(db)
        return cls(db, path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def begin(self, started: SessionStarted, title: str = "") -> SessionWriter:
        """A new session; ``append`` its first event too."""
        day = time.strftime("%Y-%m-%d", time.localtime(started.started_unix))
        with self.changing() as db:
            taken = {row[0] for row in db.execute("SELECT id FROM sessions WHERE id LIKE ?", (f"{day}-%",))}
            number = next(n for n in range(1, len(taken) + 2) if f"{day}-{n}" not in taken)
            session_id = f"{day}-{number}"
            pid = os.getpid()
            db.execute(
                "INSERT INTO sessions (id, started_unix, source, title, pid, process) VALUES (?, ?, ?, ?, ?, ?)",
                (session_id, started.started_unix, started.source, title, pid, process.fingerprint(pid)),
            )
        return SessionWriter(self, session_id)

    def sessions(self) -> list[SessionInfo]:
        """All sessions, the latest first."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT id, title, source, started_unix, reason, last_t, pid, process, "
                "(SELECT count(*) FROM events WHERE session = id) FROM sessions ORDER BY started_unix DESC, rowid DESC"
            ).fetchall()
        return [_info(row) for row in rows]

    def find(self, wanted: str) -> SessionInfo:
        """The session of that id, of a part of it that only one has, or "last"; raises ``UsageError``."""
        every = self.sessions()
        if not every:
            raise CompanionError("There are no sessions yet.", "Try: companion demo")
        if wanted in ("", "last"):
            return every[0]
        exact = [s for s in every if s.id == wanted] or [s for s in every if s.id.startswith(wanted)]
        if len(exact) == 1:
            return exact[0]
        if exact:
            raise UsageError(f'"{wanted}" may mean {", ".join(s.id for s in exact[:4])}.', "Name one of them.")
        raise UsageError(f'There is no session "{wanted}".', "See: companion sessions list")

    def load(self, wanted: str = "last") -> SessionRecord:
        """A session with its events; raises as ``find`` does."""
        info = self.find(wanted)
        with self._reading() as db:
            rows = db.execute("SELECT body FROM events WHERE session = ? ORDER BY n", (info.id,)).fetchall()
        return SessionRecord(info, tuple(_readable(body for (body,) in rows)))

    def search(self, words: str, limit: int = 50) -> list[Hit]:
        """Utterances with all of the words, the best match first."""
        quoted = " ".join('"' + w.replace('"', '""') + '"' for w in words.split())
        if not quoted:
            return []
        with self._reading() as db:
            rows = db.execute(
                "SELECT w.session, e.t, json_extract(e.body, '$.speaker'), snippet(words, 0, '[', ']', '…', 16) "
                "FROM words w JOIN events e ON e.session = w.session AND e.n = w.n "
                "WHERE words MATCH ? ORDER BY rank LIMIT ?",
                (quoted, limit),
            ).fetchall()
        return [Hit(*row) for row in rows]

    def rename(self, session_id: str, title: str) -> None:
        """Give a session another title."""
        with self.changing() as db:
            db.execute("UPDATE sessions SET title = ? WHERE id = ?", (title, session_id))

    def delete(self, session_ids: Sequence[str]) -> None:
        """Remove sessions for good: rows, index, the write-ahead log, and free pages."""
        with self.changing() as db:
            for session_id in session_ids:
                db.execute("DELETE FROM words WHERE session = ?", (session_id,))
                db.execute("DELETE FROM events WHERE session = ?", (session_id,))
                db.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
        for session_id in session_ids:
            self._remove_recording(session_id)
        with self._reading() as db:
            db.execute("INSERT INTO words(words) VALUES('rebuild')")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _remove_recording(self, session_id: str) -> None:
        path = locations.recording_path(session_id, self._path)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CompanionError(f"The recording {path} cannot be removed ({error.strerror}).", "Remove it.") from error

    def older_than(self, days: float, now_unix: float | None = None) -> list[SessionInfo]:
        """Sessions that began more than ``days`` ago and do not run."""
        limit = (time.time() if now_unix is None else now_unix) - days * _DAY_S
        return [s for s in self.sessions() if s.started_unix < limit and s.state != "running"]

    def expire(self, keep_days: int) -> int:
        """Delete what is older than the settings allow (0 keeps all); returns how many."""
        old = [s.id for s in self.older_than(keep_days)] if keep_days else []
        if old:
            self.delete(old)
        return len(old)

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction."""
        with self._lock, _told(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _told(self._path):
            yield self._db


def _info(row: tuple[str, str, str, float, str | None, float, int | None, str | None, int]) -> SessionInfo:
    session_id, title, source, started, reason, last_t, pid, known, count = row
    state = "ended" if reason is not None else "running" if process.runs(pid, known) else "interrupted"
    return SessionInfo(session_id, title or source, source, started, state, reason or "", last_t, count)


def _readable(bodies: Iterator[str]) -> Iterator[Event]:
    for body in bodies:
        try:
            yield wire.from_json(body)
        except ValueError:
            continue  # an event of a newer version, or one that damage has reached: the rest is still worth having


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's errors as one sentence with the next step."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            hint = "Another companion is writing; try again in a moment."
        elif "full" in text:
            hint = "Free some space; what was written before is safe."
        elif "readonly" in text or "unable to open" in text:
            hint = "Mend its permissions, or use --no-keep."
        else:
            hint = f"It was left as it is. Move it aside to begin a new one: mv '{path}' '{path}.damaged'"
        raise CompanionError(f"The journal {path} cannot be used ({text}).", hint) from error
