"""The sink that keeps a session in the journal as it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from companion import locations
from companion.errors import CompanionError
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


def recording_of(sinks: Iterable[object]) -> Callable[[], Path] | None:
    """Where the sound of the session that is kept by one of ``sinks`` belongs; None when none keeps it."""
    keeper = next((sink for sink in sinks if isinstance(sink, JournalSink)), None)
    if keeper is None:
        return None

    def path() -> Path:
        if not keeper.session_id:
            raise CompanionError("the session is not kept in the journal")
        return locations.recording_path(keeper.session_id)

    return path
