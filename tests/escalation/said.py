"""Utterances and calls for the tests of the level."""

from __future__ import annotations

from collections.abc import Iterable

from companion.config import EscalationSettings
from companion.escalation.tracker import EscalationTracker
from companion.events import Driver, Escalation, Event, Speaker, Utterance

CALM, TENSE, HEATED, BREAKING = (
    (0.9, 0.08, 0.015, 0.005), (0.15, 0.7, 0.13, 0.02), (0.03, 0.15, 0.75, 0.07), (0.01, 0.04, 0.15, 0.8),
)  # fmt: skip
ANGER = (Driver("anger", 0.85),)


def utterance(
    t0: float, t1: float, speaker: Speaker = "them", levels: tuple[float, ...] = CALM, words: int = 8, **more
) -> Utterance:
    """Something of so many words of five letters, from ``t0`` to ``t1``."""
    text = more.pop("text", " ".join(["words"] * words))
    return Utterance(t=t1, t0=t0, t1=t1, speaker=speaker, text=text, levels=levels, **more)


def heard(events: Iterable[Event], **settings: object) -> list[Event]:
    """What a tracker makes of events."""
    tracker = EscalationTracker(EscalationSettings(**settings))  # type: ignore[arg-type]
    return [e for event in events for e in tracker.step(event)]


def levels(events: Iterable[Event]) -> list[int]:
    """The levels that the talk changed to."""
    return [e.level for e in events if isinstance(e, Escalation)]
