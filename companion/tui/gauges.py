"""Timeline, meters, sensitivity and keys as text: pure functions of the state, a palette and a width in cells."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from companion.plain import clean
from companion.tui.layout import NARROW_COLUMNS
from companion.tui.paint import SIDEBAR
from companion.tui.palette import Palette
from companion.tui.state import WINDOW_S, LiveState

_BARS = " ▁▂▃▄▅▆▇█"
_FLOOR_DBFS = -60.0
FAST, SLOW = 1.15, 0.87
"""The user's pace against their usual, from which it is called faster or slower."""
_USUAL = "as usual"
KEYS: tuple[tuple[str, str], ...] = (
    ("space", "pause"), ("m", "mark"), ("?", "help"), ("q", "end"), ("+-", "sensitivity"), ("n", "suggest"),
    ("b", "breathe"), ("t", "hide words"), ("^p", "all"),
)  # fmt: skip
PROMPT_KEYS: tuple[tuple[str, str], ...] = (
    ("u", "used it"), ("d", "dismiss"), ("n", "another"), ("space", "pause"), ("m", "mark"), ("?", "help"),
    ("q", "end"), ("+-", "sensitivity"), ("b", "breathe"), ("t", "hide words"), ("^p", "all"),
)  # fmt: skip
"""The keys of the footer, those that must be seen first."""


def column(now: float, width: int) -> int:
    """A number that changes when the timeline of that width would move by a column."""
    return int(now / (WINDOW_S / max(width, 1)))


def timeline(state: LiveState, palette: Palette, width: int) -> Text:
    """The last ten minutes: a bar a column, by height and colour, and below it where prompts and marks were."""
    begin = max(0.0, state.now - WINDOW_S)
    step = WINDOW_S / max(width, 1)
    bars, signs = Text(no_wrap=True), Text(no_wrap=True)
    points, at = state.points, 0
    score, level = 0.0, 0
    # where both fall into one column the user's own mark is seen: it is what they look for
    ordered = sorted(state.signs, key=lambda s: s.kind == "mark")
    kinds = {int((s.t - begin) / step): s.kind for s in ordered if s.t >= begin}
    for column in range(width):
        until = begin + (column + 1) * step
        heard = begin + column * step <= state.now
        best = -1.0
        while at < len(points) and points[at].t < until:
            score, level = points[at].score, points[at].level
            best = max(best, score)
            at += 1
        if heard:
            # a floor that is always seen: time passes, though nothing happens
            bars.append(_BARS[1 + round(max(score, best) * 7)], Style(color=palette.levels[level]))
        else:
            bars.append("·", Style(color=palette.dim, dim=True))
        kind = kinds.get(column)
        signs.append({"prompt": "◆", "mark": "▲"}.get(kind or "", " "), Style(color=palette.accent))
    return Text("\n").join([bars, signs])


def meters(state: LiveState, palette: Palette, width: int, alarms: Mapping[float, float] | None = None) -> Text:
    """Both inputs, the share of talk, the user's pace, what the sensitivity means.

    While a prompt takes the place where it is told else, what is wrong stands here, before all of these.
    """
    trouble = clean(state.trouble()) if state.prompt is not None else ""
    size = 8 if width >= 70 else 4
    out = Text(no_wrap=True, overflow="ellipsis")
    for who, level in zip(("you", "they"), state.meters, strict=True):
        filled = round(size * min(1.0, max(0.0, 1 - level / _FLOOR_DBFS)))
        out.append(f" {who} ", Style(color=palette.dim))
        out.append("▮" * filled, Style(color=palette.levels[0]))
        out.append("▯" * (size - filled), Style(color=palette.dim, dim=True))
    parts = []
    if trouble:
        if out.cell_len + 3 + cell_len(trouble) > width:
            told = Text(f" {trouble}", Style(color=palette.levels[1]), no_wrap=True)
            told.truncate(width, overflow="ellipsis")
            return told
        parts.append((trouble, palette.levels[1]))
    parts += [(words, palette.dim) for words in _manner(state, width)]
    parts.append((sensitivity(state.sensitivity, alarms), palette.dim))
    for words, colour in parts:
        if out.cell_len + 3 + len(words) <= width:
            out.append(f"   {words}", Style(color=colour))
    return out


def _manner(state: LiveState, width: int) -> list[str]:
    """The share of talk and the pace; in a sidebar a pace that is not as usual takes the place of the share."""
    me, them = state.talked
    share = [f"you talk {me / (me + them):.0%}"] if me + them > 5 else []
    if state.pace is None:
        return share
    told = _pace(state.pace)
    if width >= NARROW_COLUMNS:
        return [*share, f"your pace: {told}"]
    pace = f"pace: {told}"
    return [pace] if width < SIDEBAR and told != _USUAL else [*share, pace]


def _pace(pace: float) -> str:
    return "faster" if pace >= FAST else "slower" if pace <= SLOW else _USUAL


def sensitivity(value: float, alarms: Mapping[float, float] | None = None) -> str:
    """The sensitivity in words; with the ``alarms`` an hour of the user's past calls, in what it means.

    ``alarms``: sensitivity -> alarms an hour of talk, or None while there is nothing to count on.
    """
    if alarms:
        nearest = min(alarms, key=lambda known: abs(known - value))
        return an_hour(alarms[nearest])
    words = (
        "speaks up hardly ever",
        "speaks up seldom",
        "usual sensitivity",
        "speaks up early",
        "speaks up very early",
    )
    away = math.ceil(abs(value) * 2)
    return words[2 + min(2, away) * (1 if value > 0 else -1)]


def changed(value: float, step: float, alarms: Mapping[float, float] | None, width: int) -> str:
    """What a press of + or - has come to, as fully as there is room for in ``width`` cells."""
    steps = round(value / step)
    where = f"{steps:+d} of {round(1 / step)}" if steps else "Back to usual"
    meaning = sensitivity(value, alarms)
    short = f"{where}: {meaning}" if alarms or steps else "Usual sensitivity"
    basis = "counted on your past calls" if alarms else "too few past calls to count alarms on"
    full = f"{short} ({basis})"
    return full if len(full) < width else short


def an_hour(alarms: float) -> str:
    """Alarms an hour of talk, as a person would count them."""
    if alarms < 0.1:
        return "no alarms"
    if alarms < 0.7:
        return "an alarm every few hours"
    whole = round(alarms)
    return f"about {whole} alarm{'s' if whole > 1 else ''} an hour"


def keys(palette: Palette, width: int, *, prompt: bool, paused: bool = False, pressed: str = "") -> Text:
    """The footer: as many keys as there is room for, the most needed first; the one just ``pressed`` lights up."""
    out = Text(no_wrap=True)
    for key, running in PROMPT_KEYS if prompt else KEYS:
        what = "listen" if paused and key == "space" else running
        if out.cell_len + len(key) + len(what) + 3 > width:
            break
        lit = Style(reverse=pressed == key or (key == "+-" and pressed in ("+", "-")))
        out.append(" ")
        out.append(key, Style(color=palette.accent, bold=True) + lit)
        out.append(f" {what} ", Style(color=palette.dim) + lit)
    return out
