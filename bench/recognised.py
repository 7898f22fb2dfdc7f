"""Recordings as the events that the real pipeline makes of them, kept, so that they are recognised only once.

Recognition is slow, and does not depend on what is tried afterwards: other readings of the words, other steps, no voice.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from companion import config, wire
from companion.affect.reading import TextModel
from companion.events import Event, Utterance
from companion.pipeline import build
from companion.pipeline.spine import refold
from companion.pipeline.understanding import Conversation


def recognised(path: Path, settings: config.Settings, kept: Path) -> list[Event]:
    """All that happened in a recording (mono: them), the voices of both sides measured.

    What was kept is told apart by the recording and the settings, not by our code: delete ``kept`` when that has changed.
    """
    name = hashlib.sha256(f"{path.resolve()} {path.stat().st_size} {settings.speech}".encode()).hexdigest()[:16]
    file = kept / f"{path.stem}-{name}.jsonl"
    if not file.is_file():
        both = dataclasses.replace(settings, affect=dataclasses.replace(settings.affect, voice_them=True))
        events: list[Event] = []
        build.open_file(build.Source(path), both, [events.append]).run()
        kept.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(wire.to_json(e) + "\n" for e in events), encoding="utf-8")
    return [wire.from_json(line) for line in file.read_text(encoding="utf-8").splitlines()]


def understood(
    events: Iterable[Event],
    model: TextModel,
    settings: config.Settings,
    voices: Sequence[str] = ("me",),
    *,
    whole: bool = False,
) -> list[Event]:
    """The same talk as ``model`` reads it and under these settings; ``voices``: whose may be read."""
    conversation = Conversation(model, settings.affect.context_turns)
    return refold(
        (reread(e, conversation, voices, whole=whole) if isinstance(e, Utterance) else e for e in events), settings
    )


def reread(utterance: Utterance, conversation: Conversation, voices: Sequence[str], *, whole: bool) -> Utterance:
    """An utterance as the conversation reads it; ``whole`` where each is a turn of its own."""
    said = utterance
    understood = conversation.read(said.speaker, said.text, said.t0, said.t1, said.language, whole=whole)
    return dataclasses.replace(
        utterance,
        emotions=understood.reading.emotions,
        drivers=understood.reading.drivers,
        levels=understood.reading.levels,
        voice=said.voice if said.speaker in voices else None,
        continues=understood.continues,
    )


def one_after_the_other(talks: Iterable[Sequence[Event]]) -> list[Event]:
    """Several recordings as one long one."""
    out: list[Event] = []
    after = 0.0
    for talk in talks:
        for event in talk:
            moved = {f.name: getattr(event, f.name) + after for f in dataclasses.fields(event) if f.name in _TIMES}
            out.append(dataclasses.replace(event, **moved))
        after = max((e.t for e in out), default=0.0)
    return out


_TIMES = ("t", "at", "t0", "t1")
