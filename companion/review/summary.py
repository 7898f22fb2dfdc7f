"""What a session was, in numbers and moments: a pure fold over its events. It describes the talk, never people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from companion.events import (
    AFTERTHOUGHTS,
    SPEAKERS,
    Answered,
    Escalation,
    Event,
    Labelled,
    Level,
    Mark,
    Prompt,
    PromptClosed,
    PromptEffect,
    SessionEnded,
    SessionStarted,
    SideLevel,
    Speaker,
    Temperature,
    Titled,
    Utterance,
)
from companion.review import people, spans
from companion.review.spans import Span

AFTER_S = 60.0
"""What a prompt may have changed is looked for within this."""
CALMER = 0.05
"""How far the mean score must fall to count as calmer."""
OUTCOMES = {
    "used": "you used it",
    "dismissed": "you dismissed it",
    "expired": "it passed by",
    "replaced": "another took its place",
    "ended": "the call ended",
    "open": "the call ended",
}
"""What became of a suggestion, in words."""
SAME_TURN_S = 2.0
"""A side that goes on within this, uninterrupted, is still in its turn."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A step up of the level: ``quote`` is what was said last before it."""

    t: float
    level: int
    reasons: tuple[str, ...]
    speaker: Speaker
    quote: str
    person: int = 0


@dataclass(frozen=True, slots=True)
class Suggested:
    """A prompt, what became of it, and the level when it was shown and at its lowest in the minute after.

    ``score``: the score 0-1 when it was shown, ``later``: the mean score in the minute after, None when nothing was
    said then.
    """

    prompt: Prompt
    outcome: str
    before: int
    after: int
    score: float = 0.0
    later: float | None = None

    @property
    def told(self) -> str:
        """What became of it, in words."""
        return OUTCOMES.get(self.outcome, self.outcome)

    @property
    def helped(self) -> bool | None:
        """Whether the talk was calmer in the minute after; None when nothing can be said. It need not be the cause."""
        if self.after < self.before:
            return True
        return None if self.later is None else self.later < self.score - CALMER


@dataclass(frozen=True, slots=True)
class Side:
    """One side: seconds of talk, utterances, questions, longest turn in seconds, words a minute, drivers by number.

    ``steps``: the changes of its own level.
    """

    talk_s: float
    turns: int
    questions: int
    longest_s: float
    words_a_minute: float
    drivers: tuple[tuple[str, int], ...]
    steps: tuple[SideLevel, ...] = ()

    @property
    def peak(self) -> SideLevel | None:
        """The step up to its highest level; None when it stayed calm."""
        return max(self.steps, key=lambda step: (step.level, -step.t), default=None)


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole; times in seconds of audio, ``in_level`` seconds in each level.

    ``names`` and ``people`` (the numbers of those on the other side): as in the module ``people``.
    """

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
    overlaps: tuple[Span, ...] = ()
    silences: tuple[Span, ...] = ()
    gaps: tuple[Span, ...] = ()
    removed: tuple[Span, ...] = ()
    labels: dict[float, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    people: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def between(self) -> str:
        """What belongs to neither side alone, in words."""
        silences, gaps = len(self.silences), len(self.gaps)
        return (
            f"both at once for {self.overlap_s:.0f} s, {silences} {'silence' if silences == 1 else 'silences'}, "
            f"{gaps} {'gap' if gaps == 1 else 'gaps'} in hearing"
        )

    @property
    def share_me(self) -> float:
        """The user's part of all talk, 0-1."""
        both = self.sides["me"].talk_s + self.sides["them"].talk_s
        return self.sides["me"].talk_s / both if both else 0.0

    def who(self, speaker: Speaker, person: int = 0) -> str:
        """What somebody is called: by their own name, else as the side with their number; see ``people.called``."""
        return people.called(self.names, speaker, person)


