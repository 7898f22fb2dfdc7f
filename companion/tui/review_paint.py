"""The regions of the review screen as text: pure functions of a talk, a look at it, a palette and a size in cells."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence

from rich.console import Console
from rich.style import Style
from rich.text import Text

from companion.events import (
    SPEAKERS,
    Escalation,
    Level,
    Mark,
    Paused,
    Prompt,
    Removed,
    Resumed,
    SensitivityChanged,
    Utterance,
)
from companion.plain import clean, clock
from companion.review.trends import Trend
from companion.terms import seen_in
from companion.tui.palette import NAMES, SHAPES, Palette
from companion.tui.review_state import Column, Look, Row, Talk, columns, is_alarm

_BARS = " ▁▂▃▄▅▆▇█"
GUTTER = 6
HIGH = 3
"""Lines of the timeline's bars."""
VERDICTS = {
    "right": "you: it was right to speak",
    "wrong": "you: a false alarm",
    "unsure": "you: not sure",
    "missed": "you: it should have spoken here",
}
_SHARP = (0.3, 0.55, 0.8)
"""How sharp a side's words must be for the colours of tense, heated, breaking (its running heat, 0-1)."""
_CONSOLE = Console(width=200)
_WHO, _SIGN = 9, 4
"""Cells for who spoke, at most, and at least: for a sign and "they"."""


def header(talk: Talk, title: str, palette: Palette, width: int, sound: str = "") -> Text:
    """Title and date, and the call in one line, as much as there is room for; ``sound``: of its recording."""
    s = talk.summary
    when = time.strftime("%a %d %b %Y, %H:%M", time.localtime(s.started_unix))
    out = Text(no_wrap=True, overflow="ellipsis")
    out.append(f" {clean(title)}", Style(color=palette.text, bold=True))
    for tag in s.tags:
        out.append(f"  #{clean(tag)}", Style(color=palette.accent))
    out.append(f"  {when}\n", Style(color=palette.dim))
    line = _levels(talk, palette, named=True)
    if line.cell_len > width:
        line = _levels(talk, palette, named=False)
    for words, colour in ((f"you talked {s.share_me:.0%}", palette.dim), (sound, palette.accent)):
        if words and line.cell_len + len(words) + 3 <= width:
            line.append(f"   {words}", Style(color=colour))
    return out.append_text(line)


def _levels(talk: Talk, palette: Palette, *, named: bool) -> Text:
    """How long it lasted, and how long at each level."""
    s = talk.summary
    out = Text(f" {clock(s.duration_s).strip()}", Style(color=palette.dim), no_wrap=True)
    for level, spent in enumerate(s.in_level):
        if spent >= 1:
            name = f" {Level(level).name.lower()}" if named else ""
            out.append(f"   {SHAPES[level]} {clock(spent).strip()}{name}", Style(color=palette.levels[level]))
    return out


def sound(at: float | None, *, recorded: bool) -> str:
    """Whether the call can be heard again, or which second of it is heard now."""
    if at is not None:
        return f"▶ {clock(at).strip()}  space stops"
    return "space plays from here" if recorded else ""


def timeline(talk: Talk, look: Look, palette: Palette, width: int) -> Text:
    """Bars of the score, who spoke, what happened, and the times."""
    room = width
    width -= GUTTER
    cells = columns(talk, look, width)
    at = talk.times[look.row] if talk.rows else 0.0
    cursor = min(width - 1, max(0, int((at - look.begin) / look.span * width)))
    dim = Style(color=palette.dim)
    lines = [_pointer(palette, width, cursor)]
    lines += [_bars(cells, palette, floor, cursor) for floor in reversed(range(HIGH))]
    lines += [_speech(cells, who, palette) for who in ("them", "me")]
    signs = Text(no_wrap=True)
    for cell in cells:
        colour = {"✗": palette.levels[2], "✓": palette.levels[0]}.get(cell.sign, palette.accent)
        signs.append(cell.sign, Style(color=colour))
    lines += [signs, _axis(look, palette, width)]
    names = {HIGH + 1: "they", HIGH + 2: "you"}
    out = [Text(f"{names.get(i, ''):>{GUTTER - 1}} ", dim, no_wrap=True).append_text(x) for i, x in enumerate(lines)]
    return Text("\n").join(out) if room > 3 * GUTTER else Text()


