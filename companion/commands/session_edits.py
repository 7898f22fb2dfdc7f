"""What changes or removes kept sessions: the part of ``companion sessions`` that cannot be taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from companion.commands.common import Number, examples
from companion.commands.keeping import described, journal, write_own
from companion.errors import CompanionError, UsageError
from companion.plain import clean, clock

if TYPE_CHECKING:
    from companion.sessions.journal import Journal, SessionInfo

_export = click.option(
    "--export", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write them there first, as JSON."
)
_yes = click.option("--yes", is_flag=True, help="Don't ask.")
_PREPARED = "what you wrote with companion prep"


@click.command(epilog=examples("companion sessions delete 2026-11-23-1", "companion sessions delete last --export ."))
@click.argument("session")
@_export
@_yes
def delete(session: str, folder: Path | None, yes: bool) -> None:
    """Remove a session for good: words, index, free pages, recording. Export it first if you may want it."""
    with journal() as kept:
        info = kept.find(session)
        if not yes:
            click.confirm(f"Remove {described(info)}?", abort=True)
        _remove(kept, [info], folder)


@click.command(
    epilog=examples(
        "companion sessions purge --older-than 90",
        "companion sessions purge --beyond 500 --export ~/calls",
        "companion sessions purge --all --yes",
    )
)
@click.option("--all", "everything", is_flag=True, help=f"All sessions, and {_PREPARED}.")
@click.option("--older-than", "days", type=Number(min=0), metavar="DAYS", help="Those older than this.")
@click.option("--beyond", "most_mb", type=Number(min=0), metavar="MB", help="The oldest, until this is left.")
@_export
@_yes
def purge(everything: bool, days: float | None, most_mb: float | None, folder: Path | None, yes: bool) -> None:
    """Remove many sessions for good."""
    from companion.sessions import forgetting

    if [everything, days is not None, most_mb is not None].count(True) != 1:
        raise UsageError("Say which: --all, --older-than DAYS, or --beyond MB.", "companion sessions purge --help")
    with journal() as kept:
        gone = (
            forgetting.beyond(kept, most_mb)
            if most_mb is not None
            else forgetting.older_than(kept, days if days is not None else -1.0)
        )
        written = _prepared() if everything else []
        if not gone and not written:
            click.echo("There is nothing to remove.")
            return
        if not yes:
            what = [*([_counted(gone)] if gone else []), *([_PREPARED] if written else [])]
            click.confirm(f"Remove {' and '.join(what)}?", abort=True)
        if gone:
            _remove(kept, gone, folder)
    if written:
        _remove_prepared(written)


def _prepared() -> list[Path]:
    """The files with the answers for the next call, and those of the last one; they are there without any session."""
    from companion import locations

    return [path for path in (locations.prep_path(), locations.last_prep_path()) if path.is_file()]


def _remove_prepared(written: list[Path]) -> None:
    for path in written:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CompanionError(f"{path} cannot be removed ({error.strerror}).", "Remove it.") from error
    click.echo(f"Removed {_PREPARED}.")


def _remove(kept: Journal, gone: list[SessionInfo], folder: Path | None) -> None:
    from companion.sessions import forgetting

    if folder is not None:
        _export_all(kept, gone, folder)
    traceless = forgetting.delete(kept, [s.id for s in gone])
    click.echo(f"Removed {_counted(gone)}.")
    if not traceless:
        click.echo("Another companion has the journal open: the last traces go when it ends.", err=True)


def _counted(gone: list[SessionInfo]) -> str:
    return gone[0].id if len(gone) == 1 else f"{len(gone)} sessions"


def _export_all(kept: Journal, gone: list[SessionInfo], folder: Path) -> None:
    from companion.review.export import as_json

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made ({error.strerror}).", "Name another folder.") from error
    for info in gone:
        write_own(folder / f"{info.id}.json", as_json(kept.load(info.id).events, info.title), force=False)


@click.command(
    epilog=examples(
        'companion sessions edit last --title "Renewal, second round" --tag renewal --them Renate',
        "companion sessions edit last --untag renewal",
        "companion sessions edit last --person 1 Renate --person 2 Dana",
    )
)
@click.argument("session", default="last")
@click.option("--title", help="Another title.")
@click.option("--tag", "more", multiple=True, help="Add a tag; may be given more than once.")
@click.option("--untag", "fewer", multiple=True, help="Take a tag away.")
@click.option("--me", help="Your name, for the transcript.")
@click.option("--them", help="The name of the other side.")
@click.option(
    "--person",
    "people",
    type=(click.IntRange(min=1), str),
    multiple=True,
    metavar="NUMBER NAME",
    help="The name of one of several people there; may be given more than once.",
)
def edit(
    session: str, title: str | None, more: tuple[str, ...], fewer: tuple[str, ...], me: str | None, them: str | None,
    people: tuple[tuple[int, str], ...],
) -> None:  # fmt: skip
    """Change a session's title and tags, and say who the sides were."""
    from companion.events import Speaker
    from companion.sessions import edits

    named: list[tuple[Speaker, int, str | None]] = [("me", 0, me), ("them", 0, them)]
    named += [("them", n, name) for n, name in people]
    with journal() as kept:
        info = kept.find(session)
        if title is None and not more and not fewer and me is None and them is None and not people:
            raise UsageError("Say what to change.", "See: companion sessions edit --help")
        if people:
            _known(kept, info, {n for n, _ in people})
        if title is not None or more or fewer:
            tags = [t for t in info.tags if t not in fewer] + list(more)
            edits.retitle(kept, info.id, title, tags)
        for speaker, person, name in named:
            if name is not None:
                edits.name_person(kept, info.id, speaker, name, person)
        click.echo(described(kept.find(info.id)))


