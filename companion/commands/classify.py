"""``companion classify``: what the text model reads from sentences, each by itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from companion.commands.common import command, examples
from companion.errors import UsageError
from companion.events import Speaker
from companion.plain import whole


@command(epilog=examples("echo 'You went behind our backs.' | companion classify", "companion classify lines.jsonl"))
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-", required=False)
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="A settings file of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as it does anyway.")
def classify(file: Path, config_file: Path | None, as_json: bool) -> None:
    """Read one utterance a line (plain text, or JSON with "speaker" and "text") and print what may be in it.

    Each is read without context, as English whatever language is set, and answered by one utterance object as a line
    of JSON, in order.
    """
    from companion import config, wire
    from companion.affect.reading import Reading
    from companion.events import Utterance
    from companion.pipeline.build import load_text_model

    del as_json
    settings = config.load(config_file)
    model = load_text_model(settings)
    for speaker, text in _inputs(file):
        reading = model.read((speaker, text), ()) if text.strip() else Reading()
        utterance = Utterance(
            speaker=speaker,
            t0=0.0,
            t1=0.0,
            text=text,
            emotions=reading.emotions,
            drivers=reading.drivers,
            levels=reading.levels,
        )
        click.echo(wire.to_json(utterance))


def _inputs(file: Path) -> Iterator[tuple[Speaker, str]]:
    for number, line in enumerate(_lines(file), 1):
        if text := line.decode("utf-8", errors="replace").removeprefix("\ufeff").strip():
            yield _utterance(text, number)


def _lines(file: Path) -> Iterator[bytes]:
    """Line by line as they come, so that another program may ask and wait for the answer.

    Of bytes, as they end with a newline only; ``str.splitlines`` would cut JSON strings at U+2028 and its like.
    """
    if str(file) == "-":
        yield from sys.stdin.buffer
        return
    try:
        with file.open("rb") as lines:
            yield from lines
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}).", "Check the path.") from error


def _utterance(line: str, number: int) -> tuple[Speaker, str]:
    if not line.startswith("{"):
        return "them", line
    try:
        row: dict[str, Any] = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"Line {number} begins like JSON but is not.", "Mend it, or give plain text.") from error
    if not isinstance(row.get("text"), str):
        raise UsageError(f'Line {number} has no "text".', 'Write {"speaker": "them", "text": "…"}.')
    return "me" if row.get("speaker") == "me" else "them", whole(row["text"])
