"""``companion devices``: what can be listened to."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from companion.commands.common import examples

if TYPE_CHECKING:
    from companion.audio.devices import Device


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("companion devices", "companion devices --test", "companion live --microphone Jabra"),
)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.option("--test", is_flag=True, help="Listen for 5 s and show how loud each side is.")
@click.option("--microphone", metavar="DEVICE", help="With --test: this one.")
@click.option("--system", metavar="DEVICE", help="With --test: this output.")
def devices(as_json: bool, test: bool, microphone: str | None, system: str | None) -> None:
    """List the microphones and the outputs that can be listened to."""
    from companion.audio.devices import list_devices

    if test:
        _test(microphone, system, as_json=as_json)
        return
    found = list_devices()
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    _list("Microphones (your side):", found.inputs)
    _list("Outputs (the other side is heard from one of them):", found.outputs)
    for note in found.notes:
        click.echo(f"{note}")
    if found.inputs or found.outputs:
        click.echo('Choose with "companion live --microphone NAME --system NAME", or in the settings under [audio].')
        click.echo("See whether they hear: companion devices --test")


def _list(title: str, among: Sequence[Device]) -> None:
    click.echo(title)
    for device in among:
        mark = "*" if device.default else " "
        click.echo(f"  {mark} {device.index:2}  {device.name}  [{device.id}]")
    if not among:
        click.echo("    none")
    elif any(d.default for d in among):
        click.echo("    (* is the default)")


def _test(microphone: str | None, system: str | None, *, as_json: bool) -> None:
    """Show the loudness of both sides, and say what came out of it."""
    from companion.commands.levels import run, verdict

    seen = run(microphone, system, quiet=as_json)
    if as_json:
        told = {
            speaker: {
                "loudest_dbfs": round(side.loudest, 1) if math.isfinite(side.loudest) else None,
                "state": side.state,
                "verdict": verdict(speaker, side),
            }
            for speaker, side in seen.items()
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for speaker, side in seen.items():
        click.echo(verdict(speaker, side))
