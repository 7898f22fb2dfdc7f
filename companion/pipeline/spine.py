"""The spine: every event passes here, once, in order; escalation and coach answer with more events.

Live, replay, analysis and calibration all run this very fold.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from companion.calibration.agreement import Map
from companion.config import Settings
from companion.errors import CompanionError
from companion.escalation.tracker import EscalationTracker
from companion.events import (
    Event,
    Health,
    Mark,
    Paused,
    Resumed,
    SessionEnded,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    Utterance,
)
from companion.pipeline.taste import Deferral, weighted
from companion.playbook import book
from companion.playbook.coach import Coach

Sink = Callable[[Event], None]
TICK_S = 0.25
"""Audio seconds between two looks at what time alone changes."""


class Spine:
    """Takes events from one thread; ``at`` tells the wall-clock second since audio time zero."""

    def __init__(self, settings: Settings, sinks: Sequence[Sink], at: Callable[[], float]) -> None:
        self._tracker = EscalationTracker(settings.escalation, Map(*settings.escalation.agreement).of)
        self._weights = settings.escalation.weights
        self._deferral = Deferral(settings.escalation.defer_s)
        playbook = book.offered_less(book.load(settings.coach.playbook), settings.coach.less)
        self._coach = Coach(playbook, settings.coach)
        self._sinks = list(sinks)
        self._at = at
        self._ticked = 0.0
        self.troubles: list[CompanionError] = []

    def take(self, event: Event) -> None:
        """Pass an event on, with all that follows from it."""
        self._ticked = max(self._ticked, event.t)
        if isinstance(event, SessionEnded):
            self._tell([*self._coach.step(event), event])
            return
        self._tell([event])
        if isinstance(event, Mark):  # its note took a while: the moment is past, and nothing follows from it
            return
        late = self._deferral.tick(event.t)
        consequences = [*late, *self._deferral.pass_on(self._tracker.step(weighted(event, self._weights)))]
        self._tell(consequences)
        for consequence in consequences:
            self._tell(self._coach.step(consequence))
        self._tell(self._coach.step(event))

    def tick(self, now: float) -> None:
        """Let audio time come up to ``now``."""
        while self._ticked + TICK_S <= now:
            self._ticked += TICK_S
            late = self._deferral.tick(self._ticked)
            changes = [*late, *self._deferral.pass_on(self._tracker.tick(self._ticked))]
            self._tell(changes)
            for change in changes:
                self._tell(self._coach.step(change))
            self._tell(self._coach.tick(self._ticked))

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            stamped = dataclasses.replace(event, at=self._at())
            for sink in tuple(self._sinks):
                self._give(sink, stamped)

    def _give(self, sink: Sink, event: Event) -> None:
        """A sink that fails (no disk space) is let go; the call goes on, and the others are told."""
        try:
            sink(event)
        except CompanionError as error:
            self._sinks.remove(sink)
            self.troubles.append(error)
            self._tell([Health(t=event.t, part="machine", state="degraded", message=str(error))])


CAUSES = (SessionStarted, SessionEnded, SpeechStarted, SpeechEnded, Utterance, Mark, Health, Paused, Resumed)
"""Events that come from outside; levels and prompts follow from them."""


def refold(events: Iterable[Event], settings: Settings) -> list[Event]:
    """What the session would have been under other settings, from its events alone: no audio, no inference.

    The user's own changes of sensitivity are left out: other settings are to be judged by themselves.
    """
    out: list[Event] = []
    at = [0.0]
    spine = Spine(settings, [out.append], lambda: at[0])
    for event in events:
        if isinstance(event, CAUSES):
            at[0] = event.at
            spine.tick(event.t)
            spine.take(event)
    return out
