"""``companion calibrate``: how often it should speak up, learnt from verdicts on past calls; the user's usual voice."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from companion.commands.common import Number, command, examples
from companion.commands.keeping import journal
from companion.errors import CompanionError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from companion.config import EscalationSettings
    from companion.pipeline.tuning import Tuning

_BACK = "To go back: companion calibrate --undo"


@command(
    epilog=examples(
        "companion calibrate",
        "companion calibrate --suggested",
        "companion calibrate --alarms-per-hour 2",
        "companion calibrate --voice",
        "companion calibrate --undo",
    )
)
@click.option("--suggested", is_flag=True, help="Write the suggested settings.")
@click.option("--alarms-per-hour", "rate", type=Number(0, 60), help="Write settings for about so many.")
@click.option("--set", "value", type=Number(-1, 1), help="Write this sensitivity, and nothing else.")
@click.option("--moves", is_flag=True, help="Show how suggestions went; --write offers those that never help less.")
@click.option("--voice", is_flag=True, help="Learn your usual voice from a minute of speech; kept as numbers.")
@click.option("--file", type=click.Path(path_type=Path), help="With --voice: a recording of you instead.")
@click.option("--write", is_flag=True, help="With --moves: write it.")
@click.option("--undo", is_flag=True, help="Take the last change back.")
@click.option("--json", "as_json", is_flag=True, help="Print the trade-off as JSON.")
def calibrate(
    suggested: bool, rate: float | None, value: float | None, moves: bool, voice: bool, file: Path | None, write: bool,
    undo: bool, as_json: bool,
) -> None:  # fmt: skip
    """Make it quieter and sharper: try other settings on your past calls, and take a point of the trade-off.

    Past calls are folded again from their events; no sound and no model is needed. Verdicts come from the review.
    """
    if [suggested, rate is not None, value is not None, moves, voice, undo].count(True) > 1:
        raise UsageError("One thing at a time.", "See: companion calibrate --help")
    if (file is not None and not voice) or (write and not moves):
        raise UsageError("--file goes with --voice, --write with --moves.", "See: companion calibrate --help")
    if undo:
        _undo()
    elif voice:
        from companion.commands.voice import learn

        learn(file)
    elif moves:
        _moves(write=write)
    elif value is not None:
        _write({"escalation.sensitivity": value}, f"escalation.sensitivity is now {value:g}")
    else:
        _tune(suggested=suggested, rate=rate, as_json=as_json)


def _tune(*, suggested: bool, rate: float | None, as_json: bool) -> None:
    from companion import config
    from companion.calibration.fit import nearest

    settings = config.load()
    tuning, titles = _tuned(settings.escalation)
    if as_json:
        click.echo(json.dumps(_as_data(tuning)))
        return
    chosen: EscalationSettings | None
    if suggested:
        chosen = tuning.suggested
    elif rate is not None:
        chosen = tuning.candidates[nearest(tuning.table, rate)].settings
    elif sys.stdout.isatty() and sys.stdin.isatty():
        from companion.tui.calibrate import run

        chosen = run(tuning, settings.screen.theme, titles)
    else:
        _show(tuning)
        return
    if chosen is not None:
        _take(tuning, chosen, wished=rate)


def _tuned(present: EscalationSettings) -> tuple[Tuning, dict[str, str]]:
    """Everything tried on the calls of the journal, and the titles of these."""
    from companion.config import Settings
    from companion.pipeline.past import calls
    from companion.pipeline.tuning import tune

    with journal() as kept:
        past = calls(kept)
        titles = {info.id: info.title for info in kept.sessions()}
    if not past:
        raise CompanionError("There are no past calls to look at yet.", "Try: companion demo")
    if sys.stderr.isatty():
        click.echo(f"Trying other settings on {len(past)} past calls …", err=True)
    return tune(past, present, Settings().escalation), titles


def _take(tuning: Tuning, chosen: EscalationSettings, wished: float | None) -> None:
    from companion.pipeline.tuning import changes

    place = next(i for i, c in enumerate(tuning.candidates) if c.settings == chosen)
    found = float(tuning.table.rate()[place])
    told = f"About {found:.1f} alarms an hour in calls like yours"
    if wished is not None and abs(found - wished) > max(0.5, wished / 5):
        told = f"There is nothing nearer to {wished:g}: about {found:.1f} alarms an hour in calls like yours"
    _write(changes(chosen, tuning.scale), told)


def _write(changes: Mapping[str, Any], told: str) -> None:
    from companion import config, locations
    from companion.calibration import written

    path = locations.user_config_path()
    config.load()  # a file with a mistake in it is told before anything is changed
    written.write(path, changes, locations.calibration_path())
    config.load()
    click.echo(f"{told} ({path}). {_BACK}")


def _undo() -> None:
    from companion import locations
    from companion.calibration import written

    path = locations.user_config_path()
    left = written.undo(path, locations.calibration_path())
    click.echo(f"The last calibration is taken back ({path}).")
    if left:
        click.echo(f"You changed {', '.join(left)} since; that is left as it is.")


def _show(tuning: Tuning) -> None:
    """The trade-off as a table."""
    from rich.console import Console

    from companion.tui import calibrate_paint as paint
    from companion.tui.palette import PALETTES

    palette = PALETTES["dark"]
    plain = Console(no_color=True, highlight=False, width=100)
    plain.print(paint.header(tuning, palette))
    table, labels = tuning.table, tuning.table.labels.sign
    click.echo("\n   alarms an hour   caught   false   enter              wait   calls alarmed   weights")
    caught, false, rate = table.caught(), table.false(), table.rate()
    for place in paint.stops(tuning):
        s = tuning.candidates[place].settings
        sign = "◆" if place == tuning.choice.place else "○" if place == tuning.now else " "
        with_alarm = int((table.alarms[place] > 0).sum())
        click.echo(
            f" {sign} {rate[place]:14.1f}   {_share(caught[place])}   {_share(false[place])}   "
            f"{' '.join(f'{e:.2f}' for e in s.enter)}   {s.defer_s:4.0f} s   "
            f"{with_alarm:>6} of {len(tuning.calls):<4}   "
            f"{' '.join(f'{name} {weight:g}' for name, weight in s.weights.items())}".rstrip()
        )
    click.echo("\n ◆ suggested   ○ as it is now\n")
    plain.print(paint.check(tuning, palette))
    hint = "companion calibrate --suggested" if labels else "companion review (then y, n, s)"
    click.echo(f"\n Next: {hint}, or companion calibrate --alarms-per-hour 2")


def _share(value: float) -> str:
    return "    –" if math.isnan(value) else f"{value:5.0%}"


def _as_data(tuning: Tuning) -> dict[str, Any]:
    from dataclasses import asdict

    import msgspec

    from companion.tui.calibrate_paint import stops

    table = tuning.table
    caught, false, rate = table.caught(), table.false(), table.rate()

    def point(place: int) -> dict[str, Any]:
        return {
            "alarms_an_hour": round(float(rate[place]), 3),
            "caught": None if math.isnan(caught[place]) else round(float(caught[place]), 3),
            "false": None if math.isnan(false[place]) else round(float(false[place]), 3),
            "alarms": {c: int(n) for c, n in zip(tuning.calls, table.alarms[place], strict=True)},
            "settings": msgspec.to_builtins(tuning.candidates[place].settings),
        }

    return {
        "calls": len(tuning.calls),
        "labels": len(table.labels.sign),
        "now": point(tuning.now),
        "suggested": point(tuning.choice.place) | {"low": tuning.choice.low, "high": tuning.choice.high},
        "frontier": [point(place) for place in stops(tuning)],
        "check": asdict(tuning.check) if tuning.check else None,
        "calibration_error": asdict(tuning.agreement) if tuning.agreement else None,
        "scale": asdict(tuning.scale),
    }


def _moves(*, write: bool) -> None:
    from companion import config
    from companion.pipeline.past import calls
    from companion.pipeline.tuning import moves
    from companion.playbook import book

    with journal() as kept:
        found = moves(calls(kept))
    if not found:
        raise CompanionError("Nothing was suggested in your calls yet.", "Try: companion demo")
    click.echo("   move                 shown   used   dismissed   calmer after")
    for r in found:
        sign = "▼" if r.useless else " "
        click.echo(f" {sign} {r.move:18} {r.shown:>7} {r.used:>6} {r.dismissed:>11}   {r.helped:>5} of {r.known}")
    known = book.load(config.load().coach.playbook).moves  # one of the user's own may be gone since
    less = [r.move for r in found if r.useless and r.move in known]
    if not less:
        click.echo("\nNone of them never helped. A move is judged from four times on.")
    elif write:
        _write({"coach.less": less}, f"Offered less from now on: {', '.join(less)}")
    else:
        click.echo(
            f"\n▼ never helped you so far. To be offered {', '.join(less)} less: companion calibrate --moves --write"
        )
