"""The level of the conversation as a fold over events: pure, and the same live, in replay and in calibration."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from companion.config import EscalationSettings
from companion.escalation import belief as filter_
from companion.escalation import ladder, reasons
from companion.escalation.heat import blend, heat
from companion.events import Escalation, Event, SensitivityChanged, SpeechStarted, Temperature, Utterance

Scale = Callable[[Sequence[float]], Iterable[float]]
RECENT_S = 60.0
"""Reasons are taken from this many seconds."""
QUIET_S = 5.0
"""Pauses up to this long are part of talking."""
TELLING_LETTERS = 14
"""A turn of fewer letters tells less than a whole one."""


class EscalationTracker:
    """Takes events in time order; answers with ``Temperature`` and, when the level changes, ``Escalation``."""

    def __init__(self, settings: EscalationSettings, scale: Scale = tuple) -> None:
        """``scale``: from belief to what is told of it; the steps are compared with the belief itself."""
        self._settings = settings
        self._scale = scale
        self._sensitivity = settings.sensitivity
        self._belief = filter_.calm()
        self._level = 0
        self._sides = {"me": 0.0, "them": 0.0}
        self._recent: deque[Utterance] = deque(maxlen=12)
        self._quiet_since = 0.0
        self._relaxed_to = 0.0

    @property
    def level(self) -> int:
        """The level now."""
        return self._level

    @property
    def belief(self) -> filter_.Belief:
        """The probability of each level; another array whenever it changes."""
        return self._belief

    def step(self, event: Event) -> list[Event]:
        """Take the next event."""
        if isinstance(event, SpeechStarted):
            self._quiet_since = max(self._quiet_since, event.t)
        elif isinstance(event, SensitivityChanged):
            self._sensitivity = event.value
            return self._decide(event.t)
        elif isinstance(event, Utterance):
            return self._hear(event)
        return []

    def tick(self, now: float) -> list[Event]:
        """Let time pass: long quiet relaxes the belief."""
        since = max(self._relaxed_to, self._quiet_since + QUIET_S)
        if now - since < 1.0:
            return []
        self._belief = filter_.relax(self._belief, now - since, self._settings.half_life_s)
        self._relaxed_to = now
        return self._decide(now) if self._level else []

    def _hear(self, utterance: Utterance) -> list[Event]:
        self._quiet_since = max(self._quiet_since, utterance.t1, utterance.t)
        self._recent.append(utterance)
        while self._recent and self._recent[0].t1 < utterance.t1 - RECENT_S:
            self._recent.popleft()
        side = utterance.speaker
        self._sides[side] = blend(self._sides[side], heat(utterance))
        if utterance.levels:
            voice = utterance.voice
            letters = sum(c.isalnum() for c in utterance.text)
            self._belief = filter_.update(
                self._belief,
                utterance.levels,
                effort=voice.effort if voice is not None and voice.settled else 0.0,
                weight=min(1.0, 0.4 + 0.6 * letters / TELLING_LETTERS),
            )
        changes = self._decide(utterance.t)
        score = self._score()
        return [*changes, Temperature(t=utterance.t, level=self._level, score=score, sides=dict(self._sides))]

    def _decide(self, now: float) -> list[Event]:
        enter, leave = ladder.thresholds(self._settings.enter, self._settings.leave, self._sensitivity)
        level = ladder.step(self._level, filter_.at_least(self._belief), enter, leave)
        if level == self._level:
            return []
        previous, self._level = self._level, level
        recent = tuple(self._recent)
        why = reasons.rising(recent) if level > previous else reasons.falling(recent, now - self._quiet_since)
        return [
            Escalation(t=now, level=level, previous=previous, score=self._score(), reasons=why, sides=dict(self._sides))
        ]

    def _score(self) -> float:
        """The mean level believed in, as a part of the worst."""
        return float(sum(self._scale(filter_.at_least(self._belief)))) / 3.0
