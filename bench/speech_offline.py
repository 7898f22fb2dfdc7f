"""Baseline: the same model offline, on the whole file, as faster-whisper does it when nothing is said (beam 5)."""

from __future__ import annotations

import numpy as np


class Offline:
    def __init__(self, beam: int = 5) -> None:
        from faster_whisper import WhisperModel

        from companion.pipeline.build import speech_model_path

        self._beam = beam
        self._model = WhisperModel(str(speech_model_path("base")), device="cpu", compute_type="int8", cpu_threads=2)

    def text(self, samples: np.ndarray) -> str:
        """All words of float32 mono at 16 kHz."""
        segments, _ = self._model.transcribe(samples.astype(np.float32), language="en", beam_size=self._beam)
        return " ".join(s.text.strip() for s in segments)
