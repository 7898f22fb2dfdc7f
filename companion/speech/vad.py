"""Voice activity, frame by frame: Silero VAD (MIT), the very model that faster-whisper carries, run as a stream."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FRAME = 512
"""Samples of one frame at 16 kHz: 32 ms, what Silero was trained on."""
_CONTEXT = 64
"""Samples of the frame before that Silero wants in front, at 16 kHz."""

NOTHING = 2e-4
"""Peak below which a frame is silence without asking the model (-74 dBFS, six steps of 16 bits): the sound of the other
side is digital silence most of the time, and that should cost nothing."""


class Vad(Protocol):
    """Tells speech from all else on one channel; keeps state between frames."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        """Probability 0–1 that ``frame`` (512 samples, float32, 16 kHz mono) holds speech."""
        ...


class SileroVad:
    """Silero's recurrent model with its state carried from frame to frame."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._input = np.zeros((1, _CONTEXT + FRAME), np.float32)

    def probability(self, frame: NDArray[np.float32]) -> float:
        if np.abs(frame).max() < NOTHING:
            return 0.0
        self._input[0, :_CONTEXT] = self._input[0, -_CONTEXT:]
        self._input[0, _CONTEXT:] = frame
        out, self._h, self._c = self._session.run(None, {"input": self._input, "h": self._h, "c": self._c})
        return float(out.reshape(-1)[0])


def load_silero() -> Any:
    """The model's onnxruntime session; one may serve all channels, as the state is kept outside."""
    import onnxruntime
    from faster_whisper.utils import get_assets_path

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.log_severity_level = 4
    newest = max(Path(get_assets_path()).glob("silero_vad*.onnx"))
    return onnxruntime.InferenceSession(str(newest), options, providers=["CPUExecutionProvider"])
