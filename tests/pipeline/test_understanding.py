"""What a stretch of speech is recognised together with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from companion import config
from companion.events import Speaker, Word
from companion.pipeline.understanding import NEAR_S, Understanding
from companion.speech.ear import PRE_ROLL_S, RATE, Speech
from companion.speech.transcriber import Before, Transcript
from tests.pipeline.fakes import KeywordModel

WORD_S = 0.5


class Listening:
    """Hears a word every half second, and keeps what it was given besides."""

    def __init__(self) -> None:
        self.given: list[list[Before]] = []
        self.likelihood = -0.2

    def transcribe(self, samples: np.ndarray, *, before: Any = (), **_: Any) -> Transcript:
        self.given.append(list(before))
        count = int(len(samples) / RATE / WORD_S)
        words = tuple(Word(f"w{i}", i * WORD_S, (i + 1) * WORD_S) for i in range(count))
        return Transcript(" ".join(w.text for w in words), words, "en", self.likelihood, 0.9, 1.0)


def speech(t0: float, seconds: float, speaker: Speaker = "them", confidence: float = 0.9) -> Speech:
    """Speech that begins with its pre-roll; each sample tells its time."""
    begin = t0 - PRE_ROLL_S
    samples = (np.arange(round((seconds + PRE_ROLL_S) * RATE)) / RATE + begin).astype(np.float32)
    return Speech(speaker, t0, t0 + seconds, begin, samples, confidence)


@pytest.fixture
def mind() -> Understanding:
    return Understanding(Listening(), KeywordModel(), config.Settings())  # type: ignore[arg-type]


def given(mind: Understanding, *said: Speech) -> list[Before]:
    """What the last of these was recognised together with."""
    for one in said:
        mind.hear(one)
    return mind._transcriber.given[-1]  # type: ignore[attr-defined, no-any-return]


def test_the_last_words_of_the_same_side_are_heard_with_what_follows(mind: Understanding) -> None:
    everything, *ends = given(mind, speech(10.0, 9.75), speech(21.0, 2.0))
    assert everything.text.split() == [f"w{i}" for i in range(20)]
    for before, seconds in zip(ends, (6.0, 3.0), strict=True):
        assert before.text.split()[-1] == "w19"
        assert before.text.split() == [f"w{i}" for i in range(20 - round(seconds / WORD_S), 20)]
        assert len(before.samples) / RATE == pytest.approx(seconds + 1.0, abs=0.01)  # and the silence between
        assert before.samples[0] == pytest.approx(19.75 - seconds, abs=0.01)
        assert not before.samples[-RATE // 2 :].any()


def test_where_the_two_overlap_no_sound_is_heard_twice(mind: Understanding) -> None:
    before, *_ = given(mind, speech(10.0, 2.25), speech(12.3, 2.0))
    assert before.samples[-1] == pytest.approx(12.05, abs=0.01)


@pytest.mark.parametrize(
    "second",
    [
        speech(12.25 + NEAR_S + 0.1, 2.0),
        speech(13.0, 2.0, speaker="me"),
        speech(13.0, 0.5, confidence=0.5),
    ],
    ids=["long ago", "the other side", "perhaps a cough"],
)
def test_what_does_not_belong_together_is_heard_alone(mind: Understanding, second: Speech) -> None:
    assert given(mind, speech(10.0, 2.25), second) == []


def test_what_was_not_believed_is_not_given(mind: Understanding) -> None:
    mind._transcriber.likelihood = -2.0  # type: ignore[attr-defined]
    assert given(mind, speech(10.0, 2.25), speech(12.5, 2.0)) == []
