"""A clip whose words run away is tried with more silence after it, as often as is wanted, and no oftener than needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from companion.speech import transcriber
from companion.speech.transcriber import LONGER_TAIL_S, TAIL_S, WINDOW_S, Transcriber

ROUND = "Right. Right. Right. Right. Right."


class Scripted(Transcriber):
    """Hears, for each length of silence, what it is told to."""

    def __init__(self, texts: dict[float, str]) -> None:
        self._texts = texts
        self._language = "en"
        self._whisper: Any = self
        self.tails: list[float] = []

    def _features(self, samples: np.ndarray, tail_s: float) -> Any:
        self.tails.append(tail_s)
        return tail_s

    def encode(self, features: float) -> float:
        return features

    def _tokenizer(self, language: str) -> str:
        return language

    def _decode(self, encoded: float, tokenizer: str, seconds: float) -> Any:
        text = self._texts[encoded]
        return transcriber._Decoded(text, (1,) * len(text.split()), -0.3, 0.0, 1.0)


CLIP = np.zeros(16_000 * 2, np.float32)
WHOLE_S = WINDOW_S - 2.0


@pytest.mark.parametrize(
    ("texts", "tries", "text", "tails"),
    [
        ({TAIL_S: "Right."}, 3, "Right.", [TAIL_S]),
        ({TAIL_S: ROUND, LONGER_TAIL_S: "Right."}, 3, "Right.", [TAIL_S, LONGER_TAIL_S]),
        ({TAIL_S: ROUND, LONGER_TAIL_S: ROUND, WHOLE_S: "Right."}, 3, "Right.", [TAIL_S, LONGER_TAIL_S, WHOLE_S]),
        ({TAIL_S: ROUND, LONGER_TAIL_S: "Right."}, 2, "Right.", [TAIL_S, LONGER_TAIL_S]),
    ],
)
def test_more_silence_is_tried_until_the_words_are_sound(
    texts: dict[float, str], tries: int, text: str, tails: list[float]
) -> None:
    model = Scripted(texts)
    heard = model.transcribe(CLIP, words=False, tries=tries)
    assert heard.text == text
    assert not heard.doubtful
    assert model.tails == tails


@pytest.mark.parametrize("tries", [1, 2])
def test_what_still_runs_away_when_no_more_is_tried_is_doubtful_and_tells_no_words(tries: int) -> None:
    model = Scripted({TAIL_S: ROUND, LONGER_TAIL_S: ROUND})
    told: list[str] = []
    heard = model.transcribe(CLIP, words=False, tries=tries, on_text=told.append)
    assert heard.doubtful
    assert told == [""]
    assert len(model.tails) == tries


def test_when_nothing_helps_the_last_word_is_the_best_there_is_and_not_in_doubt() -> None:
    model = Scripted({TAIL_S: ROUND, LONGER_TAIL_S: ROUND, WHOLE_S: ROUND})
    assert not model.transcribe(CLIP, words=False).doubtful
    assert model.tails == [TAIL_S, LONGER_TAIL_S, WHOLE_S]
