"""``companion playbook``: look at the moves, check your own file, and try a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from companion.commands.common import examples
from companion.events import Level
from companion.plain import clean

if TYPE_CHECKING:
    from companion.playbook.book import Line


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("companion playbook list", 'companion playbook try "You people never listen."'),
)
def playbook() -> None:
    """The suggestions: list them, check your own file, try a sentence."""


@playbook.command("list", epilog=examples("companion playbook list --json"))
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_moves(as_json: bool) -> None:
    """Every move with its words, yours laid over ours."""
    import msgspec

    from companion import config
    from companion.playbook import book
    from companion.terms import MOVES

    loaded = book.load(config.load().coach.playbook)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(loaded), ensure_ascii=False, indent=1))
        return
    for move in loaded.moves.values():
        helps = ", ".join(d for d, moves in loaded.drivers.items() if move.id in moves)
        whose = "" if move.id in MOVES else "your own; "
        click.echo(f"\n{clean(move.headline)}  ({move.id}; {whose}for {helps or 'any'})\n  {clean(move.why)}")
        for driver, headline in move.headlines.items():
            click.echo(f"  as “{clean(headline)}” for {driver}")
        for line in move.say:
            click.echo(f"  - {clean(line.text)}{_when(line)}")


def _when(line: Line) -> str:
    """The conditions of a line, in words."""
    parts = [f"for {', '.join(line.drivers)}"] if line.drivers else []
    if line.levels:
        parts.append(f"when {' or '.join(Level(n).name.lower() for n in line.levels)}")
    if line.again:
        parts.append("the second time")
    return f"   [{'; '.join(parts)}]" if parts else ""


@playbook.command(epilog=examples("companion playbook check mine.toml"))
@click.argument("file", type=click.Path(path_type=Path), required=False)
def check(file: Path | None) -> None:
    """Check a playbook file, or the one your settings name."""
    from companion import config
    from companion.playbook import book
    from companion.terms import MOVES

    own = str(file) if file is not None else config.load().coach.playbook
    loaded = book.load(own)
    added = ", ".join(move for move in loaded.moves if move not in MOVES)
    yours = f" ({added}: your own)" if added else ""
    named = own or "our own playbook"
    click.echo(f"OK: {named}, {len(loaded.moves)} moves{yours} for {len(loaded.drivers)} drivers.")


@playbook.command("try", epilog=examples('companion playbook try "After all we did for you." --json'))
@click.argument("sentence")
@click.option("--speaker", type=click.Choice(["me", "them"]), default="them", help="Who says it.", show_default=True)
@click.option("--level", type=click.IntRange(1, 3), default=2, help="1 tense, 2 heated, 3 breaking.", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
def try_sentence(sentence: str, speaker: str, level: int, as_json: bool) -> None:
    """What would be suggested if this were said in a heated talk, and the words in the order they would come."""
    from companion import config
    from companion.events import Utterance
    from companion.pipeline.build import load_text_model
    from companion.playbook import book
    from companion.playbook.choice import choose
    from companion.playbook.scene import Scene
    from companion.playbook.wording import fits, particular

    settings = config.load()
    reading = load_text_model(settings).read((speaker, sentence), ())
    said = Utterance(
        speaker="me" if speaker == "me" else "them",
        t0=0.0,
        t1=0.0,
        text=sentence,
        emotions=reading.emotions,
        drivers=reading.drivers,
        levels=reading.levels,
    )
    loaded = book.load(settings.coach.playbook)
    moment = choose(loaded, Scene().moved(0.0, level), said, level)
    move = loaded.moves[moment.move] if moment else None
    driver = moment.driver if moment else ""
    lines = [line for line in move.say if fits(line, driver, level, again=False, slots={})] if move else []
    lines.sort(key=lambda line: -particular(line, {}))
    if as_json:
        found: dict[str, object] = {"drivers": [{"id": d.id, "score": d.score} for d in said.drivers], "move": None}
        if move is not None:
            found |= {"move": move.id, "driver": driver, "headline": move.headline_for(driver), "why": move.why}
            found["say"] = [line.text for line in lines]
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for shown in said.drivers:
        click.echo(f"may be {shown.id} ({shown.score:.0%})")
    if move is None:
        click.echo("Nothing would be suggested.")
        return
    click.echo(f"\n{clean(move.headline_for(driver))}\n{clean(move.why)}")
    for line in lines:
        click.echo(f"  - {clean(line.text)}")
