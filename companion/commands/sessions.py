"""``companion sessions``: the calls that were kept: list, show, search; what changes them is in ``session_edits``."""

from __future__ import annotations

import difflib
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from companion.commands import session_edits
from companion.commands.common import examples
from companion.commands.keeping import described, journal
from companion.commands.lines import line
from companion.errors import UsageError
from companion.plain import clean, clock, numbered

if TYPE_CHECKING:
    from companion.sessions.search import Hit


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("companion sessions list", 'companion sessions search "the deposit"'),
)
def sessions() -> None:
    """The calls that were kept: list, show, search, change and delete them."""


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


@sessions.command(
    epilog=examples(
        'companion sessions search "the deposit"',
        "companion sessions search --driver anger --level 2 --since 2026-11-01",
        "companion sessions search refund --person Renate",
    )
)
@click.argument("words", nargs=-1)
@click.option("--level", type=click.IntRange(0, 3), default=0, help="Where the talk was at least at this level.")
@click.option("--driver", help="Where this may have been going on: anger, fear, distrust …")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="In calls from this day on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="In calls up to this day.")
@click.option("--person", default="", help='Said by "me", "them", or a name you gave.')
@click.option("--tag", default="", help="In calls with this tag.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def search(
    words: tuple[str, ...], level: int, driver: str | None, since: datetime | None, until: datetime | None,
    person: str, tag: str, limit: int, as_json: bool,
) -> None:  # fmt: skip
    """Find what was said, in all sessions, by its words and by where it stood."""
    from companion.sessions.search import Query
    from companion.sessions.search import search as find

    query = Query(
        words=" ".join(words), level=level, driver=_driver(driver), person=person, tag=tag,
        since=since.timestamp() if since else None, until=(until + timedelta(days=1)).timestamp() if until else None,
    )  # fmt: skip
    if query == Query():
        raise UsageError("Say what to look for.", 'For example: companion sessions search "the deposit" --level 2')
    with journal() as kept:
        hits = find(kept, query, limit)
    if as_json:
        click.echo(json.dumps([asdict(h) for h in hits], ensure_ascii=False))
        return
    for hit in hits:
        what = f"  [{', '.join(d.replace('_', ' ') for d in hit.drivers)}]" if hit.drivers else ""
        click.echo(f"{hit.session:14} {clock(hit.t)}  {_SHAPES[hit.level]} {_who(hit):4}  {clean(hit.snippet)}{what}")
    if not hits:
        click.echo("Nothing was found.")


def _who(hit: Hit) -> str:
    return clean(hit.name) or numbered(hit.speaker, hit.person)


_SHAPES = ("○", "◔", "◑", "●")


def _driver(name: str | None) -> str:
    from companion.terms import DRIVERS

    if name is None or name in DRIVERS:
        return name or ""
    near = difflib.get_close_matches(name, DRIVERS, n=1, cutoff=0.4)
    hint = f'Did you mean "{near[0]}"?' if near else f"There are: {', '.join(DRIVERS)}."
    raise UsageError(f'There is no driver "{name}".', hint)


@sessions.command(epilog=examples("companion sessions where"))
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def where(as_json: bool) -> None:
    """Where everything is kept, and how much room it takes."""
    from companion import locations

    folder = locations.data_dir()
    files = {p: p.stat().st_size for p in sorted(folder.glob("**/*")) if p.is_file()} if folder.is_dir() else {}
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "files": {str(p): size for p, size in files.items()}}))
        return
    click.echo(f"{folder}")
    for path, size in files.items():
        click.echo(f"{size / 1e6:10.2f} MB  {path.relative_to(folder)}")
    click.echo(f"{sum(files.values()) / 1e6:10.2f} MB  in all")


for _command in session_edits.COMMANDS:
    sessions.add_command(_command)
