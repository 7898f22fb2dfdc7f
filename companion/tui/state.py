"""What the live screen shows, as a pure fold over events; knows no screen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from companion.events import (
    Escalation,
    Event,
    Health,
    Mark,
    Meter,
    Partial,
    Paused,
    Prompt,
    PromptClosed,
    Resumed,
    SensitivityChanged,
    SessionEnded,
    SessionStarted,
    Speaker,
    Temperature,
    Utterance,
)

WINDOW_S = 600.0
"""The timeline shows this much."""
SILENT_DBFS = -100.0
_METER_FALL_DB = 3.0
PACE_GAIN = 0.5
"""How much the pace of the last turn counts against those before."""


@dataclass(frozen=True, slots=True)
class Point:
    """The talk at a moment: second, score 0–1, level."""

    t: float
    score: float
    level: int


@dataclass(frozen=True, slots=True)
class Sign:
    """Something on the timeline: "prompt" or "mark"."""

    t: float
    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """Words in the transcript; the first ``stable`` characters are firm (all, when it is whole)."""

    speaker: Speaker
    t0: float
    text: str
    stable: int
    person: int = 0


@dataclass(frozen=True, slots=True)
class LiveState:
    """A snapshot. ``fresh`` are the finals that came with the last event; the screen keeps the transcript.

    ``pace``: the user's speaking rate against their usual (1), smoothed; None before it can be told.
    """

    now: float = 0.0
    level: int = 0
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    prompt: Prompt | None = None
    points: tuple[Point, ...] = ()
    signs: tuple[Sign, ...] = ()
    partials: tuple[Said, ...] = ()
    fresh: tuple[Said, ...] = ()
    meters: tuple[float, float] = (SILENT_DBFS, SILENT_DBFS)
    talked: tuple[float, float] = (0.0, 0.0)
    pace: float | None = None
    health: tuple[tuple[str, str, str], ...] = ()
    paused: bool = False
    sensitivity: float = 0.0
    in_level: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    level_since: float = 0.0
    shown: int = 0
    used: int = 0
    marks: int = 0
    ended: str = ""
    duration_s: float | None = None

    def apply(self, event: Event) -> LiveState:  # noqa: C901, PLR0912  # one case an event; none is more than a line
        """The state after an event."""
        state = replace(self, now=max(self.now, event.t))
        match event:
            case SessionStarted():
                return replace(state, sensitivity=event.sensitivity, duration_s=event.duration_s)
            case Utterance():
                return _said(state, event)
            case Partial():
                return _partly(state, event)
            case Temperature():
                kept = tuple(p for p in state.points if p.t >= event.t - WINDOW_S)
                return replace(state, score=event.score, points=(*kept, Point(event.t, event.score, event.level)))
            case Escalation():
                return replace(
                    _timed(state), level=event.level, score=event.score, reasons=event.reasons, level_since=event.t
                )
            case Prompt():
                return replace(_signed(state, event.t, "prompt"), prompt=event, shown=state.shown + 1)
            case PromptClosed():
                return _closed(state, event)
            case Mark():
                return replace(_signed(state, event.t, "mark"), marks=state.marks + 1)
            case Meter():
                return _metered(state, event)
            case Paused() | Resumed():
                return replace(state, paused=isinstance(event, Paused))
            case SensitivityChanged():
                return replace(state, sensitivity=event.value)
            case Health():
                others = tuple(h for h in state.health if h[0] != event.part)
                return replace(state, health=(*others, (event.part, event.state, event.message)))
            case SessionEnded():
                return replace(_timed(state), ended=event.reason, partials=(), level_since=state.now)
            case _:
                return state

    @property
    def heard(self) -> bool:
        """Whether anything was said so far that a level could be read from."""
        return self.talked != (0.0, 0.0) or self.level > 0

    def trouble(self) -> str:
        """The worst that is wrong just now, in words; empty when all is well."""
        for wanted in ("lost", "degraded", "starting"):
            for _, state, message in reversed(self.health):
                if state == wanted and message:
                    return message
        return ""


def _said(state: LiveState, said: Utterance) -> LiveState:
    me, them = state.talked
    seconds = said.t1 - said.t0
    pace = state.pace
    if said.speaker == "me" and said.voice is not None and said.voice.settled and said.voice.pace is not None:
        pace = said.voice.pace if pace is None else pace + PACE_GAIN * (said.voice.pace - pace)
    return replace(
        state,
        pace=pace,
        fresh=(*state.fresh, Said(said.speaker, said.t0, said.text, len(said.text), said.person)),
        partials=tuple(p for p in state.partials if p.speaker != said.speaker),
        talked=(me + seconds, them) if said.speaker == "me" else (me, them + seconds),
    )


def _partly(state: LiveState, said: Partial) -> LiveState:
    others = tuple(p for p in state.partials if p.speaker != said.speaker)
    return replace(state, partials=(*others, Said(said.speaker, said.t0, said.text, said.stable)))


def _signed(state: LiveState, t: float, kind: str) -> LiveState:
    return replace(state, signs=(*(s for s in state.signs if s.t >= t - WINDOW_S), Sign(t, kind)))


def _closed(state: LiveState, closed: PromptClosed) -> LiveState:
    if state.prompt is None or state.prompt.id != closed.id:
        return state
    return replace(state, prompt=None, used=state.used + (closed.outcome == "used"))


def _metered(state: LiveState, meter: Meter) -> LiveState:
    """Peaks are seen: the bar rises at once and falls slowly."""
    me, them = state.meters
    before = me if meter.speaker == "me" else them
    level = max(meter.rms_dbfs, before - _METER_FALL_DB, SILENT_DBFS)
    return replace(state, meters=(level, them) if meter.speaker == "me" else (me, level))


def _timed(state: LiveState) -> LiveState:
    spent = list(state.in_level)
    spent[state.level] += max(0.0, state.now - state.level_since)
    return replace(state, in_level=(spent[0], spent[1], spent[2], spent[3]))
