"""The commands that run a session: ``live``, ``replay``, ``demo``, ``analyze``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from companion.commands.common import (
    EventFile,
    Number,
    command,
    ends_in_order,
    examples,
    session_options,
    settings_from,
)
from companion.errors import CompanionError, UsageError

if TYPE_CHECKING:
    from companion.config import Settings
    from companion.events import Event
    from companion.pipeline.call import Call
    from companion.pipeline.transcript import TranscriptCall

Sink = Callable[["Event"], None]
SPEEDS = {"1": 1.0, "2": 2.0, "max": float("inf")}


@command(epilog=examples("companion live", "companion live --events call.jsonl --seconds 600"))
@session_options
@click.option("--seconds", type=Number(min=0.1), metavar="N", help="End after N seconds.")
@click.option("--microphone", metavar="DEVICE", help='Your side: name, part of it, number, or "off".')
@click.option("--system", metavar="DEVICE", help='The other side: the output to listen to, or "off".')
@click.option("--record/--no-record", default=None, help="Keep the sound too; ask the others first.")
def live(
    events: str | None, seconds: float | None, microphone: str | None, system: str | None, record: bool | None,
    **options: Any,
) -> None:  # fmt: skip
    """Listen to a call: your microphone and the other side's sound, until you end it."""
    import dataclasses

    from companion.commands.keeping import PrepSink, recording_of
    from companion.pipeline.build import check_speech_model, open_live

    settings = settings_from(options)
    chosen: dict[str, Any] = {k: v for k, v in (("microphone", microphone), ("system", system)) if v is not None}
    settings = dataclasses.replace(settings, audio=dataclasses.replace(settings.audio, **chosen))
    recorded = settings.sessions.record if record is None else record
    if record and not settings.sessions.keep:
        raise UsageError("A session that is not kept cannot be recorded.", "Leave out --no-keep, or --record.")
    if watched(events):
        from companion.commands.welcoming import welcome

        check_speech_model(settings)  # before the first screens, not after them
        if not welcome(settings):
            return
    _watch(
        lambda sinks: open_live(
            settings, [*sinks, PrepSink()], longest_s=seconds, record_to=recording_of(sinks) if recorded else None
        ),
        settings,
        events,
        "Live call",
    )


@command(epilog=examples("companion replay call.ogg", "companion replay --me me.wav --them them.wav --speed 2"))
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--me", type=click.Path(path_type=Path), help="Your side, as a file of its own.")
@click.option("--them", type=click.Path(path_type=Path), help="The other side, as a file of its own.")
@click.option("--mono-as", type=click.Choice(["me", "them"]), default="them", help="Whose side a mono file is.")
@click.option("--speed", type=click.Choice(list(SPEEDS)), default="1", help="How fast.", show_default=True)
@session_options
@click.option("--seconds", type=Number(min=0.1), metavar="N", help="End after N seconds of audio.")
def replay(
    file: Path | None, me: Path | None, them: Path | None, mono_as: str, speed: str, events: str | None,
    seconds: float | None, **options: Any,
) -> None:  # fmt: skip
    """Watch the live screen on a recorded call: sound, video, or a transcript (.jsonl)."""
    _replay(_source(file, me, them, mono_as), SPEEDS[speed], seconds, events, settings_from(options))


@command(epilog=examples("companion demo", "companion demo --speed max --events -"))
@click.option("--speed", type=click.Choice(list(SPEEDS)), default="1", help="How fast.", show_default=True)
@session_options
@click.option("--seconds", type=Number(min=0.1), metavar="N", help="End after N seconds of audio.")
def demo(speed: str, events: str | None, seconds: float | None, **options: Any) -> None:
    """Watch the bundled call: it begins well, turns sour, and is repaired."""
    from companion import locations

    bundled = _source(locations.shipped("models", "demo", "call.ogg"), None, None, "them")
    _replay(bundled, SPEEDS[speed], seconds, events, settings_from(options), title="The bundled call")


