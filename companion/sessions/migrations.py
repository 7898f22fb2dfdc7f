"""How the journal's tables came to be: each migration in a transaction with its record. Only ever add to the end."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable

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


@migration
def what_was_said_can_be_filtered(db: sqlite3.Connection) -> None:
    """Who said what at which level, beside the full-text index; tags; counted figures for trends."""
    db.execute("ALTER TABLE sessions ADD COLUMN tags TEXT NOT NULL DEFAULT ''")
    db.execute(
        "CREATE TABLE said (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, n INTEGER NOT NULL, "
        "t REAL NOT NULL, speaker TEXT NOT NULL, level INTEGER NOT NULL, drivers TEXT NOT NULL, "
        "PRIMARY KEY (session, n)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE names (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, speaker TEXT NOT NULL, "
        "name TEXT NOT NULL, PRIMARY KEY (session, speaker)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE figures (session TEXT PRIMARY KEY REFERENCES sessions(id) ON DELETE CASCADE, "
        "events INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID"
    )
    level, last, session = 0, 0, ""
    for row in db.execute(
        "SELECT session, n, t, type, body FROM events WHERE type IN ('utterance', 'escalation', 'temperature') "
        "ORDER BY session, n"
    ).fetchall():
        if row[0] != session:
            session, level = row[0], 0
        body = json.loads(row[4])
        if row[3] == "utterance":
            last = row[1]
            drivers = drivers_column(d.get("id", "") for d in body.get("drivers", ()))
            db.execute("INSERT INTO said VALUES (?, ?, ?, ?, ?, ?)", (*row[:3], body.get("speaker"), level, drivers))
        else:
            level = int(body.get("level", 0))
            db.execute(
                "UPDATE said SET level = ? WHERE session = ? AND n = ? AND t = ?", (level, session, last, row[2])
            )


@migration
def several_people_have_names(db: sqlite3.Connection) -> None:
    """Which of the people on a side said it, and a name for each of them."""
    db.execute("ALTER TABLE said ADD COLUMN person INTEGER NOT NULL DEFAULT 0")
    db.execute(
        "UPDATE said SET person = coalesce((SELECT json_extract(e.body, '$.person') FROM events e "
        "WHERE e.session = said.session AND e.n = said.n AND json_valid(e.body)), 0)"
    )
    db.execute("ALTER TABLE names RENAME TO names_of_sides")
    db.execute(
        "CREATE TABLE names (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, speaker TEXT NOT NULL, "
        "person INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (session, speaker, person)) WITHOUT ROWID"
    )
    db.execute("INSERT INTO names SELECT session, speaker, 0, name FROM names_of_sides")
    db.execute("DROP TABLE names_of_sides")


def drivers_column(ids: Iterable[str]) -> str:
    """Drivers as one text, each between blanks, so that one can be looked for."""
    return "".join(f" {name}" for name in ids) + " "


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
