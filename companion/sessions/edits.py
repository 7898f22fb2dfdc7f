"""What the user changes afterwards: notes are added; words are changed, or taken out, for good."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any

from companion import wire
from companion.errors import UsageError
from companion.events import AFTERTHOUGHTS, Event, Named, Removed, Speaker, Titled, Utterance
from companion.sessions.forgetting import scrub
from companion.sessions.journal import Journal

REDACTED = "[redacted]"
WITHHELD = "a passage that was deleted"
_QUOTED = re.compile("“([^”]*)”")
_SHORTEST_QUOTE = 3


def add(journal: Journal, session_id: str, event: Event) -> None:
    """Add an afterthought to a session; ``t`` is the moment that it speaks of."""
    assert isinstance(event, AFTERTHOUGHTS)
    with journal.changing() as db:
        row = db.execute("SELECT max(n) FROM events WHERE session = ?", (session_id,)).fetchone()
        values = (session_id, (row[0] or 0) + 1, event.t, event.type, wire.to_json(event))
        db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", values)
        note(db, session_id, event)


def note(db: sqlite3.Connection, session_id: str, event: Event) -> None:
    """Keep the tables beside the events in step with an afterthought."""
    if isinstance(event, Titled):
        values = (event.title, "\n".join(event.tags), session_id)
        db.execute("UPDATE sessions SET title = ?, tags = ? WHERE id = ?", values)
    elif isinstance(event, Named):
        row = (session_id, event.speaker, event.person, event.name)
        db.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)", row)


def retitle(journal: Journal, session_id: str, title: str | None = None, tags: Sequence[str] | None = None) -> None:
    """Give a session another title, or other tags; what is None stays."""
    info = journal.find(session_id)
    wanted = info.tags if tags is None else tuple(dict.fromkeys(t for t in (" ".join(t.split()) for t in tags) if t))
    add(journal, session_id, Titled(at=time.time() - info.started_unix, title=title or info.title, tags=wanted))


def name_person(journal: Journal, session_id: str, speaker: Speaker, name: str, person: int = 0) -> None:
    """Say who a side was, or one of the people on it (from 1); an empty name takes it back."""
    add(journal, session_id, Named(speaker=speaker, person=person, name=" ".join(name.split())))


def correct(journal: Journal, session_id: str, n: int, text: str) -> None:
    """Put another text in the place of what was recognised; the times of its words are dropped.

    Raises ``UsageError`` when the event ``n`` is nothing that was said, or the text is empty.
    """
    text = " ".join(text.split())
    if not text:
        raise UsageError("A correction needs words.", "To take a passage out for good: companion sessions cut")
    with journal.changing() as db:
        body = _body(db, session_id, n)
        if body is None or body["type"] != Utterance.type:
            raise UsageError(f"Number {n} of {session_id} is nothing that was said.", "See: companion review")
        before = body["text"]
        body["text"], body["words"] = text, []
        _put(db, session_id, n, body)
        db.execute("UPDATE words SET text = ? WHERE session = ? AND n = ?", (text, session_id, n))
        _rewrite(db, session_id, lambda body: _requoted(body, [before], text))
        db.execute("DELETE FROM figures WHERE session = ?", (session_id,))  # words a minute, questions
    scrub(journal)


def cut(journal: Journal, session_id: str, t0: float, t1: float) -> int:
    """Take out what was said between two seconds, for good; returns how many utterances.

    With the words go what was read from them, marks, suggestions and quotes elsewhere; the level's steps stay, without
    their reasons, so that the rest of the call can still be understood.
    """
    if t1 <= t0:
        raise UsageError("The passage ends before it begins.", "Give two times, the earlier first.")
    gone: list[tuple[int, str]] = []
    prompts: set[int] = set()
    with journal.changing() as db:
        rows = db.execute("SELECT n, body FROM events WHERE session = ? ORDER BY n", (session_id,)).fetchall()
        for n, text in rows:
            body = json.loads(text)
            begins, ends = body.get("t0", body["t"]), body.get("t1", body["t"])
            inside = begins < t1 and ends > t0 if body["type"] == "utterance" else t0 <= body["t"] <= t1
            if body["type"] == "prompt_closed" and body["id"] in prompts:
                gone.append((n, ""))
            elif not inside or body["type"] in _STAYS:
                continue
            elif body["type"] == "escalation":
                _put(db, session_id, n, {**body, "reasons": [WITHHELD], "sides": {}})
            elif body["type"] == "side_level":
                _put(db, session_id, n, {**body, "reasons": [WITHHELD]})
            else:
                if body["type"] == "prompt":
                    prompts.add(body["id"])
                gone.append((n, body.get("text", "") if body["type"] == "utterance" else ""))
        for n, _ in gone:
            for table in ("events", "words", "said"):
                db.execute(f"DELETE FROM {table} WHERE session = ? AND n = ?", (session_id, n))  # noqa: S608  # ours
        texts = [text for _, text in gone if text]
        _rewrite(db, session_id, lambda body: _requoted(body, texts, ""))
        db.execute("DELETE FROM figures WHERE session = ?", (session_id,))
    add(journal, session_id, Removed(t=t0, t1=t1))
    scrub(journal)
    return len(texts)


_STAYS = ("session_started", "session_ended", "health", "paused", "resumed", "sensitivity", "titled", "named",
          "removed", "answer")  # fmt: skip


STILL_SPOKEN = "A recording still says it; it goes with: companion sessions delete"
"""Told where a name was replaced in a call whose sound was kept."""


def redact(journal: Journal, session_ids: Sequence[str], name: str, instead: str = REDACTED) -> int:
    """Put ``instead`` in the place of a name (whole words, any case) wherever it stands; returns how many events.

    Raises ``UsageError`` when the name is too short to be one.
    """
    name = " ".join(name.split())
    if len(name) < 2:
        raise UsageError("A name has at least two letters.", 'For example: companion sessions redact last "Lindach"')
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    count = 0
    with journal.changing() as db:
        for session_id in session_ids:
            count += _rewrite(db, session_id, lambda body: _replaced(body, pattern, name, instead))
            row = db.execute("SELECT title, source, tags FROM sessions WHERE id = ?", (session_id,)).fetchone()
            values = tuple(pattern.sub(lambda _: instead, text) for text in row)
            db.execute("UPDATE sessions SET title = ?, source = ?, tags = ? WHERE id = ?", (*values, session_id))
            for known, *whose in db.execute(
                "SELECT name, session, speaker, person FROM names WHERE session = ?", (session_id,)
            ).fetchall():
                db.execute(
                    "UPDATE names SET name = ? WHERE session = ? AND speaker = ? AND person = ?",
                    (pattern.sub(lambda _: instead, known), *whose),
                )
    scrub(journal)
    return count


_NOT_TEXT = ("type", "speaker", "drivers", "emotions", "move", "driver", "kind", "question", "verdict", "outcome",
             "reason", "state", "part", "language", "speech_model", "text_model", "voice", "sides")  # fmt: skip
"""Fields with ids and numbers, which no name can stand in."""


def _replaced(body: dict[str, Any], pattern: re.Pattern[str], name: str, instead: str) -> dict[str, Any]:
    """The body with the name replaced in every text of it, however deep."""

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda _: instead, value)
        if isinstance(value, list):
            return [walk(v) for v in value]
        if isinstance(value, dict):
            return {k: walk(v) for k, v in value.items()}
        return value

    out: dict[str, Any] = {key: value if key in _NOT_TEXT else walk(value) for key, value in body.items()}
    if out != body and " " in name and "words" in out:
        out["words"] = []  # single words don't show a name of two
    return out


def _requoted(body: dict[str, Any], texts: Sequence[str], instead: str) -> dict[str, Any]:
    """The body with quotes of ``texts`` in its reasons replaced."""
    plain = [" ".join(t.split()) for t in texts]

    def again(found: re.Match[str]) -> str:
        quote = found[1].removesuffix("…").rstrip()
        told = (len(quote) >= _SHORTEST_QUOTE and any(t.startswith(quote) for t in plain)) or quote in plain
        return (f"“{instead}”" if instead else "(deleted)") if told else found[0]

    if not body.get("reasons"):
        return body
    return {**body, "reasons": [_QUOTED.sub(again, reason) for reason in body["reasons"]]}


def _rewrite(db: sqlite3.Connection, session_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Change every event of a session; returns how many did change."""
    changed = 0
    rows = db.execute("SELECT n, body FROM events WHERE session = ?", (session_id,)).fetchall()
    for n, text in rows:
        before = json.loads(text)
        after = change(before)
        if after != before:
            changed += 1
            _put(db, session_id, n, after)
            if after["type"] == Utterance.type:
                db.execute("UPDATE words SET text = ? WHERE session = ? AND n = ?", (after["text"], session_id, n))
    return changed


def _body(db: sqlite3.Connection, session_id: str, n: int) -> dict[str, Any] | None:
    row = db.execute("SELECT body FROM events WHERE session = ? AND n = ?", (session_id, n)).fetchone()
    body: dict[str, Any] | None = json.loads(row[0]) if row else None
    return body


def _put(db: sqlite3.Connection, session_id: str, n: int, body: dict[str, Any]) -> None:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    db.execute("UPDATE events SET body = ? WHERE session = ? AND n = ?", (text, session_id, n))
