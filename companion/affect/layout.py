"""How an utterance and what came before it are laid out for the text model; training and run time share this rule."""

from __future__ import annotations

from collections.abc import Sequence

Turn = tuple[str, str]
"""Who ("me" or "them") and what they said."""


def pair(current: Turn, context: Sequence[Turn]) -> tuple[str, str]:
    """The two text segments the model reads: the utterance, and the turns before it, the latest last."""
    return _line(current), " ".join(_line(turn) for turn in context)


def _line(turn: Turn) -> str:
    return f"{turn[0]}: {turn[1]}"


def assemble(current: Sequence[int], context: Sequence[int], *, start: int, end: int, longest: int) -> list[int]:
    """Token ids ``[start] current [end] context [end]`` within ``longest`` tokens.

    What does not fit is cut from the front: the latest words count most. At least two thirds belong to the utterance
    when both are long.
    """
    room = longest - 3
    for_current = min(len(current), max(room - len(context), room * 2 // 3))
    ids = [start, *current[-for_current:], end]
    rest = room - for_current
    if context and rest > 0:
        ids += [*context[-rest:], end]
    return ids
