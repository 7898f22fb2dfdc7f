"""What a session was, in numbers and moments: a pure fold over its events. It describes the talk, never people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from companion.events import (
    Escalation,
    Event,
    Level,
    Mark,
    Prompt,
    PromptClosed,
    SessionEnded,
    SessionStarted,
    Speaker,
    Temperature,
    Utterance,
)

AFTER_S = 60.0
"""What a prompt may have changed is looked for within this."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A step up of the level: ``quote`` is what was said last before it."""

    t: float
    level: int
    reasons: tuple[str, ...]
    speaker: Speaker
    quote: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """A prompt, what became of it, and the level when it was shown and at its lowest in the minute after."""

    prompt: Prompt
    outcome: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Side:
    """One side: seconds of talk, turns, questions, longest turn in seconds, words a minute, its drivers by number."""

    talk_s: float
    turns: int
    questions: int
    longest_s: float
    words_a_minute: float
    drivers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole; times in seconds of audio, ``in_level`` seconds in each level."""

    source: str
    started_unix: float
    duration_s: float
    reason: str
    in_level: tuple[float, float, float, float]
    peak: int
    points: tuple[tuple[float, float, int], ...]
    moments: tuple[Moment, ...]
    suggested: tuple[Suggested, ...]
    marks: tuple[Mark, ...]
    sides: dict[str, Side]
    overlap_s: float
    prep: dict[str, str]

    @property
    def share_me(self) -> float:
        """The user's part of all talk, 0-1."""
        both = self.sides["me"].talk_s + self.sides["them"].talk_s
        return self.sides["me"].talk_s / both if both else 0.0


def summarise(events: Sequence[Event]) -> Summary:
    """Fold the events of one session."""
    started = next((e for e in events if isinstance(e, SessionStarted)), None)
    ended = next((e for e in events if isinstance(e, SessionEnded)), None)
    said = [e for e in events if isinstance(e, Utterance)]
    steps = [e for e in events if isinstance(e, Escalation)]
    end = max((e.t for e in events), default=0.0)
    return Summary(
        source=started.source if started else "",
        started_unix=started.started_unix if started else 0.0,
        duration_s=end,
        reason=ended.reason if ended else "interrupted",
        in_level=_in_level(steps, end),
        peak=max((s.level for s in steps), default=0),
        points=tuple((e.t, e.score, e.level) for e in events if isinstance(e, Temperature)),
        moments=tuple(_moment(s, said) for s in steps if s.level > s.previous and s.level >= Level.HEATED),
        suggested=tuple(_suggested(e, events, steps) for e in events if isinstance(e, Prompt)),
        marks=tuple(e for e in events if isinstance(e, Mark)),
        sides={who: _side([u for u in said if u.speaker == who]) for who in ("me", "them")},
        overlap_s=_overlap(said),
        prep=dict(started.prep) if started else {},
    )


def level_at(steps: Sequence[Escalation], t: float) -> int:
    """The level at a second."""
    return next((s.level for s in reversed(steps) if s.t <= t), 0)


def _in_level(steps: Sequence[Escalation], end: float) -> tuple[float, float, float, float]:
    spent = [0.0, 0.0, 0.0, 0.0]
    at, level = 0.0, 0
    for step in steps:
        spent[level] += step.t - at
        at, level = step.t, step.level
    spent[level] += end - at
    return spent[0], spent[1], spent[2], spent[3]


def _moment(step: Escalation, said: Sequence[Utterance]) -> Moment:
    last = max((u for u in said if u.t <= step.t), key=lambda u: u.t1, default=None)
    return Moment(step.t, step.level, step.reasons, last.speaker if last else "them", last.text if last else "")


def _suggested(prompt: Prompt, events: Sequence[Event], steps: Sequence[Escalation]) -> Suggested:
    outcome = next((e.outcome for e in events if isinstance(e, PromptClosed) and e.id == prompt.id), "open")
    before = level_at(steps, prompt.t)
    within = [s.level for s in steps if prompt.t < s.t <= prompt.t + AFTER_S]
    return Suggested(prompt, outcome, before, min([before, *within]))


def _side(said: Sequence[Utterance]) -> Side:
    talk = sum(u.t1 - u.t0 for u in said)
    words = sum(len(u.text.split()) for u in said)
    drivers = Counter(d.id for u in said for d in u.drivers[:1])
    return Side(
        talk_s=talk,
        turns=len(said),
        questions=sum("?" in u.text for u in said),
        longest_s=max((u.t1 - u.t0 for u in said), default=0.0),
        words_a_minute=60 * words / talk if talk else 0.0,
        drivers=tuple(drivers.most_common(3)),
    )


def _overlap(said: Sequence[Utterance]) -> float:
    mine = [(u.t0, u.t1) for u in said if u.speaker == "me"]
    theirs = [(u.t0, u.t1) for u in said if u.speaker == "them"]
    return sum(max(0.0, min(b, d) - max(a, c)) for a, b in mine for c, d in theirs)
