"""The sink that keeps a session in the journal as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion import locations
from companion.events import TRANSIENT, SessionStarted

if TYPE_CHECKING:
    from companion.events import Event
    from companion.sessions.journal import Journal, SessionWriter


class JournalSink:
    """Begins a session in the journal with its first event, and appends each that is kept."""

    def __init__(self, title: str = "") -> None:
        from companion.sessions.journal import Journal

        self._journal: Journal = Journal.open(locations.journal_path())
        self._writer: SessionWriter | None = None
        self._title = title

    @property
    def session_id(self) -> str:
        """The id of the session in the journal; empty before it began."""
        return self._writer.id if self._writer is not None else ""

    def __call__(self, event: Event) -> None:
        if isinstance(event, SessionStarted):
            self._writer = self._journal.begin(event, self._title)
        if self._writer is None or isinstance(event, TRANSIENT):
            return
        self._writer.append(event)

    def close(self) -> None:
        """Let go of the journal."""
        self._journal.close()