def _pointer(palette: Palette, width: int, cursor: int) -> Text:
    return Text(" " * cursor + "▾" + " " * (width - cursor - 1), Style(color=palette.accent), no_wrap=True)


def _bars(cells: Sequence[Column], palette: Palette, floor: int, cursor: int) -> Text:
    out = Text(no_wrap=True)
    for i, cell in enumerate(cells):
        ground = palette.card if i == cursor else None
        if cell.deaf or cell.cut:
            out.append("╳" if cell.cut else "░", Style(color=palette.dim, bgcolor=ground))
            continue
        eighths = 1 + round(cell.score * (8 * HIGH - 1))
        out.append(_BARS[min(8, max(0, eighths - 8 * floor))], Style(color=palette.levels[cell.level], bgcolor=ground))
    return out


def _speech(cells: Sequence[Column], who: str, palette: Palette) -> Text:
    out = Text(no_wrap=True)
    for cell in cells:
        sharp = cell.me if who == "me" else cell.them
        colour = palette.dim if sharp is None or sharp < _SHARP[0] else palette.levels[bisect_right(_SHARP, sharp)]
        out.append(" " if sharp is None else "═" if cell.both else "━", Style(color=colour))
    return out


def _axis(look: Look, palette: Palette, width: int) -> Text:
    begin, end = clock(look.begin).strip(), clock(look.end).strip()
    middle = clock((look.begin + look.end) / 2).strip()
    room = max(0, width - len(begin) - len(end))
    line = begin + middle.center(room) + end if room > len(middle) + 2 else begin + " " * room + end
    return Text(line, Style(color=palette.dim), no_wrap=True)


