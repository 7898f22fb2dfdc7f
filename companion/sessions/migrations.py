"""How the journal's tables came to be: each migration in a transaction with its record. Only ever add to the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from companion.errors import CompanionError

Migration = Callable[[sqlite3.Connection], None]
MIGRATIONS: list[Migration] = []


def migration(step: Migration) -> Migration:
    """Add a step; its number is its place."""
    MIGRATIONS.append(step)
    return step


@migration
def sessions_and_events(db: sqlite3.Connection) -> None:
    """Sessions, and their events in order as JSON."""
    db.execute(
        "CREATE TABLE sessions (id TEXT PRIMARY KEY, started_unix REAL NOT NULL, source TEXT NOT NULL, "
        "title TEXT NOT NULL DEFAULT '', reason TEXT, last_t REAL NOT NULL DEFAULT 0)"
    )
    db.execute(
        "CREATE TABLE events (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, n INTEGER NOT NULL, "
        "t REAL NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (session, n)) WITHOUT ROWID"
    )


@migration
def words_can_be_searched(db: sqlite3.Connection) -> None:
    """A full-text index over what was said."""
    db.execute("CREATE VIRTUAL TABLE words USING fts5(text, session UNINDEXED, n UNINDEXED, tokenize='unicode61')")
    db.execute(
        "INSERT INTO words(text, session, n) SELECT json_extract(body, '$.text'), session, n FROM events "
        "WHERE type = 'utterance'"
    )


@migration
def running_sessions_are_known(db: sqlite3.Connection) -> None:
    """Which process writes a session, so that a crash can be told from a call that goes on."""
    db.execute("ALTER TABLE sessions ADD COLUMN pid INTEGER")
    db.execute("ALTER TABLE sessions ADD COLUMN process TEXT")


def version(db: sqlite3.Connection) -> int:
    """How many migrations the file has had."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, upto: int | None = None) -> None:
    """Bring the file up to date; raises ``CompanionError`` when it is from a newer program."""
    have = version(db)
    if have > len(MIGRATIONS):
        raise CompanionError(
            f"The journal is from a newer version of the program (its tables: {have}, known here: {len(MIGRATIONS)}).",
            "Update the program.",
        )
    for number, step in enumerate(MIGRATIONS[have:upto], have + 1):
        with db:
            db.execute("BEGIN IMMEDIATE")
            step(db)
            db.execute(f"PRAGMA user_version = {number}")
