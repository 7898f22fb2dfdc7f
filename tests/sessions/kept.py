"""A journal with sessions in it, as tests want them."""

from __future__ import annotations

from companion.events import Event, SessionEnded, SessionStarted, Utterance
from companion.sessions.journal import Journal
from companion.sessions.search import Hit, Query, search

STARTED = 1_790_000_000.0


def keep(journal: Journal, *events: Event, started: float = STARTED, ended: bool = True, title: str = "A call") -> str:
    begin = SessionStarted(source="call.ogg", started_unix=started)
    writer = journal.begin(begin, title)
    for event in (begin, *events, *([SessionEnded(t=9.0, reason="finished")] if ended else [])):
        writer.append(event)
    return writer.id


def said(text: str, t: float = 1.0, speaker: str = "them", **more: object) -> Utterance:
    return Utterance(t=t, speaker=speaker, t0=t - 1, t1=t, text=text, **more)


def found(journal: Journal, words: str) -> list[Hit]:
    return search(journal, Query(words=words))
