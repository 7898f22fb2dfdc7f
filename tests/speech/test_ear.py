"""An ear keeps every sample of what was said, at its true time."""

from __future__ import annotations

import numpy as np
import pytest

from companion.speech.ear import PRE_ROLL_S, RATE, Ear, Speech, Started, Stopped
from companion.speech.endpoint import Endpointer
from companion.speech.vad import FRAME


class LoudnessVad:
    """Calls loud frames speech."""

    def probability(self, frame: np.ndarray) -> float:
        return 0.95 if np.abs(frame).max() > 0.1 else 0.01


def sound(*parts: tuple[float, bool]) -> np.ndarray:
    pieces = [np.full(round(seconds * RATE), 0.5 if loud else 0.0, np.float32) for seconds, loud in parts]
    return np.concatenate(pieces)


def hear(samples: np.ndarray, block: int) -> tuple[Ear, list[Started | Stopped | Speech]]:
    ear = Ear("them", LoudnessVad(), Endpointer())
    out = [d for i in range(0, len(samples), block) for d in ear.feed(samples[i : i + block])]
    return ear, out + ear.flush()


@pytest.mark.parametrize("block", [160, 512, 1600, 7777])
def test_it_does_not_matter_in_what_blocks_sound_comes(block: int) -> None:
    samples = sound((2.0, False), (1.5, True), (1.2, False), (2.0, True), (1.0, False))
    _, heard = hear(samples, block)
    spans = [(s.t0, s.t1) for s in heard if isinstance(s, Speech)]
    assert [pytest.approx(s, abs=2 * FRAME / RATE) for s in ((2.0, 3.5), (4.7, 6.7))] == spans


def test_the_first_syllable_is_kept() -> None:
    _, heard = hear(sound((2.0, False), (1.0, True), (1.0, False)), 512)
    speech = next(s for s in heard if isinstance(s, Speech))
    assert speech.samples_t0 == pytest.approx(speech.t0 - PRE_ROLL_S, abs=0.01)
    loud = np.flatnonzero(speech.samples > 0.1)
    assert len(loud) == RATE


def test_long_silence_costs_no_memory() -> None:
    ear, _ = hear(sound((120.0, False)), 1600)
    assert ear._samples.nbytes < RATE * 4


def test_nothing_is_lost_where_long_speech_is_cut() -> None:
    _, heard = hear(sound((0.5, False), (50.0, True), (1.0, False)), 1600)
    pieces = [s for s in heard if isinstance(s, Speech)]
    assert len(pieces) >= 3
    for before, after in zip(pieces, pieces[1:], strict=False):
        assert after.t0 == pytest.approx(before.t1)
        assert after.samples_t0 <= before.samples_t0 + len(before.samples) / RATE


def test_after_a_gap_time_is_true() -> None:
    ear, _ = hear(sound((1.0, False)), 512)
    ear.skip_to(100.0)
    heard = [d for d in ear.feed(sound((1.0, True), (1.0, False))) if isinstance(d, Speech)]
    assert heard[0].t0 == pytest.approx(100.0, abs=0.1)


def test_what_goes_on_can_be_looked_at() -> None:
    ear = Ear("me", LoudnessVad(), Endpointer())
    ear.feed(sound((1.0, False), (1.0, True)))
    so_far = ear.so_far()
    assert so_far is not None
    assert not so_far.whole
    assert so_far.t1 - so_far.t0 == pytest.approx(1.0, abs=0.1)


def test_what_is_heard_again_replaces_what_was_heard() -> None:
    # given a side of which an ear has heard two seconds of speech, still going on
    ear = Ear("me", LoudnessVad(), Endpointer())
    told = ear.feed(sound((1.0, False), (2.0, True)))
    assert [type(d) for d in told] == [Started]
    # when it turns out that it was not this side's, and is told again as silence
    told = ear.rewind(0.5)
    assert told == [Stopped("me", told[0].t1)]
    assert told[0].t1 == pytest.approx(1.0, abs=0.1)  # it ended where it began
    assert ear.now == ear.end == pytest.approx(0.5, abs=FRAME / RATE)
    heard = ear.feed(sound((3.0, False), (1.0, True), (1.0, False)))
    # then only what came after it was said, at its time
    [speech] = [d for d in heard if isinstance(d, Speech)]
    assert speech.t0 == pytest.approx(3.5, abs=0.1)


def test_what_was_finished_is_not_heard_again() -> None:
    ear = Ear("me", LoudnessVad(), Endpointer())
    [_, _, speech] = ear.feed(sound((1.0, False), (1.0, True), (1.0, False)))
    assert ear.rewind(0.0) == []
    assert ear.now == speech.t1


def test_words_that_had_begun_before_go_on() -> None:
    ear = Ear("me", LoudnessVad(), Endpointer())
    ear.feed(sound((1.0, False), (3.0, True)))
    assert ear.rewind(2.0) == []
    begin = ear.now
    heard = ear.feed(sound((1.0, True), (1.0, False)))
    [speech] = [d for d in heard if isinstance(d, Speech)]
    assert (speech.t0, speech.t1) == pytest.approx((1.0, begin + 1.0), abs=0.1)
    assert np.all(speech.samples[RATE // 2 : RATE] == 0.5)


def test_speech_is_told_by_one_sound_and_kept_as_another() -> None:
    ear = Ear("me", LoudnessVad(), Endpointer())
    kept = np.full(4 * RATE, 0.3, np.float32)
    heard = ear.feed(kept, sound((1.0, False), (1.0, True), (2.0, False)))
    [speech] = [d for d in heard if isinstance(d, Speech)]
    assert (speech.t0, speech.t1) == pytest.approx((1.0, 2.0), abs=0.1)
    assert np.all(speech.samples == np.float32(0.3))


def test_at_a_pause_it_offers_what_the_utterance_will_be_if_this_is_its_end() -> None:
    ear = Ear("me", LoudnessVad(), Endpointer())
    ear.feed(sound((1.0, False), (1.0, True), (0.05, False)))
    assert ear.candidate(0.1) is None
    ear.feed(sound((0.25, False)))
    candidate = ear.candidate(0.1)
    assert candidate is not None and candidate.paused and not candidate.whole
    final = next(d for d in ear.feed(sound((1.0, False))) if isinstance(d, Speech))
    assert (final.t0, final.t1) == (candidate.t0, candidate.t1)
    assert np.array_equal(final.samples, candidate.samples)


def test_when_speech_goes_on_the_offer_is_withdrawn() -> None:
    ear = Ear("me", LoudnessVad(), Endpointer())
    ear.feed(sound((1.0, True), (0.3, False), (0.2, True)))
    assert ear.candidate(0.1) is None
    assert not ear.in_pause


def test_the_sound_since_a_pause_can_be_looked_at_alone() -> None:
    ear = Ear("me", LoudnessVad(), Endpointer())
    ear.feed(sound((1.0, False), (2.0, True)))
    late = ear.so_far(2.5)
    assert late is not None
    assert late.t0 == pytest.approx(1.0, abs=0.1)
    assert len(late.samples) / RATE == pytest.approx(0.5, abs=0.1)
