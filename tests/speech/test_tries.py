"""A clip is heard with what was before it where that helps, and tried anew where its words run away, no oftener than needed."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest

from companion.speech import transcriber
from companion.speech.speed import Speed
from companion.speech.transcriber import QUICK_TAIL_S, TAIL_S, WINDOW_S, Before, Transcriber, from_first_word

ROUND = "Right. Right. Right. Right. Right."


class Scripted(Transcriber):
    """Hears, for each length of silence, what it is told to; "after" is what it hears with what was before."""

    def __init__(self, texts: dict[float | str, str]) -> None:
        self._texts = texts
        self._language = "en"
        self._beams = 5
        self._speed = Speed()
        self.tried: list[float | str] = []
        self.beams: list[int] = []

    def _encode(self, samples: np.ndarray, tail_s: float, before: Before | None = None) -> Any:
        self.tried.append("after" if before is not None else tail_s)
        return transcriber._Sound(self.tried[-1], len(samples) / 16_000, 0.0, "", tail_s)

    def _decode(self, sound: Any, language: str, beams: int) -> Any:
        self.beams.append(beams)
        text = self._texts[sound.encoded]
        return transcriber._Decoded(sound, text, (), (1,) * len(text.split()), -0.3, 0.0, 1.0)


CLIP = np.zeros(16_000 * 2, np.float32)
WHOLE_S = WINDOW_S - 2.0
BEFORE = [Before(np.zeros(16_000 * n, np.float32), "You said the boiler is") for n in (6, 3)]


@pytest.mark.parametrize(
    ("texts", "within_s", "text", "tried"),
    [
        ({TAIL_S: "Right."}, inf, "Right.", [TAIL_S]),
        ({TAIL_S: ROUND, WHOLE_S: "Right."}, inf, "Right.", [TAIL_S, WHOLE_S]),
        ({QUICK_TAIL_S: "Right."}, 0.1, "Right.", [QUICK_TAIL_S]),
        ({QUICK_TAIL_S: ROUND, TAIL_S: "Right."}, 0.1, "Right.", [QUICK_TAIL_S, TAIL_S]),
        ({QUICK_TAIL_S: ROUND, TAIL_S: ROUND, WHOLE_S: "Right."}, 0.1, "Right.", [QUICK_TAIL_S, TAIL_S, WHOLE_S]),
    ],
)
def test_more_silence_is_tried_until_the_words_are_sound(
    texts: dict[float | str, str], within_s: float, text: str, tried: list[float]
) -> None:
    model = Scripted(texts)
    heard = model.transcribe(CLIP, words=False, within_s=within_s)
    assert heard.text == text
    assert not heard.doubtful
    assert model.tried == tried


@pytest.mark.parametrize(("within_s", "tried"), [(0.0, [QUICK_TAIL_S]), (0.1, [QUICK_TAIL_S, TAIL_S]), (inf, [TAIL_S])])
def test_what_runs_away_without_a_last_word_is_doubtful_and_tells_no_words(within_s: float, tried: list[float]) -> None:
    model = Scripted({QUICK_TAIL_S: ROUND, TAIL_S: ROUND})
    told: list[str] = []
    heard = model.transcribe(CLIP, words=False, within_s=within_s, last_word=False, on_text=told.append)
    assert heard.doubtful
    assert told == [""]
    assert model.tried == tried


def test_when_nothing_helps_the_last_word_is_the_best_there_is_and_not_in_doubt() -> None:
    model = Scripted({TAIL_S: ROUND, WHOLE_S: ROUND})
    assert not model.transcribe(CLIP, words=False).doubtful
    assert model.tried == [TAIL_S, WHOLE_S]


def test_a_clip_is_heard_with_what_was_before_it_and_only_so() -> None:
    model = Scripted({"after": "still cold."})
    assert model.transcribe(CLIP, before=BEFORE, words=False).text == "still cold."
    assert model.tried == ["after"]


@pytest.mark.parametrize("astray", ["", ROUND])
def test_where_what_was_before_leads_astray_the_clip_is_heard_by_itself(astray: str) -> None:
    model = Scripted({"after": astray, TAIL_S: "Right."})
    assert model.transcribe(CLIP, before=BEFORE, words=False).text == "Right."
    assert model.tried == ["after", TAIL_S]


@pytest.mark.parametrize(
    ("within_s", "tried", "beams"),
    [(inf, "after", 5), (0.6, "after", 5), (0.3, "after", 1), (0.05, QUICK_TAIL_S, 1)],
)
def test_as_much_is_done_as_there_is_time_for(within_s: float, tried: float | str, beams: int) -> None:
    model = Scripted({"after": "Right.", QUICK_TAIL_S: "Right."})
    model.transcribe(CLIP, before=BEFORE, words=False, within_s=within_s)
    assert (model.tried, model.beams) == ([tried], [beams])


def test_a_machine_that_became_slow_is_asked_for_less() -> None:
    model = Scripted({"after": "Right.", QUICK_TAIL_S: "Right."})
    for _ in range(20):
        model._speed.decoded(20, 1, 2.0)
    model.transcribe(CLIP, before=BEFORE, words=False, within_s=0.6)
    assert model.tried == [QUICK_TAIL_S]


@pytest.mark.parametrize(
    ("pieces", "left"),
    [
        ([",", " it's", " April", "."], " it's April."),
        (["...", ".", " Right", "."], " Right."),
        ([" No", ",", " no"], " No, no"),
        (["."], ""),
        ([], ""),
    ],
)
def test_what_closes_the_sentence_before_is_not_said_now(pieces: list[str], left: str) -> None:
    kept = from_first_word(list(range(len(pieces))), lambda ids: "".join(pieces[i] for i in ids))
    assert "".join(pieces[i] for i in kept) == left
