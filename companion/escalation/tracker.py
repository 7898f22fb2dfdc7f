"""The level of the conversation as a fold over events: pure, and the same live, in replay and in calibration."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from companion.config import EscalationSettings
from companion.escalation import belief as filter_
from companion.escalation import ladder, reasons
from companion.escalation.state import State, after, relaxed
from companion.escalation.turns import HeardTurn, begun, continued
from companion.events import (
    SPEAKERS,
    Escalation,
    Event,
    SensitivityChanged,
    SideLevel,
    Speaker,
    SpeechEnded,
    SpeechStarted,
    Temperature,
    Utterance,
)

Scale = Callable[[Sequence[float]], Iterable[float]]
RECENT_S = 60.0
"""Reasons are taken from this many seconds."""
QUIET_S = 5.0
"""Pauses up to this long are part of talking."""
LONGEST_SPEECH_S = 60.0
"""Who began to speak is taken to speak for no longer than this, should the end not be told (an ear was lost)."""


class EscalationTracker:
    """Takes events in time order; answers with ``Temperature``, and with ``Escalation`` or ``SideLevel`` on changes.

    What is believed doesn't depend on the levels, so that calibration may try other steps over the same belief.
    """

    def __init__(self, settings: EscalationSettings, scale: Scale = tuple) -> None:
        """``scale``: from belief to what is told of it; the steps are compared with ``sure``."""
        self._settings = settings
        self._scale = scale
        self._sensitivity = settings.sensitivity
        self._state = self._before_turn = State()
        self._level = 0
        self._side_levels: dict[Speaker, int] = dict.fromkeys(SPEAKERS, 0)
        self._recent: deque[HeardTurn] = deque(maxlen=24)
        self._speaking: dict[Speaker, float] = {}
        self._quiet_since = 0.0
        self._relaxed_to = 0.0

    @property
    def level(self) -> int:
        """The level now."""
        return self._level

    @property
    def belief(self) -> filter_.Belief:
        """The probability of each level; another array whenever it changes."""
        return self._state.talk

    @property
    def sure(self) -> tuple[float, float, float]:
        """How surely the level is at least 1, 2, 3: what the steps are compared with."""
        return filter_.sure(self._state.talk, self._before_turn.talk, self._before_turn.before)

    def level_of(self, speaker: Speaker) -> int:
        """The level of one side."""
        return self._side_levels[speaker]

    def step(self, event: Event) -> list[Event]:
        """Take the next event."""
        if isinstance(event, SpeechStarted):
            self._quiet_since = max(self._quiet_since, event.t)
            self._speaking[event.speaker] = event.t
        elif isinstance(event, SpeechEnded):
            self._quiet_since = max(self._quiet_since, event.t)
            self._speaking.pop(event.speaker, None)
        elif isinstance(event, SensitivityChanged):
            more, self._sensitivity = event.value > self._sensitivity, event.value
            return self._decide(event.t, reasons.asked(more=more))
        elif isinstance(event, Utterance):
            return self._hear(event)
        return []

    def tick(self, now: float) -> list[Event]:
        """Let time pass: long quiet relaxes the belief."""
        if any(now - since < LONGEST_SPEECH_S for since in self._speaking.values()):
            self._quiet_since = max(self._quiet_since, now)
            return []
        since = max(self._relaxed_to, self._quiet_since + QUIET_S)
        if now - since < 1.0:
            return []
        self._state = relaxed(self._state, now - since, self._settings.half_life_s)
        self._relaxed_to = now
        return self._decide(now)

    def _hear(self, utterance: Utterance) -> list[Event]:
        self._quiet_since = max(self._quiet_since, utterance.t1, utterance.t)
        goes_on = utterance.continues and bool(self._recent) and self._recent[-1].speaker == utterance.speaker
        if goes_on:
            self._recent.append(continued(self._recent.pop(), utterance))
        else:
            self._before_turn = self._state
            self._recent.append(begun(utterance))
        while self._recent[0].t1 < utterance.t1 - RECENT_S:
            self._recent.popleft()
        self._state = after(self._before_turn, tuple(self._recent), with_dynamics=self._settings.dynamics)
        changes = self._decide(utterance.t)
        score = self._score()
        return [*changes, Temperature(t=utterance.t, level=self._level, score=score, sides=self._state.scores)]

    def _decide(self, now: float, asked: tuple[str, ...] = ()) -> list[Event]:
        """What changes now; ``asked``: why, where the user did it, otherwise what was said is the reason."""
        enter, leave = ladder.thresholds(self._settings.enter, self._settings.leave, self._sensitivity)
        out: list[Event] = []
        for speaker, side in self._state.sides.items():
            before = self._side_levels[speaker]
            sure = filter_.sure(side.belief, self._before_turn.sides[speaker].belief)
            level = ladder.step(before, sure, enter, leave)
            if level != before:
                self._side_levels[speaker] = level
                own = [turn for turn in self._recent if turn.speaker == speaker]
                why = asked or self._why(before, level, own, now)
                out.append(SideLevel(t=now, speaker=speaker, level=level, previous=before, reasons=why))
        level = ladder.step(self._level, self.sure, enter, leave)
        if level != self._level:
            previous, self._level = self._level, level
            why = asked or self._why(previous, level, tuple(self._recent), now)
            score, sides = self._score(), self._state.scores
            out.append(Escalation(t=now, level=level, previous=previous, score=score, reasons=why, sides=sides))
        return out

    def _why(self, before: int, level: int, recent: Sequence[HeardTurn], now: float) -> tuple[str, ...]:
        if level > before:
            return reasons.rising(recent, self._state.sides)
        return reasons.falling(recent, now - self._quiet_since)

    def _score(self) -> float:
        """The mean level believed in, as a part of the worst."""
        return float(sum(self._scale(filter_.at_least(self._state.talk)))) / 3.0
