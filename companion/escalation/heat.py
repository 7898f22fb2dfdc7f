"""How hot one utterance was by itself, 0–1, for the score of each side and for the reasons."""

from __future__ import annotations

from companion.events import Utterance

HOT_EMOTIONS = {"anger": 1.0, "disgust": 0.8, "annoyance": 0.7, "disapproval": 0.4, "disappointment": 0.3}
"""Emotions that heat a talk, and how much."""
HOT_DRIVERS = {
    "anger": 1.0,
    "threat": 0.9,
    "bad_faith": 0.8,
    "identity": 0.8,
    "hurt": 0.7,
    "defensive": 0.6,
    "demand": 0.5,
    "withdrawal": 0.5,
    "distrust": 0.5,
    "impasse": 0.4,
    "pressure": 0.3,
    "fear": 0.3,
    "objection": 0.3,
    "worldview": 0.3,
}
"""Drivers likewise."""
SHARP = 0.5
"""The heat from which a turn is called sharp."""
MEMORY = 0.6
"""How much of a side's score is carried from its utterance before."""


def heat(utterance: Utterance) -> float:
    """The heat of an utterance: what its drivers, its emotions and its voice say, whichever says most first."""
    parts = [HOT_DRIVERS.get(d.id, 0.0) * d.score for d in utterance.drivers]
    parts += [HOT_EMOTIONS.get(name, 0.0) * p for name, p in utterance.emotions.items()]
    voice = utterance.voice
    if voice is not None and voice.settled:
        parts.append(min(max((voice.effort - 1.0) / 4.0, 0.0), 0.6))
    cool = 1.0
    for part in sorted(parts, reverse=True)[:3]:
        cool *= 1.0 - min(part, 0.98)
    return 1.0 - cool


def blend(before: float, now: float) -> float:
    """A side's running score."""
    return MEMORY * before + (1 - MEMORY) * now