def _known(kept: Journal, info: SessionInfo, numbers: set[int]) -> None:
    """Raises ``UsageError`` unless the other side of the session has people of those numbers."""
    from companion.review.people import told_apart

    there = told_apart(kept.load(info.id).events)
    strange = sorted(numbers - set(there))
    if strange:
        hint = f"There are: {', '.join(map(str, there))}." if there else "Name the side as a whole: --them NAME"
        raise UsageError(f"Nobody in {info.id} has the number {strange[0]}.", hint)


@click.command(epilog=examples("companion sessions cut last 12:30 14:05"))
@click.argument("session")
@click.argument("begin", metavar="FROM")
@click.argument("end", metavar="TO")
@_yes
def cut(session: str, begin: str, end: str, yes: bool) -> None:
    """Take a passage out of a session for good, with what was read from it; times as 12:30 or 1:02:30.

    A recording of the call goes as a whole, as its sound is not cut.
    """
    from companion.sessions import edits, forgetting

    t0, t1 = seconds(begin), seconds(end)
    with journal() as kept:
        info = kept.find(session)
        if not yes:
            click.confirm(f"Take out {clock(t0).strip()} to {clock(t1).strip()} of {info.id} for good?", abort=True)
        count = edits.cut(kept, info.id, t0, t1)
        sound = forgetting.remove_recording(kept, info.id)
    click.echo(f"{count} utterances are gone{', and the recording' if sound else ''}.")


def seconds(text: str) -> float:
    """The seconds of a time such as 95, 1:35 or 1:02:30; raises ``UsageError``."""
    parts = text.split(":")
    try:
        numbers = [float(p) for p in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or not all(0 <= n < 1e6 for n in numbers):
        raise UsageError(f'"{text}" is no time.', "Write 95, 1:35 or 1:02:30.")
    total = 0.0
    for number in numbers:
        total = total * 60 + number
    return total


@click.command(
    epilog=examples('companion sessions redact "Renate Lindach" last', "companion sessions redact Lindach --all")
)
@click.argument("name")
@click.argument("session", required=False)
@click.option("--all", "everything", is_flag=True, help="In all sessions.")
@click.option("--with", "instead", default="[redacted]", show_default=True, help="What shall stand there.")
@_yes
def redact(name: str, session: str | None, everything: bool, instead: str, yes: bool) -> None:
    """Put something else in the place of a name, wherever it stands: words, quotes, notes, titles."""
    from companion.sessions import edits, forgetting

    if everything == (session is not None):
        raise UsageError("Say where: a session, or --all.", 'For example: companion sessions redact "Lindach" last')
    with journal() as kept:
        ids = [s.id for s in kept.sessions()] if everything else [kept.find(session or "last").id]
        if not yes:
            where = "all sessions" if everything else ids[0]
            click.confirm(f'Replace "{clean(name)}" by "{clean(instead)}" in {where} for good?', abort=True)
        count = edits.redact(kept, ids, name, instead)
        spoken = count and any(forgetting.recording(kept, id_) for id_ in ids)
    click.echo(f"{count} places changed.{' ' + edits.STILL_SPOKEN if spoken else ''}")


@click.command("import", epilog=examples("companion sessions import 2026-11-23-1.json"))
@click.argument("file", type=click.Path(path_type=Path))
def bring_back(file: Path) -> None:
    """Bring an exported session (.json) or an events file (.jsonl) back into the journal."""
    from companion.sessions import carrying

    events = carrying.read_events(file)
    with journal() as kept:
        click.echo(described(kept.find(carrying.bring_back(kept, events))))


@click.command(epilog=examples("companion sessions rescue"))
@click.option("--force", is_flag=True, help="Also when nothing seems to be wrong.")
def rescue(force: bool) -> None:
    """Save what can be saved of a damaged journal. The damaged file is moved aside, never written to."""
    from companion import locations
    from companion.sessions import rescue as rescuer

    path = locations.journal_path()
    if not force and path.is_file() and rescuer.is_whole(path):
        click.echo(f"Nothing is wrong with {path}.")
        return
    saved = rescuer.rescue(path)
    click.echo(f"Saved {saved.events} events of {saved.sessions} sessions. The damaged file is {saved.damaged}.")


COMMANDS = (edit, cut, redact, delete, purge, bring_back, rescue)
