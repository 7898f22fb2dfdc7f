"""The user's own taste, between what was read and what is told: how much a driver counts, how long to wait.

Both leave the tracker and its belief alone; with the settings as delivered they change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from companion.events import Escalation, Event, Level, Temperature, Utterance


def weighted(event: Event, weights: Mapping[str, float]) -> Event:
    """An utterance as the tracker shall see it: its leading driver's weight tilts the levels that were read.

    The odds of each level against the one below are multiplied by the weight, so 1 changes nothing.
    """
    if not weights or not isinstance(event, Utterance) or not event.drivers or not event.levels:
        return event
    weight = weights.get(event.drivers[0].id, 1.0)
    tilted = [p * weight**level for level, p in enumerate(event.levels)]
    total = sum(tilted)
    return replace(event, levels=tuple(p / total for p in tilted)) if total > 0 else event


class Deferral:
    """Holds a step up to heated back until it has lasted ``wait_s`` seconds; breaking is told at once."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._shown = 0
        self._held: Escalation | None = None

    def pass_on(self, events: Iterable[Event]) -> list[Event]:
        """What is told of the tracker's events."""
        out: list[Event] = []
        for event in events:
            if isinstance(event, Escalation):
                out += self._changed(event)
            elif isinstance(event, Temperature):
                out.append(replace(event, level=self._shown))
            else:
                out.append(event)
        return out

    def tick(self, now: float) -> list[Event]:
        """Let time pass: what has lasted long enough is told."""
        held = self._held
        if held is None or now < held.t + self._wait_s:
            return []
        self._held = None
        return self._tell(replace(held, t=now))

    def _changed(self, event: Escalation) -> list[Event]:
        waits = self._wait_s > 0 and event.level == Level.HEATED and self._shown < Level.HEATED
        if not waits:
            self._held = None
            return self._tell(event)
        self._held = event
        return self._tell(replace(event, level=Level.TENSE)) if self._shown < Level.TENSE else []

    def _tell(self, event: Escalation) -> list[Event]:
        if event.level == self._shown:
            return []
        previous, self._shown = self._shown, event.level
        return [replace(event, previous=previous)]
