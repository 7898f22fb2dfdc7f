"""``companion sessions``: the calls that were kept: list, show, search, delete."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from companion.commands.common import examples
from companion.commands.lines import line
from companion.errors import UsageError
from companion.plain import clean, clock

if TYPE_CHECKING:
    from companion.sessions.journal import Journal, SessionInfo


@contextmanager
def journal() -> Iterator[Journal]:
    """The journal, open."""
    from companion import locations
    from companion.sessions.journal import Journal

    opened = Journal.open(locations.journal_path())
    try:
        yield opened
    finally:
        opened.close()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("companion sessions list", 'companion sessions search "the deposit"'),
)
def sessions() -> None:
    """The calls that were kept: list, show, search and delete them."""


@sessions.command("list", epilog=examples("companion sessions list --json"))
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_sessions(as_json: bool) -> None:
    """Every session, the latest first."""
    with journal() as kept:
        found = kept.sessions()
    if as_json:
        click.echo(json.dumps([asdict(s) for s in found], ensure_ascii=False))
        return
    for info in found:
        click.echo(described(info))
    if not found:
        click.echo("There are no sessions yet. Try: companion demo")


def described(info: SessionInfo) -> str:
    """A session in one line."""
    when = time.strftime("%a %d %b %Y %H:%M", time.localtime(info.started_unix))
    state = "" if info.state == "ended" else f"  ({info.state})"
    return f"{info.id:14} {when}  {clock(info.last_t)}  {clean(info.title)}{state}"


@sessions.command(epilog=examples("companion sessions show last", "companion sessions show 2026-11-23-1 --json"))
@click.argument("session", default="last")
@click.option("--json", "as_json", is_flag=True, help="Print the session and its events as JSON.")
def show(session: str, as_json: bool) -> None:
    """Everything that happened in a session, line by line."""
    from companion import wire

    with journal() as kept:
        record = kept.load(session)
    if as_json:
        events = [wire.to_dict(e) for e in record.events]
        click.echo(json.dumps(asdict(record.info) | {"log": events}, ensure_ascii=False))
        return
    click.echo(described(record.info))
    for event in record.events:
        told = line(event)
        if told is not None:
            click.echo(told)


@sessions.command(epilog=examples('companion sessions search "the deposit"'))
@click.argument("words", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def search(words: tuple[str, ...], as_json: bool) -> None:
    """Find what was said, in all sessions."""
    with journal() as kept:
        hits = kept.search(" ".join(words))
    if as_json:
        click.echo(json.dumps([asdict(h) for h in hits], ensure_ascii=False))
        return
    for hit in hits:
        click.echo(f"{hit.session:14} {clock(hit.t)}  {hit.speaker:4}  {clean(hit.snippet)}")
    if not hits:
        click.echo("Nothing was found.")


@sessions.command(epilog=examples("companion sessions delete 2026-11-23-1"))
@click.argument("session")
@click.option("--yes", is_flag=True, help="Don't ask.")
def delete(session: str, yes: bool) -> None:
    """Remove a session for good; export it first if you may want it."""
    with journal() as kept:
        info = kept.find(session)
        if not yes:
            click.confirm(f"Remove {described(info)}?", abort=True)
        kept.delete([info.id])
    click.echo(f"Removed {info.id}.")


@sessions.command(epilog=examples("companion sessions purge --older-than 90", "companion sessions purge --all --yes"))
@click.option("--all", "everything", is_flag=True, help="All sessions.")
@click.option("--older-than", "days", type=click.FloatRange(min=0), metavar="DAYS", help="Those older than this.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def purge(everything: bool, days: float | None, yes: bool) -> None:
    """Remove many sessions for good."""
    if everything == (days is not None):
        raise UsageError("Say which: --all, or --older-than DAYS.", "companion sessions purge --older-than 90")
    with journal() as kept:
        gone = kept.older_than(days if days is not None else -1.0)
        if not gone:
            click.echo("There is nothing to remove.")
            return
        if not yes:
            click.confirm(f"Remove {len(gone)} sessions?", abort=True)
        kept.delete([s.id for s in gone])
    click.echo(f"Removed {len(gone)} sessions.")
