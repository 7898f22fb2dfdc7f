"""Which words of a move: for the driver, the level and what was already said; filled where that is safe."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from companion.playbook.book import MOST_SAY_WORDS, Line, Move
from companion.playbook.echo import resembles

SAID_ALREADY = 0.72
"""A line that resembles what the user said by themselves is not offered any more."""


def word(
    move: Move, driver: str, level: int, *, shown: Mapping[str, int], said: Collection[str], slots: Mapping[str, str]
) -> str:
    """The line to say.

    ``shown``: how often each line (as it stands in the playbook) was shown in this call; ``said``: what the user said
    lately; ``slots``: values for ``{name}`` and ``{subject}`` that are safe to speak. Among those that fit, the least
    shown, then the most particular, then the first of the playbook wins.
    """
    again = any(shown.get(line.text, 0) for line in move.say)
    fitting = [line for line in move.say if fits(line, driver, level, again=again, slots=slots)]
    fresh = [line for line in fitting if not any(resembles(line.text, words) >= SAID_ALREADY for words in said)]
    ranked = sorted(fresh or fitting, key=lambda line: (shown.get(line.text, 0), -particular(line, slots)))
    return ranked[0].text


def fits(line: Line, driver: str, level: int, *, again: bool, slots: Mapping[str, str]) -> bool:
    """Whether a line may be used now."""
    if line.drivers and driver not in line.drivers:
        return False
    if line.levels and level not in line.levels:
        return False
    if line.again and not again:
        return False
    return "{" not in line.text or _filled(line.text, slots)


def particular(line: Line, slots: Mapping[str, str]) -> int:
    """How closely a line was made for the moment."""
    return 4 * bool(line.drivers) + 2 * line.again + 2 * bool(line.levels) + ("{" in line.text and bool(slots))


def fill(text: str, slots: Mapping[str, str]) -> str:
    """The line with its slots filled."""
    for name, value in slots.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _filled(text: str, slots: Mapping[str, str]) -> bool:
    done = fill(text, slots)
    return "{" not in done and len(done.split()) <= MOST_SAY_WORDS
