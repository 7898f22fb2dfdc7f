"""Each region of the live screen as text: pure functions of the state, a palette and a width in cells."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.table import Table
from rich.text import Text

from companion.events import DRIVERS, Prompt
from companion.plain import clean, clock
from companion.tui.palette import NAMES, SHAPES, Palette
from companion.tui.state import WINDOW_S, LiveState, Said

WHO = {"me": "you", "them": "they"}
_BARS = " ▁▂▃▄▅▆▇█"
_FLOOR_DBFS = -60.0
SEEN = {
    "anger": "anger", "threat": "a sense of threat", "fear": "worry", "hurt": "hurt", "demand": "feeling unseen",
    "withdrawal": "not feeling safe", "objection": "a need for safety", "pressure": "pressure from elsewhere",
    "distrust": "distrust", "identity": "felt disrespect", "worldview": "two views of what this is",
    "impasse": "stuck positions", "bad_faith": "bad faith", "defensive": "your own stress",
}  # fmt: skip
assert set(SEEN) == set(DRIVERS)


def state_line(state: LiveState, palette: Palette, width: int) -> Text:
    """The state in one word, colour and shape, then why; the time at the right."""
    colour = palette.levels[state.level]
    out = Text(no_wrap=True, overflow="ellipsis")
    if state.paused:
        out.append(" ‖  PAUSED ", Style(color=palette.text, bold=True))
        out.append(" nothing is heard", Style(color=palette.dim))
    else:
        out.append(f" {SHAPES[state.level]}  {NAMES[state.level]} ", Style(color=colour, bold=True))
        if state.level and state.reasons:
            out.append(f" {clean(state.reasons[0])}", Style(color=palette.dim))
    time = clock(state.now).strip() + " "
    out.truncate(max(0, width - cell_len(time) - 1), overflow="ellipsis")
    out.append(" " * max(1, width - out.cell_len - cell_len(time)))
    out.append(time, Style(color=palette.dim))
    return out


def prompt_card(prompt: Prompt, palette: Palette, *, compact: bool = False) -> Text:
    """The suggestion: the headline, the sentence, and why."""
    colour = palette.levels[max(1, prompt.level)]
    say = f"“{prompt.say}”" if prompt.kind == "say" else prompt.say
    out = Text()
    out.append(f"{prompt.headline.upper()}\n", Style(color=colour, bold=True))
    if compact:
        out.append(say, Style(color=palette.text))
        return out
    out.append("\n")
    out.append(f"{say}\n\n", Style(color=palette.text, bold=True))
    may_be = f"It may be {SEEN[prompt.driver]}. " if prompt.driver in SEEN else ""
    out.append(may_be + clean(prompt.why), Style(color=palette.dim))
    return out


def quiet_card(state: LiveState, palette: Palette) -> Text:
    """What stands where the prompt will be, when there is none."""
    trouble = state.trouble()
    if trouble:
        return Text(clean(trouble), Style(color=palette.levels[1]))
    return Text("Paused." if state.paused else "Listening.", Style(color=palette.dim))


def said(words: Said, palette: Palette) -> Table:
    """A line of the transcript: who, and the words; what may still change is dim."""
    text = clean(words.text)
    spoken = Text()
    spoken.append(text[: words.stable], Style(color=palette.text))
    spoken.append(text[words.stable :], Style(color=palette.dim, italic=True))
    line = Table.grid(padding=(0, 2, 0, 0), expand=True)
    line.add_column(width=4, justify="right")
    line.add_column(ratio=1)
    line.add_row(
        Text(WHO[words.speaker], Style(color=palette.accent if words.speaker == "me" else palette.dim)), spoken
    )
    return line


def timeline(state: LiveState, palette: Palette, width: int) -> Text:
    """The last ten minutes: a bar a column, by height and colour, and below it where prompts and marks were."""
    begin = max(0.0, state.now - WINDOW_S)
    step = WINDOW_S / max(width, 1)
    bars, signs = Text(no_wrap=True), Text(no_wrap=True)
    points, at = state.points, 0
    score, level = 0.0, 0
    kinds = {int((s.t - begin) / step): s.kind for s in state.signs if s.t >= begin}
    for column in range(width):
        until = begin + (column + 1) * step
        heard = begin + column * step <= state.now
        best = -1.0
        while at < len(points) and points[at].t < until:
            score, level = points[at].score, points[at].level
            best = max(best, score)
            at += 1
        height = 1 + round(max(score, best) * 7) if heard and points else 0
        bars.append(_BARS[height], Style(color=palette.levels[level]))
        kind = kinds.get(column)
        signs.append({"prompt": "◆", "mark": "▲"}.get(kind or "", " "), Style(color=palette.accent))
    return Text("\n").join([bars, signs])


def meters(state: LiveState, palette: Palette, width: int) -> Text:
    """Both inputs, the share of talk, and the sensitivity in words."""
    size = 8 if width >= 70 else 5
    out = Text(no_wrap=True, overflow="ellipsis")
    for who, level in zip(("you", "they"), state.meters, strict=True):
        filled = round(size * min(1.0, max(0.0, 1 - level / _FLOOR_DBFS)))
        out.append(f" {who} ", Style(color=palette.dim))
        out.append("▮" * filled, Style(color=palette.levels[0]))
        out.append("▯" * (size - filled), Style(color=palette.dim, dim=True))
    me, them = state.talked
    if me + them > 5:
        out.append(f"   you talk {me / (me + them):.0%}", Style(color=palette.dim))
    if width >= 60:
        out.append(f"   {sensitivity(state.sensitivity)}", Style(color=palette.dim))
    if state.prompt is not None and (trouble := state.trouble()):
        out.append(f"   {clean(trouble)}", Style(color=palette.levels[1]))
    return out


def sensitivity(value: float) -> str:
    """The sensitivity in words."""
    words = (
        "speaks up hardly ever",
        "speaks up seldom",
        "usual sensitivity",
        "speaks up early",
        "speaks up very early",
    )
    return words[min(4, max(0, round((value + 1) * 2)))]


def summary(state: LiveState, palette: Palette) -> Text:
    """What the call was, in a few lines, when it is over."""
    if state.ended == "failed":
        out = Text()
        out.append("The session ended early.\n\n", Style(color=palette.levels[1], bold=True))
        out.append(clean(state.trouble() or "See: companion doctor"), Style(color=palette.text))
        return out
    out = Text()
    out.append("The call is over.\n\n", Style(color=palette.text, bold=True))
    out.append(f"{clock(state.now).strip()} in all", Style(color=palette.text))
    for level in (1, 2, 3):
        if state.in_level[level] >= 1:
            out.append(f", {clock(state.in_level[level]).strip()} {NAMES[level].lower()}", Style(color=palette.text))
    out.append(".\n", Style(color=palette.text))
    if state.shown:
        many = "suggestion" if state.shown == 1 else "suggestions"
        out.append(f"{state.shown} {many}, {state.used} used.\n", Style(color=palette.text))
    if state.marks:
        out.append(f"{state.marks} marked.\n", Style(color=palette.text))
    out.append("\nLook back with: companion review", Style(color=palette.dim))
    return out
