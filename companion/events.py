"""The vocabulary that flows: a session is an append-only list of these.

Every event is a frozen value with two times:

- ``t``: seconds of audio since the session began, when it was decided (audio time stands still while nothing is read);
- ``at``: wall-clock seconds since audio time zero, when it was emitted (set by the pipeline).

The live screen, the journal, the review, the export and the calibration are folds over the same events, so nothing
here knows any of them. This module imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar, Literal

Speaker = Literal["me", "them"]
SPEAKERS: tuple[Speaker, ...] = ("me", "them")


class Level(IntEnum):
    """How far the talk has escalated."""

    CALM = 0
    TENSE = 1
    HEATED = 2
    BREAKING = 3


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; ``t0`` and ``t1`` in seconds of audio, ``probability`` 0–1."""

    text: str
    t0: float
    t1: float
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver that was noticed, with its calibrated probability 0–1."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Voice:
    """How an utterance was spoken, against the same speaker's own running baseline.

    ``effort``: vocal effort in standard deviations above their usual (0 = as usual);
    ``pitch``: semitones above their usual, or None where too little was voiced;
    ``pace``: speaking rate divided by their usual rate (1 = as usual), or None without words;
    ``settled``: whether the baseline has heard enough to be relied upon.
    """

    effort: float
    pitch: float | None = None
    pace: float | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What all events share; see the module's docstring."""

    type: ClassVar[str] = "event"
    t: float = 0.0
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(Event):
    """The session began. ``source`` is "live", or the name of the file; ``started_unix`` in seconds.

    ``prep``: what the user wrote down before the call, by question.
    """

    type: ClassVar[str] = "session_started"
    source: str
    started_unix: float
    language: str = "en"
    speech_model: str = ""
    text_model: str = ""
    sensitivity: float = 0.0
    duration_s: float | None = None
    prep: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """The session ended in order. ``reason``: "finished" (end of the input), "user", "limit", "signal", "failed"."""

    type: ClassVar[str] = "session_ended"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted(Event):
    """A side began to speak at ``t0`` (``t`` is when that was noticed)."""

    type: ClassVar[str] = "speech_started"
    speaker: Speaker
    t0: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnded(Event):
    """A side stopped speaking at ``t1`` (``t`` is when that was noticed)."""

    type: ClassVar[str] = "speech_ended"
    speaker: Speaker
    t1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(Event):
    """Words heard so far of an utterance that goes on. The first ``stable`` characters will not change. Not kept."""

    type: ClassVar[str] = "partial"
    speaker: Speaker
    t0: float
    text: str
    stable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance(Event):
    """Something one side said, whole, with what was read from it.

    ``emotions``: GoEmotions label -> calibrated probability, those worth naming only, strongest first;
    ``drivers``: those above their own thresholds, the leading one first;
    ``levels``: probability of each escalation level 0–3 of the conversation after it, with its context; empty when
    nothing may be claimed (another language than the model's); ``voice`` is None where it was not or may not be read.
    ``continues``: it goes on with the turn of this side's utterance before, and what was read is of that turn as a
    whole; ``estimated``: its times come from the length of its text, so nothing may be read from them;
    ``person``: which of several people on this side it was, counted from 1 as they were first heard; 0 is not known.
    """

    type: ClassVar[str] = "utterance"
    speaker: Speaker
    t0: float
    t1: float
    text: str
    words: tuple[Word, ...] = ()
    language: str = "en"
    emotions: Mapping[str, float] = field(default_factory=dict)
    drivers: tuple[Driver, ...] = ()
    levels: tuple[float, ...] = ()
    voice: Voice | None = None
    continues: bool = False
    estimated: bool = False
    person: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(Event):
    """The level of the conversation changed. ``score`` 0–1; ``sides``: score 0–1 of each side's last words."""

    type: ClassVar[str] = "escalation"
    level: int
    previous: int = 0
    score: float
    reasons: tuple[str, ...] = ()
    sides: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperature(Event):
    """The running score behind the level, after each utterance, for the timeline. ``score`` and ``sides`` 0–1."""

    type: ClassVar[str] = "temperature"
    level: int
    score: float
    sides: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SideLevel(Event):
    """The level of one side changed: how far its own words, voice and manner have escalated, against its own usual."""

    type: ClassVar[str] = "side_level"
    speaker: Speaker
    level: int
    previous: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt(Event):
    """What the companion suggests now. ``id`` counts within the session; ``kind``: "say" or "do".

    ``headline``: at most 5 words; ``say``: at most 15; ``why``: one sentence; ``expires``: the audio second at which
    its moment has passed.
    """

    type: ClassVar[str] = "prompt"
    id: int
    move: str
    driver: str
    headline: str
    say: str
    why: str = ""
    kind: str = "say"
    level: int = 0
    expires: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptClosed(Event):
    """A prompt left the screen. ``outcome``: "used", "dismissed", "expired", "replaced" or "ended"."""

    type: ClassVar[str] = "prompt_closed"
    id: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptEffect(Event):
    """What came of a prompt within ``seconds`` of being shown (60, or less where the call ended before).

    ``used``: whether it was; ``noticed``: by the "key", or because the user's next "words" resembled the line, or "";
    ``similarity`` 0-1 of those words; the level when it was shown (``before``), the lowest since, and at the end of it
    (``after``).
    """

    type: ClassVar[str] = "prompt_effect"
    id: int
    used: bool
    noticed: str = ""
    similarity: float = 0.0
    before: int = 0
    lowest: int = 0
    after: int = 0
    seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherWanted(Event):
    """The user asked for another suggestion (or for one, where none was shown)."""

    type: ClassVar[str] = "another_wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Event):
    """The user marked a moment: ``t`` is when the key was pressed, ``at`` is after the note was written."""

    type: ClassVar[str] = "mark"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """The user stopped the listening."""

    type: ClassVar[str] = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """The user let it listen again."""

    type: ClassVar[str] = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityChanged(Event):
    """The user asked for more (+) or fewer (-) alarms; ``value`` from -1 to 1, 0 is as delivered."""

    type: ClassVar[str] = "sensitivity"
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Event):
    """The state of one part of the ears or of the machine.

    ``part``: "me", "them", "echo", "recording", "speech", "affect", "machine";
    ``state``: "ok", "starting", "degraded", "lost"; ``message``: one short sentence for the screen.
    """

    type: ClassVar[str] = "health"
    part: str
    state: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter(Event):
    """Loudness of one channel over the last moment, in dB below full scale. Not kept."""

    type: ClassVar[str] = "meter"
    speaker: Speaker
    rms_dbfs: float
    speaking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled(Event):
    """The user judged the moment ``t`` afterwards; the last word on a moment counts.

    ``verdict``: of an alarm "right", "wrong" or "unsure"; "missed" where it should have spoken; "" takes it back.
    """

    type: ClassVar[str] = "label"
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """The user answered a question of the debrief; ``question`` is its id, the last answer counts."""

    type: ClassVar[str] = "answer"
    question: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Event):
    """The user said who a side was, or with ``person`` from 1 on one of the people on it; the last word counts.

    An empty name takes it back.
    """

    type: ClassVar[str] = "named"
    speaker: Speaker
    name: str
    person: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Titled(Event):
    """The user gave the session a title, and tags."""

    type: ClassVar[str] = "titled"
    title: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed(Event):
    """The user deleted what was said from ``t`` to ``t1``, for good."""

    type: ClassVar[str] = "removed"
    t1: float


TRANSIENT: tuple[type[Event], ...] = (Partial, Meter)
"""Shown, never kept."""

AFTERTHOUGHTS: tuple[type[Event], ...] = (Labelled, Answered, Named, Titled, Removed)
"""What the user adds in the review. They stand after ``SessionEnded``, and speak of the moment ``t``."""

EVENT_TYPES: Mapping[str, type[Event]] = {
    cls.type: cls
    for cls in (
        SessionStarted,
        SessionEnded,
        SpeechStarted,
        SpeechEnded,
        Partial,
        Utterance,
        Escalation,
        Temperature,
        SideLevel,
        Prompt,
        PromptClosed,
        PromptEffect,
        AnotherWanted,
        Mark,
        Paused,
        Resumed,
        SensitivityChanged,
        Health,
        Meter,
        Labelled,
        Answered,
        Named,
        Titled,
        Removed,
    )
}
"""The ``type`` field of the JSON form -> the class."""
