"""Writing the journal as things happen, and reading it afterwards.

One transaction an event, in WAL mode: what was shown is on disk, and ``kill -9`` loses at most the event being written.
The file and its companions are the user's own (0600); deleted pages are overwritten.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from companion import wire
from companion.errors import CompanionError, UsageError
from companion.events import TRANSIENT, Event, SessionEnded, SessionStarted, Temperature, Utterance
from companion.sessions import process
from companion.sessions.migrations import drivers_column, migrate

_BUSY_S = 5.0


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session in the list.

    ``state``: "ended", "running" or "interrupted"; ``last_t``: its last audio second; ``events``: how many were written
    (the last one's number: a count of those that are left would read the whole journal).
    """

    id: str
    title: str
    source: str
    started_unix: float
    state: str
    reason: str
    last_t: float
    events: int
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session with all its events, in order, and the number that each has in the journal."""

    info: SessionInfo
    events: tuple[Event, ...]
    numbers: tuple[int, ...] = ()


class SessionWriter:
    """Writes one session, from one thread."""

    def __init__(self, journal: Journal, session_id: str) -> None:
        self.id = session_id
        self._journal = journal
        self._n = 0
        self._level = 0
        self._said: int | None = None

    def append(self, event: Event) -> None:
        """Write an event down; what is transient is left out. Raises ``CompanionError`` when it cannot be written."""
        if isinstance(event, TRANSIENT):
            return
        with self._journal.changing() as db:
            self.insert(db, event)

    def insert(self, db: sqlite3.Connection, event: Event) -> None:
        """Write an event within a transaction of the caller's."""
        self._n += 1
        row = (self.id, self._n, event.t, event.type, wire.to_json(event))
        db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", row)
        if isinstance(event, Utterance):
            self._said = self._n
            drivers = drivers_column(d.id for d in event.drivers)
            db.execute("INSERT INTO words VALUES (?, ?, ?)", (event.text, self.id, self._n))
            said = (self.id, self._n, event.t, event.speaker, self._level, drivers, event.person)
            db.execute("INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, ?)", said)
        elif isinstance(event, Temperature):
            self._level = event.level  # told right after the utterance that it follows from
            db.execute("UPDATE said SET level = ? WHERE session = ? AND n = ?", (event.level, self.id, self._said))
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
                f"The journal {path} cannot be opened ({error.strerror}).",
                "Mend its permissions; a call can do without: --no-keep.",
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

    def begin(self, started: SessionStarted, title: str = "", *, session_id: str = "") -> SessionWriter:
        """A new session, under the next id of its day or the one that is given; ``append`` its first event too."""
        day = time.strftime("%Y-%m-%d", time.localtime(started.started_unix))
        with self.changing() as db:
            taken = {row[0] for row in db.execute("SELECT id FROM sessions WHERE id LIKE ?", (f"{day}-%",))}
            number = next(n for n in range(1, len(taken) + 2) if f"{day}-{n}" not in taken)
            session_id = session_id or f"{day}-{number}"
            pid = os.getpid()
            db.execute(
                "INSERT INTO sessions (id, started_unix, source, title, pid, process) VALUES (?, ?, ?, ?, ?, ?)",
                (session_id, started.started_unix, started.source, title, pid, process.fingerprint(pid)),
            )
        return SessionWriter(self, session_id)

    def sessions(self) -> list[SessionInfo]:
        """All sessions, the latest first."""
        with self.reading() as db:
            rows = db.execute(
                "SELECT id, title, source, started_unix, reason, last_t, pid, process, tags, "
                "(SELECT coalesce(max(n), 0) FROM events WHERE session = id) "
                "FROM sessions ORDER BY started_unix DESC, rowid DESC"
            ).fetchall()
        return [_info(row) for row in rows]

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

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
        with self.reading() as db:
            rows = db.execute("SELECT n, type, body FROM events WHERE session = ? ORDER BY n", (info.id,)).fetchall()
        found = list(_readable(iter(rows)))
        return SessionRecord(info, tuple(event for _, event in found), tuple(n for n, _ in found))

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
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for looking only."""
        with self._lock, _told(self._path):
            yield self._db


def _info(row: tuple[str, str, str, float, str | None, float, int | None, str | None, str, int]) -> SessionInfo:
    session_id, title, source, started, reason, last_t, pid, known, tags, count = row
    state = "ended" if reason is not None else "running" if process.runs(pid, known) else "interrupted"
    return SessionInfo(
        session_id,
        title or source,
        source,
        started,
        state,
        reason or "",
        last_t,
        count,
        tuple(tags.split("\n")) if tags else (),
    )


def _readable(rows: Iterator[tuple[int, str, str]]) -> Iterator[tuple[int, Event]]:
    for n, kind, body in rows:
        try:
            yield n, wire.from_json_of(kind, body)
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
            hint = "Mend its permissions; a call can do without: --no-keep."
        else:
            hint = "It was left as it is. Save what can be saved: companion sessions rescue"
        raise CompanionError(f"The journal {path} cannot be used ({text}).", hint) from error
