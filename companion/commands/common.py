"""What commands share: options, settings, sinks for events, and readable lines for when there is no terminal."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from companion import config
from companion.config import Settings
from companion.errors import CompanionError, UsageError

if TYPE_CHECKING:
    from companion.events import Event


class Number(click.FloatRange):
    """A range of numbers that "nan" and "inf" are no part of (they pass ``FloatRange``, as no comparison fails)."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number that can be used here.", param, ctx)
        return number


def session_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that runs a session."""
    options = [
        click.option("--events", "events", metavar="FILE", help='Write every event as a line of JSON ("-": stdout).'),
        click.option("--model", metavar="NAME", help='Speech model: "base", "tiny.en", a hub name, a folder, "auto".'),
        click.option("--language", metavar="CODE", help='Spoken language: a Whisper code such as "de", or "auto".'),
        click.option("--sensitivity", type=Number(-1, 1), help="-1 hardly ever speaks up … 1 speaks up early."),
        click.option("--no-keep", is_flag=True, help="Keep nothing of this session in the journal."),
        click.option("--config", "config_file", type=click.Path(path_type=Path), help="A settings file of your own."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def settings_from(options: dict[str, Any]) -> Settings:
    """The settings of files and options; raises ``UsageError``."""
    settings = config.load(options.get("config_file"))
    speech = {k: options[k] for k in ("model", "language") if options.get(k) is not None}
    changes: dict[str, Any] = {}
    if speech:
        changes["speech"] = dataclasses.replace(settings.speech, **speech)
    if options.get("sensitivity") is not None:
        changes["escalation"] = dataclasses.replace(settings.escalation, sensitivity=options["sensitivity"])
    if options.get("no_keep"):
        changes["sessions"] = dataclasses.replace(settings.sessions, keep=False)
    changed = dataclasses.replace(settings, **changes)
    config.check_sense(changed, Path("the command line"))
    return changed


class EventFile:
    """A sink that writes every event as one line of JSON; also a file of mode 0600. ``-`` is stdout."""

    def __init__(self, target: str) -> None:
        self._own: IO[str] | None = None
        if target == "-":
            self._out: IO[str] = sys.stdout
            return
        path = Path(target).expanduser()
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise UsageError(
                f"The events file {path} cannot be written ({error.strerror}).", "Name another."
            ) from error
        self._out = self._own = os.fdopen(handle, "w", encoding="utf-8")

    def __call__(self, event: Event) -> None:
        from companion import wire
        from companion.events import TRANSIENT

        if isinstance(event, TRANSIENT) and event.type == "meter":
            return
        try:
            self._out.write(wire.to_json(event) + "\n")
            self._out.flush()
        except BrokenPipeError:
            self._out = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # the reader left; closed at exit
        except OSError as error:
            raise CompanionError(
                f"The events cannot be written ({error.strerror}).", "Free some space, or name another file."
            ) from error

    def close(self) -> None:
        """Close the file, if it is ours."""
        if self._own is not None:
            with contextlib.suppress(OSError):  # a full disk was told when it was written to
                self._own.close()


@contextmanager
def ends_in_order(end: Callable[[str], None]) -> Iterator[None]:
    """SIGINT and SIGTERM end the session in order; a second one ends the program at once."""
    seen = threading.Event()

    def on_signal(number: int, frame: object) -> None:
        del frame
        if seen.is_set():
            os._exit(128 + number)
        seen.set()
        end("signal")

    before = {s: signal.signal(s, on_signal) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def examples(*lines: str) -> str:
    """An epilog of examples for ``--help``, kept as written."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


command = functools.partial(click.command, context_settings={"help_option_names": ["-h", "--help"]})
