"""The user's usual voice, learnt once from a minute of ordinary speech and kept as numbers, never as sound.

A call then begins with a baseline that has settled, instead of learning it from what may already be a tense greeting.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

import msgspec

from companion.affect.voice import SETTLED_S, VoiceFeatures, measure
from companion.audio.chunks import Samples
from companion.config import Settings
from companion.errors import CompanionError
from companion.speech.ear import Ear, Speech

WANTED_S = 60.0
"""Seconds of speech that are asked for: three times what a baseline needs to settle."""
_SHORTEST_S = 1.0
"""Shorter stretches say little about a voice."""


class VoiceLesson:
    """Collects stretches of speech from one side's sound, fed in order."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self.heard: list[Speech] = []

    @property
    def spoken_s(self) -> float:
        """Seconds of speech so far, what is just being said included."""
        open_s = self._ear.now - self._ear.began if self._ear.speaking else 0.0
        return sum(s.t1 - s.t0 for s in self.heard) + (open_s if open_s >= _SHORTEST_S else 0.0)

    def feed(self, samples: Samples) -> None:
        """Hear more (float32 mono 16 kHz)."""
        self._take(self._ear.feed(samples))

    def end(self) -> None:
        """What is still being said is taken as it is."""
        self._take(self._ear.flush())

    def _take(self, decisions: Iterable[object]) -> None:
        self.heard += [d for d in decisions if isinstance(d, Speech) and d.t1 - d.t0 >= _SHORTEST_S]


def features(heard: Iterable[Speech], words: Callable[[Speech], str] | None) -> list[VoiceFeatures]:
    """Each stretch in numbers; ``words`` recognises it, for the pace, where there is a model for that.

    Raises ``CompanionError`` when there was too little speech for a baseline to settle.
    """
    found = [measure(s.samples, words(s) if words else "") for s in heard]
    out = [f for f in found if f is not None]
    spoken = sum(f.seconds for f in out)
    if spoken < SETTLED_S:
        raise CompanionError(
            f"Only {spoken:.0f} s of speech were heard; at least {SETTLED_S:.0f} s are needed.",
            "Check the microphone with companion devices --test, and try again.",
        )
    return out


def recogniser(settings: Settings) -> Callable[[Speech], str] | None:
    """What turns speech into words, for the pace; None where no speech model was pulled."""
    from companion.pipeline.build import speech_model_path
    from companion.speech.transcriber import Transcriber

    try:
        path = speech_model_path(settings.speech.model)
    except CompanionError:
        return None
    speech = settings.speech
    model = Transcriber(path, name=speech.model, language=speech.language, threads=speech.threads)
    return lambda heard: model.transcribe(heard.samples, words=False).text


def save(path: Path, learnt: Iterable[VoiceFeatures]) -> None:
    """Keep the numbers (mode 0600); raises ``CompanionError`` when that fails."""
    data = {"made": time.strftime("%Y-%m-%d"), "utterances": [asdict(f) for f in learnt]}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(data, out, indent=1)
    except OSError as error:
        raise CompanionError(f"{path} cannot be written ({error.strerror}).", "Check its permissions.") from error


def load(path: Path) -> list[VoiceFeatures]:
    """The numbers, or nothing where there are none or they are those of another version's measures."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return [msgspec.convert(f, VoiceFeatures) for f in data["utterances"]]
    except (OSError, ValueError, TypeError, KeyError):
        return []
