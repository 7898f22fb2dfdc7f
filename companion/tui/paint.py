"""The state and the card as text: pure functions of the state, a palette and a width in cells."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from companion.events import Prompt
from companion.plain import clean, clock
from companion.terms import SEEN
from companion.tui.palette import NAMES, SHAPES, Palette
from companion.tui.state import LiveState

BREATH = ((4.0, "breathe in"), (2.0, "hold"), (6.0, "breathe out"))
"""Seconds of a slow breath, five a minute: the long way out calms (resonance breathing, about 0.1 Hz)."""
_LUNG = 14
SIDEBAR = 50
"""Narrower than this, every cell of the state's line counts."""


def state_line(state: LiveState, palette: Palette, width: int, *, private: bool = False, trouble: str = "") -> Text:
    """The state in one word, colour and shape, then why; the time at the right.

    From heated on the whole line is filled: seen from the corner of the eye. ``private`` leaves quotes out;
    ``trouble`` stands in place of the reason where there is no other room for it.
    """
    colour = palette.levels[state.level]
    loud = state.level >= 2 and not state.paused
    ground = Style(color=colour, bgcolor=palette.ground, reverse=True) if loud else Style()
    quiet = ground if loud else Style(color=palette.dim)
    out = Text(no_wrap=True, overflow="ellipsis")
    if state.paused:
        out.append(" ‖  PAUSED ", Style(color=palette.text, bgcolor=palette.ground, bold=True, reverse=True))
        out.append("  nothing is heard", quiet)
    elif not state.heard:  # calm would be a claim
        out.append(f" ·  NO WORDS YET {f' {clean(trouble)}' if trouble else ''}", quiet)
    else:
        badge = ground if loud else Style(color=colour, reverse=state.level == 1)
        out.append(f" {SHAPES[state.level]}  {NAMES[state.level]} ", badge + Style(bold=True))
        if trouble:
            out.append(f"  {clean(trouble)}", quiet if loud else Style(color=palette.levels[1]))
        elif state.level and state.reasons:
            out.append(
                f"  {_aside(state.reasons[0]) if width < SIDEBAR else _reason(state.reasons[0], private=private)}",
                quiet,
            )
    time = clock(state.now).strip() + " "
    out.truncate(max(0, width - cell_len(time) - 1), overflow="ellipsis")
    out.append(" " * max(1, width - out.cell_len - cell_len(time)), quiet)
    out.append(time, quiet)
    return out


def _reason(reason: str, *, private: bool) -> str:
    """A reason, without the words that were said when nobody else should read them."""
    return clean(reason.partition("“")[0].rstrip(" ,:") if private else reason)


def _aside(reason: str) -> str:
    """A reason in a sidebar: no quote (two words of it would be seen), and what it may be, not that it is theirs."""
    short = _reason(reason, private=True).removeprefix("they: ")
    return short.replace("may be ", "") + "?" if "may be " in short else short


def prompt_card(
    prompt: Prompt, palette: Palette, *, compact: bool = False, private: bool = False, breath_s: float = 0.0
) -> Text:
    """The suggestion: the headline, the sentence, and why; a breathing pacer with what is done in silence.

    ``breath_s``: seconds since it came up, for the pacer; ``private``: without the user's own notes.
    """
    colour = palette.levels[max(1, prompt.level)]
    say = f"“{clean(prompt.say)}”" if prompt.kind == "say" else clean(prompt.say)
    out = Text()
    out.append(f"{clean(prompt.headline).upper()}\n", Style(color=colour, bold=True))
    if compact:
        out.append(say, Style(color=palette.text, bold=True))
        if prompt.kind == "do":
            out.append("\n")
            out.append_text(pacer(breath_s, palette))
        return out
    out.append("\n")
    out.append(f"{say}\n\n", Style(color=palette.text, bold=True))
    if prompt.kind == "do":
        out.append_text(pacer(breath_s, palette))
        out.append("\n\n")
    may_be = f"It may be {SEEN[prompt.driver]}. " if prompt.driver in SEEN else ""
    out.append(may_be + ("" if private else clean(prompt.why)), Style(color=palette.dim))
    return out


def pacer(seconds: float, palette: Palette) -> Text:
    """A breath as a bar that fills and empties; always the same width, so that nothing jumps."""
    at = seconds % sum(length for length, _ in BREATH)
    word, full = "", 0.0
    for length, name in BREATH:
        word = name
        if at < length:
            full = {"breathe in": at / length, "hold": 1.0}.get(name, 1.0 - at / length)
            break
        at -= length
    filled = round(full * _LUNG)
    out = Text()
    out.append(f"{word:>12}  ", Style(color=palette.text))
    out.append("●" * filled, Style(color=palette.levels[0]))
    out.append("·" * (_LUNG - filled), Style(color=palette.dim))
    return out


def quiet_card(state: LiveState, palette: Palette, *, ending: bool = False) -> Text:
    """What stands where the prompt will be, when there is none."""
    if ending:
        return Text("Finishing the last words …", Style(color=palette.dim))
    trouble = state.trouble()
    if trouble:
        return Text(clean(trouble), Style(color=palette.levels[1]))
    return Text("Paused." if state.paused else "Listening.", Style(color=palette.dim))


def summary(state: LiveState, palette: Palette, after: str, *, compact: bool = False) -> Text:
    """What the call was, in a few lines, when it is over, and what comes ``after``; ``compact``: in six rows."""
    out = Text()
    gap = "\n" if compact else "\n\n"
    if state.ended == "failed":
        out.append(f"The session ended early.{gap}", Style(color=palette.levels[1], bold=True))
        out.append(clean(state.trouble() or "See: companion doctor"), Style(color=palette.text))
        return out.append(f"{gap}{after}", palette.dim)
    out.append(f"The call is over.{gap}", Style(color=palette.text, bold=True))
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
    return out.append(after if compact else f"\n{after}", palette.dim)
