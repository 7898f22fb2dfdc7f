"""The WebRTC adapter (``pywebrtc-audio``): what is certainly not echo, for telling when the user speaks."""

from __future__ import annotations

from typing import Any

import numpy as np

from companion.audio.chunks import RATE, Samples


class Suppressor:
    """AEC3, the echo canceller of Chrome. It silences what may be echo, parts of the user's own words included."""

    def __init__(self) -> None:
        from pywebrtc_audio import EchoCanceller

        self._aec: Any = EchoCanceller(RATE, 1, 0)

    def step(self, mic: Samples, far: Samples) -> Samples:
        """As many samples as came, float32."""
        out: Samples = self._aec.process(np.ascontiguousarray(mic), np.ascontiguousarray(far))
        return out
