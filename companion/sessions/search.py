"""Finding what was said, in all sessions: words, and where they stood."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from companion.events import SPEAKERS
from companion.sessions.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for; what is left empty does not matter.

    ``words``: all of them; ``prefix``: the last word may go on; ``level``: at least; ``driver``: among those noticed;
    ``since`` and ``until``: Unix seconds between which the session began; ``person``: "me", "them" or (part of) a name
    that was given, of a side or of one of the people on it; ``tag``; ``session``: in this one only.
    """

    words: str = ""
    prefix: bool = False
    level: int = 0
    driver: str = ""
    since: float | None = None
    until: float | None = None
    person: str = ""
    tag: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """An utterance that was found; ``snippet`` has the words in brackets; ``n``: its number in the session.

    ``person``: which of several people it was, 0 is not known; ``name``: the person's, else the side's, or empty.
    """

    session: str
    t: float
    speaker: str
    snippet: str
    level: int = 0
    drivers: tuple[str, ...] = ()
    n: int = 0
    person: int = 0
    name: str = ""


def search(journal: Journal, query: Query, limit: int = 50) -> list[Hit]:
    """What fits, the best match first; without words the latest session first."""
    quoted = ['"' + w.replace('"', '""') + '"' for w in query.words.split()]
    where, values = _filters(query)
    if quoted:
        match = " ".join(quoted) + ("*" if query.prefix else "")
        chosen = "snippet(words, 0, '[', ']', '…', 16)"
        table = "words w JOIN said a ON a.session = w.session AND a.n = w.n"
        where, values, order = ["words MATCH ?", *where], [match, *values], "rank"
    elif where:
        chosen, table, order = "''", "said a", "s.started_unix DESC, a.n"
    else:
        return []
    with journal.reading() as db:
        db.create_function("folded", 1, str.casefold, deterministic=True)
        rows = db.execute(
            f"SELECT a.session, a.t, a.speaker, {chosen}, a.level, a.drivers, a.n, a.person, {_NAME} FROM {table} "  # noqa: S608  # ours
            f"JOIN sessions s ON s.id = a.session {_NAMED} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ?",
            (*values, limit),
        ).fetchall()
        if not quoted:  # the texts of those only that are shown
            rows = [(*row[:3], _text(db, row[0], row[6]), *row[4:]) for row in rows]
    return [
        Hit(s, t, who, text, level, tuple(ids.split()), n, person, name)
        for s, t, who, text, level, ids, n, person, name in rows
    ]


_NAMED = (
    "LEFT JOIN names own ON own.session = a.session AND own.speaker = a.speaker AND own.person = a.person "
    "LEFT JOIN names side ON side.session = a.session AND side.speaker = a.speaker AND side.person = 0"
)
_NAME = "coalesce(nullif(own.name, ''), side.name, '')"
"""The person's own name, else the side's, as in ``review.people``."""


def _text(db: sqlite3.Connection, session: str, n: int) -> str:
    found = "SELECT json_extract(body, '$.text') FROM events WHERE session = ? AND n = ? AND json_valid(body)"
    row = db.execute(found, (session, n)).fetchone()
    return str(row[0]) if row else ""  # damage has reached it: the other hits are still worth having


def _filters(query: Query) -> tuple[list[str], list[str | float]]:
    where: list[str] = []
    values: list[str | float] = []

    def add(clause: str, *given: str | float) -> None:
        where.append(clause)
        values.extend(given)

    if query.level:
        add("a.level >= ?", query.level)
    if query.driver:
        add("a.drivers LIKE ?", f"% {query.driver} %")
    if query.since is not None:
        add("s.started_unix >= ?", query.since)
    if query.until is not None:
        add("s.started_unix < ?", query.until)
    if query.person in SPEAKERS:
        add("a.speaker = ?", query.person)
    elif query.person:
        add(f"instr(folded({_NAME}), ?) > 0", query.person.casefold())
    if query.tag:
        add("instr(char(10) || s.tags || char(10), char(10) || ? || char(10)) > 0", query.tag)
    if query.session:
        add("a.session = ?", query.session)
    return where, values
