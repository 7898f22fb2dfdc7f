"""Looking back: ``companion review``, ``report``, ``export``."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import click

from companion.commands.common import command, ends_in_order, examples
from companion.commands.keeping import journal, write_own
from companion.commands.session_edits import seconds
from companion.errors import CompanionError, UsageError
from companion.plain import clean, clock

KINDS = ("md", "json", "srt", "vtt", "csv", "parquet")


@command(epilog=examples("companion review", "companion review last --text", "companion review last --play 12:30"))
@click.argument("session", default="last")
@click.option("--play", "play_from", metavar="FROM", help="Play its recording from 12:30, say; Ctrl-C stops.")
@click.option("--text", "as_text", is_flag=True, help="Print it, also where there is a terminal for the screen.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def review(session: str, play_from: str | None, as_text: bool, as_json: bool) -> None:
    """Look back at a session: where it heated up and why, what was suggested, and four questions for you.

    On a terminal it is a screen to walk through, to judge alarms on, to answer in and to correct; else it is printed.
    """
    if play_from is not None:
        if as_text or as_json:
            raise UsageError("One thing at a time.", "See: companion review --help")
        _play(session, seconds(play_from))
        return
    if not as_text and not as_json and sys.stdout.isatty() and sys.stdin.isatty():
        from companion import config
        from companion.tui.review import run

        with journal() as kept:
            run(kept, session, config.load().screen.theme)
        return
    _print(session, as_json=as_json)


def _play(session: str, begin_s: float) -> None:
    """Play a call from a second on, its words printed as they are heard; Ctrl-C stops it."""
    from companion import locations
    from companion.audio.playing import Player
    from companion.events import Utterance
    from companion.review.summary import summarise

    with journal() as kept:
        record = kept.load(session)
        path = locations.recording_path(record.info.id, kept.path)
    summary = summarise(record.events)
    if begin_s > summary.duration_s:
        raise UsageError(f"The call ends at {clock(summary.duration_s).strip()}.", "Name an earlier moment.")
    said = sorted((e for e in record.events if isinstance(e, Utterance)), key=lambda u: u.t0)
    waiting = [u for u in said if u.t1 > begin_s]
    ended = threading.Event()
    with ends_in_order(lambda _: ended.set()):
        player = Player(path, begin_s)
        while not player.wait(0.1) and not ended.is_set():
            while waiting and waiting[0].t0 <= player.at:
                u = waiting.pop(0)
                click.echo(f"{clock(u.t0):>7} {clean(summary.who(u.speaker, u.person)):>9}  {clean(u.text)}")
        player.stop()
    if player.trouble:
        raise CompanionError(player.trouble)


def _print(session: str, *, as_json: bool) -> None:
    from companion.pipeline.past import earlier_figures
    from companion.review.summary import summarise
    from companion.review.text import told
    from companion.review.trends import figures, trends

    with journal() as kept:
        record = kept.load(session)
        earlier = earlier_figures(kept, record.info)
    summary = summarise(record.events)
    found = trends(figures(summary), earlier)
    if as_json:
        import msgspec

        data = msgspec.to_builtins(asdict(summary)) | {"trends": [asdict(t) for t in found]}
        click.echo(json.dumps({"session": record.info.id, "state": record.info.state, **data}, ensure_ascii=False))
        return
    width = min(100, max(40, shutil.get_terminal_size().columns - 2))
    for line in told(summary, f"{record.info.id}  {record.info.title}", found, width=width):
        click.echo(line)


@command(epilog=examples("companion report last -o report.html"))
@click.argument("session", default="last")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The page to write.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def report(session: str, output: Path, force: bool) -> None:
    """Write a session as one page for a browser: no network, everything in one file."""
    from companion.pipeline.past import earlier_figures
    from companion.review.report import render
    from companion.review.summary import summarise
    from companion.review.trends import figures, trends

    with journal() as kept:
        record = kept.load(session)
        found = trends(figures(summarise(record.events)), earlier_figures(kept, record.info))
    write_own(output, render(record.events, record.info.title, found), force=force)
    click.echo(f"Written to {clean(str(output))}.")


@command(epilog=examples("companion export last -o call.srt", "companion export --format json"))
@click.argument("session", default="last")
@click.option("--format", "kind", type=click.Choice(KINDS), help="Which; else by the file's ending, else Markdown.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; without it, to stdout.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def export(session: str, kind: str | None, output: Path | None, force: bool) -> None:
    """Write a session in another format: Markdown, JSON, captions, or a table.

    JSON has all there is: ``companion sessions import`` brings it back. Parquet needs pyarrow.
    """
    from companion.review.export import FORMATS

    with journal() as kept:
        record = kept.load(session)
    if kind is None:
        ending = output.suffix.lower().removeprefix(".") if output is not None else ""
        kind = ending if ending in KINDS else "md"
    if kind == "parquet" and output is None:
        raise UsageError("A Parquet table is no text.", "Name a file for it: -o call.parquet")
    if kind == "parquet":
        from companion.review.parquet import as_parquet

        content: str | bytes = as_parquet(record.events, record.info.title)
    else:
        content = FORMATS[kind](record.events, record.info.title)
    if output is None:
        click.echo(content, nl=False)
        return
    write_own(output, content, force=force)
    click.echo(f"Written to {clean(str(output))}.")
