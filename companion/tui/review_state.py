"""What the review screen looks at: the rows of a past call, and a window on them. Pure; knows no screen."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from companion.events import (
    SPEAKERS,
    Escalation,
    Event,
    Level,
    Mark,
    Paused,
    Prompt,
    Removed,
    Resumed,
    SensitivityChanged,
    Temperature,
    Utterance,
)
from companion.review.summary import Summary, summarise

SHORTEST_S = 20.0
"""The closest look."""
ALARM_REACH_S = 90.0
"""A verdict goes to the last alarm within this before the cursor."""
_ROWS = (Utterance, Escalation, Prompt, Mark, Paused, Resumed, Removed, SensitivityChanged)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the transcript: an event, when it began, and its number in the journal."""

    t: float
    event: Event
    n: int


@dataclass(frozen=True, slots=True)
class Talk:
    """A past call, folded once; the screen only looks things up. ``times``: of the rows; ``peaks``: row numbers.

    ``speech``: when each side spoke; ``heat``: how sharp each side was, 0-1, at the times of the summary's points.
    """

    summary: Summary
    rows: tuple[Row, ...]
    times: tuple[float, ...]
    steps: tuple[Escalation, ...]
    peaks: tuple[int, ...]
    point_times: tuple[float, ...]
    speech: dict[str, tuple[tuple[float, float], ...]]
    heat: dict[str, tuple[float, ...]]
    first: dict[float, int]
    """Second -> the number of the first row that was told then."""
    names: tuple[str, ...]
    """What everybody who spoke is called."""

    @property
    def length(self) -> float:
        """Seconds of audio."""
        return max(self.summary.duration_s, 1.0)

    def level(self, t: float) -> int:
        """The level at a second."""
        at = bisect_right([s.t for s in self.steps], t)
        return self.steps[at - 1].level if at else 0

    def step(self, t: float) -> Escalation | None:
        """The last change of level at or before a second."""
        at = bisect_right([s.t for s in self.steps], t)
        return self.steps[at - 1] if at else None

    def alarm(self, t: float) -> Escalation | None:
        """The last alarm (step up to heated or worse) within reach before a second, or at it."""
        found = [s for s in self.steps if is_alarm(s) and t - ALARM_REACH_S <= s.t <= t + 0.01]
        return found[-1] if found else None


def is_alarm(event: Event) -> bool:
    """Whether an event is a step up to heated or worse."""
    return isinstance(event, Escalation) and event.level > event.previous and event.level >= Level.HEATED


def fold(events: Sequence[Event], numbers: Sequence[int]) -> Talk:
    """The talk of a session's events and their numbers in the journal."""
    summary = summarise(events)
    rows = sorted(
        (Row(_begins(e), e, n) for e, n in zip(events, numbers, strict=True) if isinstance(e, _ROWS)),
        key=lambda row: (row.t, row.n),
    )
    said = [row.event for row in rows if isinstance(row.event, Utterance)]
    return Talk(
        summary=summary,
        rows=tuple(rows),
        times=tuple(row.t for row in rows),
        steps=tuple(e for e in events if isinstance(e, Escalation)),
        peaks=tuple(i for i, row in enumerate(rows) if is_alarm(row.event)),
        point_times=tuple(t for t, _, _ in summary.points),
        heat={who: tuple(e.sides.get(who, 0.0) for e in events if isinstance(e, Temperature)) for who in SPEAKERS},
        speech={who: tuple((u.t0, u.t1) for u in said if u.speaker == who) for who in SPEAKERS},
        first={row.event.t: row.n for row in reversed(rows)},
        names=tuple(summary.who(*of) for of in sorted({(u.speaker, u.person) for u in said})),
    )


def _begins(event: Event) -> float:
    return event.t0 if isinstance(event, Utterance) else event.t


@dataclass(frozen=True, slots=True)
class Look:
    """Where the user looks: a window in seconds, and the row under the cursor."""

    begin: float
    end: float
    row: int = 0

    @property
    def span(self) -> float:
        """Seconds in the window."""
        return self.end - self.begin


def whole(talk: Talk, row: int = 0) -> Look:
    """The whole call."""
    return Look(0.0, talk.length, row)


def zoom(talk: Talk, look: Look, factor: float) -> Look:
    """Closer (factor below 1) or wider, around the cursor."""
    span = min(talk.length, max(min(SHORTEST_S, talk.length), look.span * factor))
    at = talk.times[look.row] if talk.rows else 0.0
    share = (at - look.begin) / look.span if look.begin <= at <= look.end else 0.5
    return _within(talk, replace(look, begin=at - share * span, end=at - share * span + span))


