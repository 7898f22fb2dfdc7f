"""How long a pause must last to be the end, judged by the words before it: "and …" is waited for, a full stop is not.

Pure: text in, seconds and the reason out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

COMPLETE = 0.55
"""Share of the usual pause after a sentence that is complete."""
OPEN = 0.8
"""Share of the usual pause after words that could end there, without a full stop."""
DANGLING = 1.4
"""Share of the usual pause after a word that calls for another."""
_CLOSING = (".", "!", "?", "。", "！", "？")
_LIST = """
    a an the this that these those my your his her its our their and or but nor so because since although though unless
    until while whereas if when whether which who whose what where how than as like of to for from with without about
    into onto at by in on between under over is are was were am be been being have has had do does did will would can
    could should may might must shall not very really just also even more most i we he she you they let's i'm we're
    they're you're he's she's it's i'll we'll you'll they'll uh um er erm hmm well
"""
_CALLS_FOR_MORE = frozenset(_LIST.split())
"""English words that seldom end a sentence; in another language they do no harm, as punctuation decides first there."""
_COMPLETE_LIST = """
    you that this these those so do did does have has had can could will would is are was were not i am him her his its
    well about for with in on over at by to from when what who where how more most be been as
"""
_COMPLETE_THOUGH = frozenset(_COMPLETE_LIST.split())
"""Those of them that end a sentence often enough ("I did.", "What for?") to be believed when punctuation says so."""


@dataclass(frozen=True, slots=True)
class Ending:
    """``pause_s``: silence that ends the utterance; ``reason``: "complete", "dangling" or "open"."""

    pause_s: float
    reason: str


def ending_after(text: str, usual_s: float) -> Ending:
    """How long to wait after ``text``, where ``usual_s`` is waited when the words are not known yet."""
    words = re.findall(r"[\w'’/]+", text.lower().replace("’", "'"))
    last = words[-1] if words else ""
    trailing = text.rstrip().endswith(("...", "…", ",", "-", "—", ":"))
    closed = text.rstrip().rstrip("\"'”’)").endswith(_CLOSING) and not trailing
    if trailing or (last in _CALLS_FOR_MORE and not (closed and last in _COMPLETE_THOUGH)):
        return Ending(usual_s * DANGLING, "dangling")
    if closed:
        return Ending(usual_s * COMPLETE, "complete")
    return Ending(usual_s * OPEN, "open")