def transcript(talk: Talk, look: Look, palette: Palette, width: int, height: int) -> Text:
    """The rows around the cursor, as many as there is room for; the cursor's row stands about a third down."""
    if not talk.rows:
        return Text("Nothing was said.", Style(color=palette.dim))
    before: list[Text] = []
    row = look.row
    while row > 0 and len(before) < height // 3:
        row -= 1
        before = [*_lines(talk, talk.rows[row], palette, width), *before]
    before = before[-(height // 3) :] if height >= 3 else []
    after = _lines(talk, talk.rows[look.row], palette, width, here=True)
    row = look.row
    while row + 1 < len(talk.rows) and len(before) + len(after) < height:
        row += 1
        after += _lines(talk, talk.rows[row], palette, width)
    return Text("\n").join([*before, *after][:height])


def _lines(talk: Talk, row: Row, palette: Palette, width: int, *, here: bool = False) -> list[Text]:
    who, words, style = _told(talk, row, palette)
    verdict = talk.summary.labels.get(row.event.t, "")
    if verdict and (row.n == talk.first[row.event.t] if verdict == "missed" else is_alarm(row.event)):
        words += f"  [{VERDICTS[verdict]}]"
    whom = min(_WHO, max([_SIGN, *(len(clean(name)) for name in talk.names)]))
    size = max(12, width - 8 - whom - 2)
    wrapped = Text(words, style).wrap(_CONSOLE, size)
    out = []
    for i, line in enumerate(wrapped):
        head = f"{clock(row.t):>7} {who[:whom]:>{whom}} " if i == 0 else " " * (9 + whom)
        colour = palette.accent if here else palette.dim
        text = Text(head, Style(color=colour, bold=here), no_wrap=True)
        text.append_text(line)
        if here:
            text.append(" " * max(0, width - text.cell_len))
            text.stylize(Style(bgcolor=palette.card))
        out.append(text)
    return out


def _told(talk: Talk, row: Row, palette: Palette) -> tuple[str, str, Style]:
    """Who, what, and how it looks."""
    dim = Style(color=palette.dim)
    match row.event:
        case Utterance() as u:
            return clean(talk.summary.who(u.speaker, u.person)), clean(u.text), Style(color=palette.text)
        case Escalation() as e:
            arrow = "▲" if e.level > e.previous else "▼"
            words = f"{NAMES[e.level].lower()} because {clean('; '.join(e.reasons))}"
            return f"{arrow} {SHAPES[e.level]}", words, Style(color=palette.levels[e.level])
        case Prompt() as p:
            words = f"{p.headline}: {clean(p.say)}"
            return "◆", words, Style(color=palette.accent, bold=True)
        case Mark() as m:
            return "▲", f"your mark {clean(m.note)}".strip(), Style(color=palette.accent)
        case Removed() as r:
            return "╳", f"you took out what was said until {clock(r.t1).strip()}", dim
        case SensitivityChanged() as c:
            return "±", f"you set the sensitivity to {c.value:+.2f}", dim
        case Paused():
            return "‖", "paused: nothing was heard", dim
        case Resumed():
            return "‖", "listening again", dim
        case _:
            return "", row.event.type, dim


def moment(talk: Talk, look: Look, palette: Palette) -> Text:
    """What is known of the cursor's moment: the level and why, what was read, what was suggested, what you said."""
    if not talk.rows:
        return Text()
    row = talk.rows[look.row]
    at = max(row.t, row.event.t)
    text, dim = Style(color=palette.text), Style(color=palette.dim)
    level = talk.level(at)
    out = Text()
    out.append(f"{SHAPES[level]} {NAMES[level]}", Style(color=palette.levels[level], bold=True))
    out.append(f"   {clock(row.t).strip()}\n", dim)
    step = talk.step(at)
    if step is not None and level:
        out.append(f"level {level} since {clock(step.t).strip()} because\n", dim)
        for reason in step.reasons:
            out.append(f"· {clean(reason)}\n", text)
    if isinstance(row.event, Utterance):
        out.append_text(_read(row.event, palette))
    for s in talk.summary.suggested:
        if s.prompt.t - 20 <= at <= s.prompt.t + 30:
            out.append(f"\n◆ {s.prompt.headline}\n", Style(color=palette.accent, bold=True))
            out.append(f"“{clean(s.prompt.say)}”\n", text)
            out.append(f"{s.told}; {after(s.before, s.after, helped=s.helped)}\n", dim)
    alarm = talk.alarm(at)
    verdict = talk.summary.labels.get(row.event.t) or (talk.summary.labels.get(alarm.t) if alarm else None)
    if verdict:
        out.append(f"\n{VERDICTS[verdict]}\n", Style(color=palette.accent))
    elif alarm is not None:
        out.append("\nWas it right to speak up?\ny yes   n no   u not sure\n", dim)
    return out


def _read(said: Utterance, palette: Palette) -> Text:
    text, dim = Style(color=palette.text), Style(color=palette.dim)
    out = Text()
    if said.drivers:
        out.append("\nit may be\n", dim)
        for driver in said.drivers[:3]:
            out.append(f"· {seen_in(said.speaker, driver.id)} {driver.score:.0%}\n", text)
    felt = [f"{clean(name)} {p:.0%}" for name, p in list(said.emotions.items())[:3] if name != "neutral"]
    if felt:
        out.append("\nread from the words\n", dim)
        out.append(f"· {', '.join(felt)}\n", text)
    voice = said.voice
    if voice is not None and voice.settled:
        pace = f", pace {voice.pace:.2f}×" if voice.pace is not None else ""
        out.append("\nvoice against the usual\n", dim)
        out.append(f"· effort {voice.effort:+.1f} sd{pace}\n", text)
    return out


def after(before: int, lowest: int, *, helped: bool | None) -> str:
    """What the level did in the minute after a suggestion."""
    if lowest < before:
        return f"{Level(before).name.lower()} to {Level(lowest).name.lower()} within a minute"
    if helped is None:
        return "little was said in the minute after"
    return "a little calmer in the minute after" if helped else "no calmer in the minute after"


def numbers(talk: Talk, found: Sequence[Trend], palette: Palette) -> Text:
    """What worked, each side in numbers, and the user's own trend."""
    return Text("\n").join([_worked(talk, palette), _sides(talk, palette), _trends(found, palette)])


def _head(words: str, palette: Palette) -> Text:
    return Text().append(f"{words}\n\n", Style(color=palette.accent, bold=True))


def _worked(talk: Talk, palette: Palette) -> Text:
    out = _head("What worked", palette)
    if not talk.summary.suggested:
        out.append("Nothing was suggested.\n", Style(color=palette.dim))
    for x in talk.summary.suggested:
        out.append(f"{clock(x.prompt.t):>7}  {x.prompt.headline}\n", Style(color=palette.text))
        told = after(x.before, x.after, helped=x.helped)
        out.append(f"{'':9}{x.told}; {told}\n", Style(color=palette.dim))
    return out


def _sides(talk: Talk, palette: Palette) -> Text:
    s = talk.summary
    text, dim = Style(color=palette.text), Style(color=palette.dim)
    me, them = s.sides["me"], s.sides["them"]
    out = _head("Both sides", palette)
    out.append(f"{'':20}{clean(s.who('me'))[:14]:>14}{clean(s.who('them'))[:14]:>14}\n", dim)
    table = (
        ("talked", clock(me.talk_s).strip(), clock(them.talk_s).strip()),
        ("longest turn", f"{me.longest_s:.0f} s", f"{them.longest_s:.0f} s"),
        ("words a minute", f"{me.words_a_minute:.0f}", f"{them.words_a_minute:.0f}"),
        ("questions", str(me.questions), str(them.questions)),
        ("by itself at most", *(Level(x.peak.level if x.peak else 0).name.lower() for x in (me, them))),
    )
    for name, mine, theirs in table:
        out.append(f"{name:20}", dim)
        out.append(f"{mine:>14}{theirs:>14}\n", text)
    for who, side in ((who, s.sides[who]) for who in SPEAKERS):
        drivers = ", ".join(f"{seen_in(who, name)} ({count})" for name, count in side.drivers)
        if drivers:
            out.append(f"{clean(s.who(who))}: it may have been {drivers}\n", text)
        if side.peak:
            because = f"{Level(side.peak.level).name.lower()} at {clock(side.peak.t).strip()}: "
            out.append(f"{clean(s.who(who))}, {because}", text)
            out.append(f"{clean('; '.join(side.peak.reasons))}\n", dim)
    out.append(f"{s.between}\n", dim)
    return out


def _trends(found: Sequence[Trend], palette: Palette) -> Text:
    out = _head("Against your own earlier calls", palette)
    if not found:
        words = "There are too few earlier calls to compare with (three, of a minute or more).\n"
        out.append(words, Style(color=palette.dim))
    for trend in found:
        line = sparkline([*trend.earlier[-11:], trend.now])
        colour = palette.levels[1] if trend.unusual else palette.text
        out.append(f"{trend.name:29}{trend.shown(trend.now):>8}  ", Style(color=colour))
        usual = f"{line:12}  usually {trend.usual}\n"
        out.append(usual, Style(color=palette.dim))
    return out


def sparkline(values: Sequence[float]) -> str:
    """Values as small bars, the last is now."""
    low, high = min(values), max(values)
    return "".join(_BARS[1 + round(7 * (v - low) / (high - low))] if high > low else _BARS[4] for v in values)
