"""``companion calibrate``: how often it would have spoken up in your past calls, and setting how sensitive it is."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from companion.commands.common import command, examples
from companion.commands.keeping import journal
from companion.errors import CompanionError


@command(epilog=examples("companion calibrate", "companion calibrate --set -0.25", "companion calibrate --undo"))
@click.option("--set", "value", type=click.FloatRange(-1, 1), help="Write this sensitivity into your settings.")
@click.option("--undo", is_flag=True, help="Put your settings back as they were before.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def calibrate(value: float | None, undo: bool, as_json: bool) -> None:
    """See what your past calls would have been at other sensitivities, and choose one.

    The calls are folded again from their events; no sound and no model is needed.
    """
    from companion import config, locations
    from companion.calibration import sweep

    path = locations.user_config_path()
    if undo:
        sweep.undo(path)
        click.echo(f"{path} is as it was before.")
        return
    settings = config.load()
    if value is not None:
        sweep.write_setting(path, "escalation", "sensitivity", value)
        config.load()
        click.echo(f"escalation.sensitivity is now {value:g} ({path}). To go back: companion calibrate --undo")
        return
    from companion.pipeline.spine import refold

    with journal() as kept:
        calls = [kept.load(s.id).events for s in kept.sessions()]
    if not calls:
        raise CompanionError("There are no past calls to look at yet.", "Try: companion demo")
    outcomes = sweep.sweep(calls, settings, refold)
    if as_json:
        click.echo(json.dumps([asdict(o) | {"alarms_an_hour": o.alarms_an_hour} for o in outcomes]))
        return
    click.echo(f"Your {len(calls)} calls, {outcomes[0].hours * 60:.0f} minutes, at other sensitivities:\n")
    click.echo("  sensitivity   alarms   an hour   calls with an alarm   suggestions")
    now = settings.escalation.sensitivity
    for o in outcomes:
        here = "  <- now" if abs(o.sensitivity - now) < 0.01 else ""
        click.echo(
            f"  {o.sensitivity:>11.2f}   {o.alarms:>6}   {o.alarms_an_hour:>7.1f}   "
            f"{o.calls_alarmed:>7} of {len(calls):<9}   {o.prompts:>11}{here}"
        )
    if len(calls) < 10:
        click.echo("\nThese are few calls: a guess, no more. Stay near 0 until there are ten or so.")
    click.echo("\nChoose one: companion calibrate --set VALUE")