@command(epilog=examples("companion analyze call.ogg", "companion analyze a.mp4 b.jsonl --events events.jsonl"))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--me", type=click.Path(path_type=Path), help="Your side, as a file of its own.")
@click.option("--them", type=click.Path(path_type=Path), help="The other side, as a file of its own.")
@click.option("--mono-as", type=click.Choice(["me", "them"]), default="them", help="Whose side a mono file is.")
@click.option("--json", "as_json", is_flag=True, help="Print a summary of each file as a line of JSON.")
@session_options
@click.option("--seconds", type=Number(min=0.1), metavar="N", help="Stop after N seconds of audio.")
def analyze(
    files: Sequence[Path], me: Path | None, them: Path | None, mono_as: str, as_json: bool, events: str | None,
    seconds: float | None, **options: Any,
) -> None:  # fmt: skip
    """Read recorded calls as fast as the machine can: sound, video, or transcripts (.jsonl)."""
    from companion.commands.analysis import analyze_one

    settings = settings_from(options)
    pairs = [(None, me, them)] if me or them else []
    sources = [_source(f, a, b, mono_as) for f, a, b in [*((f, None, None) for f in files), *pairs]]
    if not sources:
        raise UsageError("There is nothing to analyze.", "Name a file: companion analyze call.ogg")
    for source in sources:
        _check_not_onto_itself(events, source)
    out = EventFile(events) if events else None
    failed: list[CompanionError] = []
    try:
        for source in sources:
            try:
                summary = analyze_one(source, settings, out, seconds, quiet=events == "-" or as_json)
            except CompanionError as error:
                if len(sources) == 1:
                    raise
                failed.append(error)
                click.echo(f"{source.name}: {error}", err=True)
                continue
            if summary.interrupted:
                raise SystemExit(130)
            if events != "-":
                click.echo(summary.as_json() if as_json else summary.as_text())
    finally:
        if out is not None:
            out.close()
    if failed:
        raise CompanionError(f"{len(failed)} of {len(sources)} files could not be analyzed.", "See above.")


def _source(file: Path | None, me: Path | None, them: Path | None, mono_as: str) -> Any:
    from companion.pipeline.build import Source

    if me is not None and them is not None and file is None:
        return Source(me, them)
    if me is not None or them is not None:
        raise UsageError("--me and --them go together, without another file.", "Give both, or one stereo file.")
    if file is None:
        raise UsageError("No file was named.", "For example: companion replay call.ogg")
    if not file.exists():
        raise UsageError(f"There is no file {file}.", "Check the path.")
    return Source(file, mono_as="me" if mono_as == "me" else "them")


def _check_not_onto_itself(events: str | None, source: Any) -> None:
    """Raise before the events file is emptied, when it is the very recording that is to be read."""
    target = Path(events).expanduser() if events and events != "-" else None
    inputs = [path for path in (source.path, source.other) if path is not None]
    if target is not None and target.exists() and any(path.exists() and target.samefile(path) for path in inputs):
        raise UsageError(f"The events file {target} is the recording itself.", "Name another: it would be lost.")


def _replay(
    source: Any, speed: float, seconds: float | None, events: str | None, settings: Settings, title: str | None = None
) -> None:
    from companion.pipeline.build import open_file

    _check_not_onto_itself(events, source)
    _watch(
        lambda sinks: open_file(source, settings, sinks, speed=speed, longest_s=seconds),
        settings,
        events,
        title or source.name,
    )


def watched(events: str | None) -> bool:
    """Whether somebody looks at a terminal that the screen may have."""
    return sys.stdout.isatty() and sys.stdin.isatty() and events != "-"


def _watch(
    open_session: Callable[[list[Sink]], Call | TranscriptCall], settings: Settings, events: str | None, title: str
) -> None:
    """Run a session in the live screen, or print its events as lines where there is no terminal."""
    from companion.commands.keeping import JournalSink

    out = EventFile(events) if events else None
    keeper = JournalSink(title, settings.sessions) if settings.sessions.keep else None
    sinks: list[Sink] = [s for s in (out, keeper) if s is not None]
    look_back = False
    try:
        session = open_session(sinks)
        if watched(events):
            look_back = _show(session, settings, title, review=keeper is not None)
        else:
            _print(session, quiet=events == "-")
        _account(session)
        session_id = keeper.session_id if keeper is not None else ""
    finally:
        if keeper is not None:
            keeper.close()
        if out is not None:
            out.close()
    if look_back and session_id:
        from companion.commands.review import review

        review.main(args=[session_id], prog_name="companion review", standalone_mode=False)


def _show(session: Call | TranscriptCall, settings: Settings, title: str, *, review: bool) -> bool:
    """The live screen; whether the user wants to look back at once."""
    from companion.commands.alarms import alarms_an_hour
    from companion.tui.around import REVIEW, Around
    from companion.tui.watching import run

    around = Around(title, review=review, alarms=lambda: alarms_an_hour(settings))
    with ends_in_order(session.end):
        return run(session, settings, around) == REVIEW


def _print(session: Call | TranscriptCall, *, quiet: bool) -> None:
    from companion.commands.lines import Printer

    with ends_in_order(session.end):
        session.start(Printer(sys.stderr if quiet else sys.stdout, gone=lambda: session.end("signal")))
        while not session.wait(0.2):
            pass


def _account(session: Call | TranscriptCall) -> None:
    """After the session: say what failed, with the right exit code."""
    if session.failure is not None:
        raise session.failure
    if session.troubles:
        raise session.troubles[0]