def to_row(talk: Talk, look: Look, row: int) -> Look:
    """The cursor on another row; the window follows."""
    if not talk.rows:
        return look
    row = min(len(talk.rows) - 1, max(0, row))
    return follow(talk, replace(look, row=row))


def to_time(talk: Talk, look: Look, t: float) -> Look:
    """The cursor on the row that is nearest to a second."""
    if not talk.rows:
        return look
    at = bisect_left(talk.times, t)
    near = [i for i in (at - 1, at) if 0 <= i < len(talk.rows)]
    return to_row(talk, look, min(near, key=lambda i: abs(talk.times[i] - t)))


def heard(talk: Talk, look: Look, t: float) -> Look:
    """The cursor on the last row that began at or before a second, as when the call is heard again."""
    return to_row(talk, look, max(look.row, bisect_right(talk.times, t) - 1))


def step_time(talk: Talk, look: Look, direction: int, columns: int) -> Look:
    """The cursor moved along the timeline, at least one row and about two columns."""
    if not talk.rows:
        return look
    wanted = to_time(talk, look, talk.times[look.row] + direction * 2 * look.span / max(columns, 1))
    return wanted if (wanted.row - look.row) * direction > 0 else to_row(talk, look, look.row + direction)


def to_peak(talk: Talk, look: Look, direction: int) -> Look:
    """The cursor on the next alarm, or the one before."""
    ahead = [i for i in talk.peaks if (i - look.row) * direction > 0]
    if not ahead:
        return look
    return to_row(talk, look, min(ahead) if direction > 0 else max(ahead))


def follow(talk: Talk, look: Look) -> Look:
    """The window moved so that the cursor is in it."""
    at = talk.times[look.row]
    if look.begin <= at <= look.end:
        return look
    return _within(talk, replace(look, begin=at - look.span / 2, end=at + look.span / 2))


def _within(talk: Talk, look: Look) -> Look:
    begin = min(max(0.0, look.begin), max(0.0, talk.length - look.span))
    return replace(look, begin=begin, end=begin + look.span)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the timeline: the highest score in it, the level, how sharp who spoke was, and what happened.

    ``me`` and ``them``: 0-1, None where that side did not speak.
    """

    score: float
    level: int
    me: float | None
    them: float | None
    both: bool
    deaf: bool
    cut: bool
    sign: str


def columns(talk: Talk, look: Look, width: int) -> list[Column]:
    """The window in ``width`` columns."""
    edges = [look.begin + look.span * i / width for i in range(width + 1)]
    filled = {who: _covered(talk.speech[who], edges) for who in talk.speech}
    both, deaf, cut = (_covered(s, edges) for s in (talk.summary.overlaps, talk.summary.gaps, talk.summary.removed))
    signs = _signs(talk, look, width)
    out = []
    for i, (begin, end) in enumerate(pairwise(edges)):
        first = bisect_left(talk.point_times, begin)
        last = bisect_left(talk.point_times, end)
        inside = talk.summary.points[max(0, first - 1) : last]
        score = max((s for t, s, _ in inside if t >= begin), default=inside[0][1] if inside else 0.0)
        level = max((n for t, _, n in inside if t >= begin), default=inside[0][2] if inside else 0)
        me, them = (
            max(talk.heat[who][max(0, first - 1) : last + 1], default=0.0) if filled[who][i] else None
            for who in SPEAKERS
        )
        out.append(Column(score, level, me, them, both[i], deaf[i], cut[i], signs.get(i, " ")))
    return out


def _covered(spans: Sequence[tuple[float, float]], edges: Sequence[float]) -> list[bool]:
    out = [False] * (len(edges) - 1)
    for begin, end in spans:
        if end <= edges[0] or begin >= edges[-1]:
            continue
        first = max(0, bisect_right(edges, begin) - 1)
        last = min(len(out), bisect_left(edges, end))
        out[first : max(last, first + 1)] = [True] * (max(last, first + 1) - first)
    return out


SIGNS = {"used": "◈", "dismissed": "◇", "mark": "▲", "right": "✓", "wrong": "✗", "unsure": "?", "missed": "!"}
"""What stands below the timeline, later ones over earlier ones; a prompt that was neither used nor dismissed is ◆."""


def _signs(talk: Talk, look: Look, width: int) -> dict[int, str]:
    found = [(s.prompt.t, SIGNS.get(s.outcome, "◆")) for s in talk.summary.suggested]
    found += [(m.t, SIGNS["mark"]) for m in talk.summary.marks]
    found += [(t, SIGNS.get(verdict, " ")) for t, verdict in talk.summary.labels.items()]
    return {
        min(width - 1, int((t - look.begin) / look.span * width)): sign
        for t, sign in found
        if look.begin <= t <= look.end
    }