def summarise(events: Sequence[Event]) -> Summary:
    """Fold the events of one session."""
    started = next((e for e in events if isinstance(e, SessionStarted)), None)
    ended = next((e for e in events if isinstance(e, SessionEnded)), None)
    said = [e for e in events if isinstance(e, Utterance)]
    steps = [e for e in events if isinstance(e, Escalation)]
    points = tuple((e.t, e.score, e.level) for e in events if isinstance(e, Temperature))
    end = max((e.t for e in events if not isinstance(e, AFTERTHOUGHTS)), default=0.0)
    both, deaf, out = spans.overlaps(said), spans.gaps(events, end), spans.removed(events)
    closed = {e.id: e.outcome for e in reversed(events) if isinstance(e, PromptClosed)}
    # said in other words than offered, without a key: noticed by the coach
    closed |= {e.id: "used" for e in events if isinstance(e, PromptEffect) and e.used}
    return Summary(
        source=started.source if started else "",
        started_unix=started.started_unix if started else 0.0,
        duration_s=end,
        reason=ended.reason if ended else "interrupted",
        in_level=_in_level(steps, end),
        peak=max((s.level for s in steps), default=0),
        points=points,
        moments=tuple(_moment(s, said) for s in steps if s.level > s.previous and s.level >= Level.HEATED),
        suggested=tuple(_suggested(e, closed, steps, points) for e in events if isinstance(e, Prompt)),
        marks=tuple(e for e in events if isinstance(e, Mark)),
        sides={who: _side(who, said, events) for who in SPEAKERS},
        overlap_s=spans.total(both),
        prep=dict(started.prep) if started else {},
        overlaps=both,
        silences=spans.silences(said, [*deaf, *out], end),
        gaps=deaf,
        removed=out,
        labels=labels(events),
        answers={e.question: e.text for e in events if isinstance(e, Answered) and e.text},
        names=people.names(events),
        people=people.told_apart(events),
        tags=next((e.tags for e in reversed(events) if isinstance(e, Titled)), ()),
    )


def labels(events: Sequence[Event]) -> dict[float, str]:
    """The user's last word on each moment that they judged: second -> verdict."""
    said = {e.t: e.verdict for e in events if isinstance(e, Labelled)}
    return {t: verdict for t, verdict in sorted(said.items()) if verdict}


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
    if last is None:
        return Moment(step.t, step.level, step.reasons, "them", "")
    return Moment(step.t, step.level, step.reasons, last.speaker, last.text, last.person)


def _suggested(
    prompt: Prompt,
    closed: dict[int, str],
    steps: Sequence[Escalation],
    points: Sequence[tuple[float, float, int]],
) -> Suggested:
    before = level_at(steps, prompt.t)
    within = [s.level for s in steps if prompt.t < s.t <= prompt.t + AFTER_S]
    score = next((score for t, score, _ in reversed(points) if t <= prompt.t), 0.0)
    later = [score for t, score, _ in points if prompt.t < t <= prompt.t + AFTER_S]
    mean = sum(later) / len(later) if later else None
    return Suggested(prompt, closed.get(prompt.id, "open"), before, min([before, *within]), score, mean)


def _side(who: Speaker, said: Sequence[Utterance], events: Sequence[Event]) -> Side:
    own = [u for u in said if u.speaker == who]
    talk = sum(u.t1 - u.t0 for u in own)
    words = sum(len(u.text.split()) for u in own)
    drivers = Counter(d.id for u in own for d in u.drivers[:1])
    return Side(
        talk_s=talk,
        turns=len(own),
        questions=sum("?" in u.text for u in own),
        longest_s=max((end - begin for begin, end in _turns(own, said)), default=0.0),
        words_a_minute=60 * words / talk if talk else 0.0,
        drivers=tuple(drivers.most_common(3)),
        steps=tuple(e for e in events if isinstance(e, SideLevel) and e.speaker == who),
    )


def _turns(own: Sequence[Utterance], said: Sequence[Utterance]) -> list[Span]:
    """A side's turns: utterances that follow each other without the other side between them are one."""
    out: list[Span] = []
    before: Utterance | None = None
    speaker = own[0].speaker if own else None
    for u in sorted(said, key=lambda u: u.t0):
        if u.speaker == speaker:
            goes_on = before is not None and before.speaker == speaker and u.t0 - out[-1][1] <= SAME_TURN_S
            if goes_on:
                out[-1] = (out[-1][0], max(out[-1][1], u.t1))
            else:
                out.append((u.t0, u.t1))
        before = u
    return out
