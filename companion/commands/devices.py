"""``companion devices``: what can be listened to."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from companion.commands.common import examples

if TYPE_CHECKING:
    from companion.audio.devices import Device

_TEST_S = 5.0
_BAR = 40


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("companion devices", "companion devices --test", "companion live --microphone Jabra"),
)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.option("--test", is_flag=True, help=f"Listen for {_TEST_S:.0f} s and show how loud each side is.")
def devices(as_json: bool, test: bool) -> None:
    """List the microphones and the outputs that can be listened to."""
    from companion.audio.devices import list_devices

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
    if test:
        _test()


def _list(title: str, among: Sequence[Device]) -> None:
    click.echo(title)
    for device in among:
        mark = "*" if device.default else " "
        click.echo(f"  {mark} {device.index:2}  {device.name}  [{device.id}]")
    if not among:
        click.echo("    none")
    elif any(d.default for d in among):
        click.echo("    (* is the default)")


def _test() -> None:
    """Show the loudness of both sides, in dB below full scale, twice a second."""
    import numpy as np

    from companion import config
    from companion.audio.live import LiveEars
    from companion.clock import SystemClock

    clock = SystemClock()
    ears = LiveEars(config.load().audio, clock)
    ears.open()
    try:
        end = clock.now() + _TEST_S
        while clock.now() < end:
            time.sleep(0.5)
            heard = ears.read(0.0)
            for health in ears.drain_health():
                click.echo(f"{health.part}: {health.message}")
            for speaker in ("me", "them"):
                parts = [c.samples for c in heard if c.speaker == speaker]
                power = float(np.mean(np.square(np.concatenate(parts)))) if parts else 0.0
                dbfs = 10 * np.log10(power + 1e-10)
                click.echo(f"{speaker:>5} {dbfs:6.0f} dB {'#' * round((dbfs + 100) / 100 * _BAR)}")
    finally:
        ears.close()
