"""The journal as commands use it: open, a sink that keeps a session as it happens, a session in one line."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from companion import locations
from companion.errors import CompanionError, UsageError
from companion.events import TRANSIENT, SessionEnded, SessionStarted, Utterance
from companion.plain import clean, clock

if TYPE_CHECKING:
    from companion.config import SessionsSettings
    from companion.events import Event
    from companion.sessions.journal import Journal, SessionInfo, SessionWriter


@contextmanager
def journal() -> Iterator[Journal]:
    """The journal, open."""
    from companion.sessions.journal import Journal

    opened = Journal.open(locations.journal_path())
    try:
        yield opened
    finally:
        opened.close()


def described(info: SessionInfo) -> str:
    """A session in one line."""
    when = time.strftime("%a %d %b %Y %H:%M", time.localtime(info.started_unix))
    state = "" if info.state == "ended" else f"  ({info.state})"
    tags = "".join(f"  #{clean(tag)}" for tag in info.tags)
    return f"{info.id:14} {when}  {clock(info.last_t)}  {clean(info.title)}{state}{tags}"


def write_own(path: Path, content: str | bytes, *, force: bool) -> None:
    """Write a file of mode 0600 in one step; raises ``UsageError`` rather than overwrite."""
    if path.exists() and not force:
        raise UsageError(f"{path} is there already.", "Choose another name, or add --force.")
    if path.exists() and not path.is_file():
        # a device would be replaced by a file, and lost to everybody on the machine
        raise UsageError(f"{path} is not a regular file, and is left as it is.", "Choose another name.")
    part = path.with_name(f".{path.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content.encode() if isinstance(content, str) else content)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):  # where its folder is none, there is nothing to take away
            part.unlink(missing_ok=True)
        raise CompanionError(f"{path} cannot be written ({error.strerror}).", "Choose another place.") from error


class JournalSink:
    """Begins a session in the journal with its first event, and appends each that is kept."""

    def __init__(self, title: str = "", keep: SessionsSettings | None = None) -> None:
        from companion.sessions.journal import Journal

        self._journal: Journal = Journal.open(locations.journal_path())
        self._writer: SessionWriter | None = None
        self._title = title
        self._keep = keep

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
        """Forget what is past its time, and let go of the journal."""
        from companion.sessions.forgetting import expire

        try:
            if self._keep is not None and (self._keep.keep_days or self._keep.keep_mb):
                expire(self._journal, self._keep.keep_days, self._keep.keep_mb)
        finally:
            self._journal.close()


class PrepSink:
    """Uses up what the user wrote before the call, once a call that took it in has ended.

    Where the call failed, or nothing was said, it is still for the next one.
    """

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}
        self._said = False

    def __call__(self, event: Event) -> None:
        match event:
            case SessionStarted():
                self._taken = dict(event.prep)
            case Utterance():
                self._said = True
            case SessionEnded() if self._taken and self._said and event.reason != "failed":
                from companion.playbook import prep

                prep.use_up(locations.prep_path(), locations.last_prep_path(), self._taken)
            case _:
                pass


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
