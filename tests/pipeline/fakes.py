"""Stand-ins for the models, so that the wiring can be tested by itself; the real ones run in ``tests/e2e``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from companion.affect.layout import Turn
from companion.affect.reading import Reading
from companion.events import Driver, Speaker, Utterance
from companion.pipeline.inputs import Block
from companion.speech.ear import RATE, Speech
from companion.speech.vad import FRAME

CALM = (0.9, 0.08, 0.015, 0.005)
HEATED = (0.02, 0.1, 0.8, 0.08)


class KeywordModel:
    """Reads "angry" as anger and heat, all else as calm."""

    name = "keyword"

    def __init__(self) -> None:
        self.seen: list[tuple[Turn, tuple[Turn, ...]]] = []

    def understands(self, language: str) -> bool:
        return language == "en"

    def read(self, current: Turn, context: Sequence[Turn]) -> Reading:
        self.seen.append((current, tuple(context)))
        if "angry" in current[1]:
            return Reading({"anger": 0.9}, (Driver("anger", 0.9),), HEATED)
        return Reading({"neutral": 0.9}, (), CALM)


class LoudnessVad:
    """Calls loud frames speech."""

    def probability(self, frame: np.ndarray) -> float:
        return 0.95 if np.abs(frame).max() > 0.1 else 0.01


class CountingUnderstanding:
    """Says how long a stretch of speech was, in words; may be held up to play a slow machine."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.partials = 0

    def understands(self, language: str) -> bool:
        return True

    has_smaller = False

    def use_smaller(self, wanted: bool) -> None:
        assert not wanted

    def words_so_far(self, speech: Speech) -> str:
        self.partials += 1
        return " ".join(["word"] * int((speech.t1 - speech.t0) / 0.3))

    def foresee(
        self, speech: Speech, on_text: Callable[[str], None], pauses: Callable[[], bool] = lambda: True
    ) -> None:
        on_text(self.words_so_far(speech))

    def hear(self, speech: Speech) -> Utterance | None:
        assert self.free.wait(10)
        return Utterance(
            t=speech.t1, speaker=speech.speaker, t0=speech.t0, t1=speech.t1, levels=HEATED,
            text=f"angry for {speech.t1 - speech.t0:.1f} s", drivers=(Driver("anger", 0.9),),
        )  # fmt: skip


class GermanSpoken(CountingUnderstanding):
    """Hears words of a language that it doesn't understand."""

    def understands(self, language: str) -> bool:
        return False


def blocks(me: Sequence[tuple[float, bool]], them: Sequence[tuple[float, bool]]) -> Iterator[Block]:
    """Stereo blocks of 32 ms from (seconds, loud) parts for each side."""
    sides: dict[Speaker, np.ndarray] = {}
    for name, parts in (("me", me), ("them", them)):
        pieces = [np.full(round(s * RATE), 0.5 if loud else 0.0, np.float32) for s, loud in parts]
        sides[name] = np.concatenate(pieces)
    length = max(map(len, sides.values()))
    padded = {name: np.pad(x, (0, length - len(x))) for name, x in sides.items()}
    for i in range(0, length, FRAME):
        yield i / RATE, {name: x[i : i + FRAME] for name, x in padded.items()}
