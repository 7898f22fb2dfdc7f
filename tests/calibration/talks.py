"""Invented talks as the events that a session keeps: turns with what was read from them, nothing else."""

from __future__ import annotations

import random
from collections.abc import Sequence

from companion.events import Driver, Event, SessionEnded, SessionStarted, SpeechEnded, SpeechStarted, Utterance

READ = ((0.9, 0.07, 0.02, 0.01), (0.3, 0.5, 0.17, 0.03), (0.08, 0.25, 0.6, 0.07), (0.03, 0.1, 0.35, 0.52))
"""What the reader says of a calm, a tense, a heated, a breaking turn."""


def talk(levels: Sequence[int], *, driver: str = "anger", gap_s: float = 0.5, started: float = 1.79e9) -> list[Event]:
    """A call with a turn of four seconds for each level."""
    out: list[Event] = [SessionStarted(source="x", started_unix=started)]
    t = 0.0
    for n, level in enumerate(levels):
        speaker = "me" if n % 2 else "them"
        out.append(SpeechStarted(t=t, speaker=speaker, t0=t))
        t += 4.0
        out.append(SpeechEnded(t=t, speaker=speaker, t1=t))
        drivers = (Driver(driver, 0.8),) if level else ()
        text = f"A turn number {n} of some length."
        out.append(Utterance(t=t, speaker=speaker, t0=t - 4, t1=t, text=text, levels=READ[level], drivers=drivers))
        t += gap_s
    return [*out, SessionEnded(t=t, reason="finished")]


def some_talk(seed: int, turns: int = 60) -> list[Event]:
    """A call that wanders between levels, with pauses now and then."""
    chance = random.Random(seed)
    level, levels = 0, []
    for _ in range(turns):
        level = min(3, max(0, level + chance.choice((-1, -1, 0, 0, 0, 1, 1))))
        levels.append(level)
    return talk(levels, gap_s=chance.choice((0.3, 2.0, 11.0)), driver=chance.choice(("anger", "objection", "fear")))
