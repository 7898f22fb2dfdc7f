"""A device that refuses 16 kHz is captured at its own rate and resampled as a stream."""

from __future__ import annotations

import numpy as np
import pytest
from made_audio import LOW, pitch, tone

from companion.audio.portaudio import resampler


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
def test_pieces_join_without_a_seam(rate):
    # given a tone in pieces of 32 ms, as a callback gets them
    sound = tone(LOW, 2.0, rate)
    step = rate * 32 // 1000
    resample = resampler(rate)
    # when each is resampled in its turn
    out = np.concatenate([resample(sound[at : at + step]) for at in range(0, len(sound), step)])
    # then the whole is the same tone at 16 kHz, without clicks where the pieces meet
    assert len(out) == pytest.approx(32_000, abs=1000)  # what the filter still holds
    assert pitch(out) == pytest.approx(LOW, abs=2)
    steepest = 0.4 * 2 * np.pi * LOW / 16_000
    assert np.abs(np.diff(out[400:-400])).max() < 1.05 * steepest


def test_at_16_khz_nothing_is_copied():
    samples = tone(LOW, 0.1, 16_000)
    assert resampler(16_000)(samples) is samples
