"""``companion config``: show the settings, tell where they are, check a file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from companion.commands.common import examples


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("companion config show", "companion config path"),
)
def config() -> None:
    """The settings: show them, find them, check them."""


@config.command(epilog=examples("companion config show --json"))
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.option("--config", "file", type=click.Path(path_type=Path), help="A settings file of your own.")
def show(as_json: bool, file: Path | None) -> None:
    """Every setting as it counts now; those that are not the default are marked with a star."""
    from companion import config as settings

    now, usual = settings.flat(settings.load(file)), settings.flat(settings.Settings())
    if as_json:
        click.echo(json.dumps(now))
        return
    for key, value in now.items():
        click.echo(f"{'*' if value != usual[key] else ' '} {key} = {json.dumps(value, ensure_ascii=False)}")


@config.command(epilog=examples("companion config path"))
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def path(as_json: bool) -> None:
    """Where your settings, your sessions and the models are."""
    from companion import locations

    places = {
        "settings": locations.user_config_path(),
        "defaults": locations.shipped("config.toml"),
        "sessions": locations.journal_path(),
        "models": locations.models_dir(),
        "log": locations.log_path(),
    }
    if as_json:
        click.echo(json.dumps({k: str(v) for k, v in places.items()}))
        return
    for name, place in places.items():
        click.echo(f"{name:9} {place}{'' if place.exists() else '  (not there yet)'}")


@config.command(epilog=examples("companion config check", "companion config check mine.toml"))
@click.argument("file", type=click.Path(path_type=Path), required=False)
def check(file: Path | None) -> None:
    """Check your settings, or a file: unknown keys and impossible values are named."""
    from companion import config as settings
    from companion import locations
    from companion.playbook import book

    loaded = settings.load(file)
    book.load(loaded.coach.playbook)
    named = file or (locations.user_config_path() if locations.user_config_path().is_file() else "the defaults")
    changed = sum(a != b for a, b in zip(settings.flat(loaded).values(), settings.flat(settings.Settings()).values(),
                                         strict=True))  # fmt: skip
    click.echo(f"OK: {named}, {changed} setting{'s differ' if changed != 1 else ' differs'} from the defaults.")
