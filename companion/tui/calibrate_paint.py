"""The regions of the calibration screen as text: pure functions of a tuning, a place in it, a palette and a size."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.style import Style
from rich.text import Text

from companion.calibration.agreement import Map
from companion.calibration.fit import FEW, WANTED, frontier
from companion.pipeline.tuning import Tuning
from companion.plain import clean
from companion.tui.palette import Palette

SURE = 0.7
"""A belief, to show what the scale makes of it."""


def stops(tuning: Tuning) -> list[int]:
    """Where one can stand: the points worth looking at, the present one and the suggested one, the quietest first."""
    places = dict.fromkeys([*frontier(tuning.table), tuning.now, tuning.choice.place])
    rate = tuning.table.rate()
    return sorted(places, key=lambda place: (float(rate[place]), place))


def header(tuning: Tuning, palette: Palette) -> Text:
    """What it rests on, and how sure that is."""
    signs = tuning.table.labels.sign
    hours = float(tuning.table.hours.sum())
    text, dim = Style(color=palette.text, bold=True), Style(color=palette.dim)
    out = Text()
    out.append(f" How often should it speak up?   {len(tuning.calls)} calls, {hours:.1f} hours\n", text)
    wanted = sum(s == WANTED for s in signs)
    if not signs:
        out.append(" You have judged nothing yet: companion review, then y, n and s. Until then this is a guess.", dim)
    else:
        doubt = " A guess as yet: judge more calls." if len(signs) < FEW else ""
        told = f" Your verdicts: {wanted} wanted, {len(signs) - wanted} false.{doubt}"
        out.append(told, dim)
    return out


def plot(tuning: Tuning, here: int, palette: Palette, width: int, height: int) -> Text:
    """The trade-off: alarms an hour (across) against wanted moments caught (up; without verdicts, calls alarmed)."""
    rate = tuning.table.rate()
    up, false = _up(tuning), tuning.table.false()
    most = max(1.0, float(max(rate[place] for place in stops(tuning))) * 1.05)
    gutter = 6
    columns, lines = max(10, width - gutter - 1), max(4, height - 3)
    cells: dict[tuple[int, int], tuple[str, str]] = {}
    known = [place for place in stops(tuning) if not math.isnan(float(false[place]))]
    marks = [(place, float(false[place]), "×", palette.levels[2]) for place in known]
    marks += [(place, up[place], "·", palette.text) for place in stops(tuning)]
    marks += [
        (tuning.choice.place, up[tuning.choice.place], "◆", palette.accent),
        (tuning.now, up[tuning.now], "○", palette.levels[1]),
        (here, up[here], "●", palette.text),
    ]
    for place, share_up, sign, colour in marks:
        x = min(columns - 1, int(float(rate[place]) / most * (columns - 1) + 0.5))
        y = min(lines - 1, int(share_up * (lines - 1) + 0.5))
        cells[lines - 1 - y, x] = (sign, colour)
    dim = Style(color=palette.dim)
    out = Text(no_wrap=True)
    for line in range(lines):
        share = {0: "100% ", lines - 1: "0% "}.get(line, "")
        out.append(f"{share:>{gutter}}│", dim)
        for x in range(columns):
            sign, colour = cells.get((line, x), (" ", palette.dim))
            out.append(sign, Style(color=colour, bold=sign == "●"))
        out.append("\n")
    out.append(" " * gutter + "└" + "─" * columns + "\n", dim)
    name = "alarms an hour   · caught  × false" if known else "alarms an hour   · calls with an alarm"
    out.append(f"{'':{gutter}} 0{name:^{max(1, columns - 8)}}{most:5.1f}", dim)
    return out


def _up(tuning: Tuning) -> list[float]:
    caught = tuning.table.caught()
    if not math.isnan(float(caught[0])):
        return [float(c) for c in caught]
    return [float(share) for share in (tuning.table.alarms > 0).mean(1)]


def chosen(tuning: Tuning, here: int, palette: Palette) -> Text:
    """Where the cursor stands: what it would mean, and which settings it is."""
    table, choice = tuning.table, tuning.choice
    text, dim = Style(color=palette.text), Style(color=palette.dim)
    out = Text()
    names = [n for place, n in ((choice.place, "suggested"), (tuning.now, "as it is now")) if place == here]
    out.append(f"{table.rate()[here]:.1f} alarms an hour", Style(color=palette.text, bold=True))
    out.append(f"   {', '.join(names)}\n" if names else "\n", Style(color=palette.accent))
    if here == choice.place and choice.high - choice.low > 0.05:
        out.append(f"other verdicts of yours might make it {choice.low:.1f} to {choice.high:.1f}\n", dim)
    out.append_text(_shares(tuning, here, palette))
    out.append("\n")
    changed = [row for row in settings(tuning, here) if row[1] != row[2]]
    if not changed:
        out.append("the settings that you have now", dim)
    for name, before, after in changed:
        out.append(f"{name:14}", dim)
        out.append(f"{after}", text)
        out.append(f"   now {before}\n", dim)
    return out


def _shares(tuning: Tuning, here: int, palette: Palette) -> Text:
    table, choice = tuning.table, tuning.choice
    signs = table.labels.sign
    wanted, unwanted = sum(s == WANTED for s in signs), sum(s != WANTED for s in signs)
    out = Text()
    if wanted:
        sure = f" ({choice.caught_low:.0%} to {choice.caught_high:.0%})" if here == choice.place else ""
        told = f"{table.caught()[here] * wanted:.0f} of {wanted} wanted moments caught{sure}\n"
        out.append(told, Style(color=palette.text))
    if unwanted:
        told = f"{table.false()[here] * unwanted:.0f} of {unwanted} false alarms again\n"
        out.append(told, Style(color=palette.text))
    return out


def settings(tuning: Tuning, here: int) -> list[tuple[str, str, str]]:
    """Name, value now, value there, of every setting that is tuned."""
    now, there = tuning.candidates[tuning.now].settings, tuning.candidates[here].settings
    rows = [
        ("sensitivity", f"{now.sensitivity:g}", f"{there.sensitivity:g}"),
        ("enter", _three(now.enter), _three(there.enter)),
        ("leave", _three(now.leave), _three(there.leave)),
        ("wait", f"{now.defer_s:g} s", f"{there.defer_s:g} s"),
        ("half-life", f"{now.half_life_s:g} s", f"{there.half_life_s:g} s"),
    ]
    if now.weights or there.weights:
        rows.append(("weights", _weights(now.weights), _weights(there.weights)))
    before, after = (f"{scale.of([SURE])[0]:.0%}" for scale in (Map(*now.agreement), tuning.scale))
    if not before == after == f"{SURE:.0%}":
        rows.append((f"{SURE:.0%} told as", before, after))
    return rows


def _three(values: Sequence[float]) -> str:
    return " ".join(f"{v:.2f}" for v in values)


def _weights(weights: object) -> str:
    assert isinstance(weights, dict)
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in weights.items()) or "all 1"


def calls(tuning: Tuning, here: int, palette: Palette, height: int, titles: Mapping[str, str]) -> Text:
    """What each past call would have looked like: a sign an alarm, as it is now and there; changed ones first."""
    alarms = tuning.table.alarms
    changed = [int(c) for c in abs(alarms[here] - alarms[tuning.now]).argsort(kind="stable")[::-1]]
    dim = Style(color=palette.dim)
    out = Text(no_wrap=True, overflow="ellipsis")
    out.append(f"{'':14}  now      then\n", dim)
    for c in changed[: max(0, height - 2)]:
        before, after = int(alarms[tuning.now, c]), int(alarms[here, c])
        colour = palette.dim if before == after else palette.levels[0] if after < before else palette.levels[2]
        out.append(f"{clean(tuning.calls[c]):14}  {_dots(before):8} ", dim)
        out.append(f"{_dots(after):8} ", Style(color=colour))
        out.append(f"{clean(titles.get(tuning.calls[c], ''))}\n", dim)
    if len(changed) > height - 2:
        out.append(f"and {len(changed) - height + 2} more", dim)
    return out


def _dots(count: int) -> str:
    return "–" if not count else "◆" * count if count <= 6 else f"◆ ×{count}"


def check(tuning: Tuning, palette: Palette) -> Text:
    """The honest check, in words."""
    dim = Style(color=palette.dim)
    c, a = tuning.check, tuning.agreement
    if c is None:
        return Text(" Judge two calls or more: then this line tells how it does on calls that it has not seen.", dim)
    out = Text(no_wrap=True, overflow="ellipsis")
    out.append(
        f" Each call left out once: {c.predicted:.1f} alarms foretold, {c.actual:.0f} came; "
        f"agrees with {c.right_before:.0%} of your verdicts now, {c.right_after:.0%} then.",
        dim,
    )
    if a is not None:
        fit = "with the scale that a point brings along" if tuning.scale != Map() else "fitted, so it stays as it is"
        out.append(f"\n Calibration error {a.before:.2f} as delivered, {a.after:.2f} {fit}.", dim)
    return out
