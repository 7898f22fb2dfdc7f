"""Recordings to decode: a call whose left side is a low tone and whose right side a high one."""

from __future__ import annotations

import numpy as np
import pytest
from made_audio import HIGH, LOW, tone, write


@pytest.fixture
def call(tmp_path):
    """Writes a stereo call of so many seconds under a name."""

    def make(name, seconds=2.0, rate=48_000, **options):
        channels = np.stack([tone(LOW, seconds, rate), tone(HIGH, seconds, rate)])
        return write(tmp_path / name, channels, rate, **options)

    return make
