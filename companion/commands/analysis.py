"""One file through the pipeline at full speed, with a progress bar, and what came of it in a few words."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import click

from companion.commands.common import EventFile, ends_in_order
from companion.commands.keeping import JournalSink
from companion.config import Settings
from companion.events import Escalation, Event, Health, Level, Prompt, SessionEnded, SessionStarted, Utterance
from companion.plain import clean, clock

if TYPE_CHECKING:
    from companion.pipeline.build import Source


@dataclass(slots=True)
class Summary:
    """What came of one file; times in seconds of audio."""

    file: str
    session: str = ""
    duration_s: float = 0.0
    utterances: int = 0
    peak: int = 0
    first_heated_s: float | None = None
    prompts: int = 0
    notes: list[str] = field(default_factory=list)
    """What was wrong with the recording (cut off, damaged), and what could not be read from it (its language)."""
    interrupted: bool = False

    def __call__(self, event: Event) -> None:
        """Take the next event; this is a sink."""
        self.duration_s = max(self.duration_s, event.t)
        match event:
            case SessionStarted():
                self.duration_s = event.duration_s or 0.0
            case Utterance():
                self.utterances += 1
            case Escalation():
                self.peak = max(self.peak, event.level)
                if event.level >= Level.HEATED and self.first_heated_s is None:
                    self.first_heated_s = event.t
            case Prompt():
                self.prompts += 1
            case Health() if event.part in ("machine", "affect") and event.state == "degraded":
                self.notes.append(clean(event.message))
            case SessionEnded():
                self.interrupted = event.reason == "signal"

    def as_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    def as_text(self) -> str:
        """One line for people."""
        heated = f", heated from {clock(self.first_heated_s).strip()}" if self.first_heated_s is not None else ""
        kept = f"; look at it: companion review {self.session}" if self.session else ""
        return (
            f"{clean(self.file)}: {clock(self.duration_s).strip()}, {_counted(self.utterances, 'utterance')}, "
            f"peak {Level(self.peak).name.lower()}{heated}, {_counted(self.prompts, 'prompt')}{kept}"
            + "".join(f"\n  note: {note}" for note in self.notes)
        )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def analyze_one(
    source: Source, settings: Settings, out: EventFile | None, seconds: float | None, *, quiet: bool
) -> Summary:
    """Run the whole file; raises ``CompanionError`` when it cannot be read."""
    from companion.pipeline.build import open_file

    summary = Summary(source.name)
    keeper = JournalSink(source.name, settings.sessions) if settings.sessions.keep else None
    sinks = [s for s in (out, keeper, summary) if s is not None]
    try:
        session = open_file(source, settings, sinks, longest_s=seconds)
        with ends_in_order(session.end), _bar(source.name, quiet=quiet) as bar:
            session.run(lambda t: bar(t, summary.duration_s))
        summary.session = keeper.session_id if keeper is not None else ""
    finally:
        if keeper is not None:
            keeper.close()
    if session.troubles:
        raise session.troubles[0]
    return summary


@contextmanager
def _bar(label: str, *, quiet: bool) -> Iterator[Callable[[float, float], None]]:
    """A progress bar on stderr, by percent; nothing where nobody watches. Yields what to tell the time to."""
    hidden = quiet or not sys.stderr.isatty()
    with click.progressbar(length=100, label=clean(label), file=sys.stderr, hidden=hidden) as bar:

        def reach(t: float, whole: float) -> None:
            percent = min(100, int(100 * t / whole)) if whole > 0 else 0
            if percent > bar.pos:
                bar.update(percent - bar.pos)

        yield reach
