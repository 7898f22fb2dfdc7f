"""Our features are Whisper's."""

from __future__ import annotations

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

from companion.speech.features import log_mel


def test_they_equal_those_of_the_library() -> None:
    rng = np.random.default_rng(0)
    samples = (rng.normal(size=16_000 * 3) * np.hanning(16_000 * 3) * 0.2).astype(np.float32)
    samples[32_000:] = 0.0
    library = FeatureExtractor()
    ours = log_mel(samples, library.mel_filters)
    theirs = library(samples, padding=0)
    assert ours.shape == theirs.shape == (80, 300)
    assert np.abs(ours - theirs).max() < 1e-5
