"""``companion models``: which there are, pull them, verify them."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from companion.commands.common import examples
from companion.errors import CompanionError

if TYPE_CHECKING:
    from companion.modelstore.store import ModelStore

_REDRAW_S = 0.2


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("companion models list", "companion models pull base"),
)
def models() -> None:
    """The models: list, pull and verify them."""


@models.command("list", epilog=examples("companion models list --json"))
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_models(as_json: bool) -> None:
    """Every model that can be pulled, and how it stands here."""
    store = _store()
    found = [store.status(name) for name in store.manifest.models]
    if as_json:
        click.echo(json.dumps([asdict(s) | {"folder": str(s.folder)} for s in found]))
        return
    for status in found:
        click.echo(f"{status.name:10} {status.state:8} {status.bytes / 1e6:5.0f} MB  {status.role:8}  {status.about}")


@models.command(epilog=examples("companion models pull", "companion models pull tiny.en"))
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--all", "everything", is_flag=True, help="All models for recognising speech.")
@click.option("--force", is_flag=True, help="Pull again even when it is there.")
def pull(names: tuple[str, ...], everything: bool, force: bool) -> None:
    """Get models (without a name: the one your settings use), check them, and put them into place.

    What is half done goes on where it stopped. Other faster-whisper models ("small", "large-v3", "owner/name") come
    from the hub alone. This is the only command that uses the network.
    """
    from companion import config

    store = _store()
    speech = [n for n, m in store.manifest.models.items() if m.role == "speech"]
    usual = config.load().speech.model
    for name in names or (speech if everything or usual == "auto" else [usual]):
        if name in store.manifest.models:
            show = _Shown(name)
            folder = store.pull(name, show, force=force)
            show.done()
        else:
            from companion.modelstore import named

            folder = named.pull(name)
        click.echo(f'The model "{name}" is ready in {folder}.')


@models.command(epilog=examples("companion models verify", "companion models verify base --json"))
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(names: tuple[str, ...], as_json: bool) -> None:
    """Read every byte of the models that are here and compare."""
    store = _store()
    wanted = names or [n for n in store.manifest.models if store.status(n).state != "missing"]
    found = [store.status(name, hashes=True) for name in wanted]
    if as_json:
        click.echo(json.dumps([asdict(s) | {"folder": str(s.folder)} for s in found]))
    for status in found:
        if not as_json:
            click.echo(f"{status.name:10} {status.state}{f' ({status.reason})' if status.reason else ''}")
    bad = [s.name for s in found if s.state != "ready"]
    if bad:
        raise CompanionError(f"Not whole: {', '.join(bad)}.", f"Run: companion models pull {bad[0]} --force")
    if not found and not as_json:
        click.echo("No model is here yet. Run: companion models pull")


class _Shown:
    """Progress on stderr: one line that is redrawn on a terminal, a line per step elsewhere."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._last = ""
        self._drawn = 0.0

    def __call__(self, what: str, done: int, whole: int) -> None:
        now = time.monotonic()
        if sys.stderr.isatty() and (now - self._drawn > _REDRAW_S or done >= whole):
            self._drawn = now
            filled = int(30 * done / max(whole, 1))
            sys.stderr.write(f"\r\x1b[K{self._name} [{'█' * filled}{'·' * (30 - filled)}] {what}")
            sys.stderr.flush()
        elif what != self._last and not sys.stderr.isatty():
            click.echo(f"{self._name}: {what}", err=True)
        self._last = what

    def done(self) -> None:
        """Leave the line."""
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")


def _store() -> ModelStore:
    from companion import locations
    from companion.modelstore.store import ModelStore

    return ModelStore(locations.models_dir())
