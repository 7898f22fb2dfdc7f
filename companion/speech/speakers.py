"""Telling several people on one channel apart: an embedding of each utterance's voice, clustered as the call goes on.

Nothing is claimed about who somebody is: the labels are 1, 2, 3 in the order in which they were first heard. The
embeddings live in memory for as long as the call runs and are never written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.errors import CompanionError

Embedding = NDArray[np.float32]
MODEL = "speakers"
"""The name of the embedding model in ``models/manifest.toml``."""
RATE, _FFT, _WIN, _HOP, _MELS, _WINDOW, _STRIDE = 16_000, 512, 400, 160, 40, 80, 40
"""As the model was trained: 40 log mel bands of 25 ms every 10 ms, read in windows of 0.8 s, half overlapping."""

SHORTEST_S = 1.0
"""Shorter utterances are not embedded; they get the label of the neighbour before, when that is near."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When a voice is known and when it is new; cosine similarities, measured with ``bench/speakers.py``."""

    same: float = 0.60
    """At least this alike to a person's mean: theirs."""
    other: float = 0.50
    """Less alike than this to everybody: strong evidence of a new person; between the two the nearest is kept."""
    opens_s: float = 1.6
    """Only an utterance as long as this opens a new person."""
    neighbour_s: float = 1.0
    """How near in time that neighbour must end."""
    most: int = 6
    """No more people than this are told apart."""


class People:
    """Online clustering of one channel's utterances; deterministic, and bounded in memory."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()
        self._sums: list[Embedding] = []
        self._last: tuple[int, float] = (0, float("-inf"))

    def label(self, embedding: Embedding | None, t0: float, t1: float) -> int:
        """The person, from 1; 0 where nothing may be said. ``embedding`` of unit length, None when too short."""
        person = self._of(embedding, t0, t1 - t0)
        self._last = (person, t1)
        return person

    def _of(self, embedding: Embedding | None, t0: float, seconds: float) -> int:
        rules = self._rules
        if embedding is None:
            before, ended = self._last
            return before if t0 - ended <= rules.neighbour_s else 0
        alike = [float(embedding @ total) / float(np.linalg.norm(total)) for total in self._sums]
        nearest = int(np.argmax(alike)) if alike else -1
        if not alike or alike[nearest] < rules.other:
            if seconds < rules.opens_s:
                return 0
            if len(self._sums) < rules.most:
                self._sums.append(embedding * np.float32(seconds))
                return len(self._sums)
        if alike[nearest] >= rules.same:
            self._sums[nearest] = self._sums[nearest] + embedding * np.float32(seconds)
        return nearest + 1


class SpeakerEmbedder:
    """The d-vector network (256 numbers of unit length) over log mel bands; about 12 MB, one thread."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from faster_whisper.feature_extractor import FeatureExtractor

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / "embedder.int8.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except (RuntimeError, OSError) as error:
            raise CompanionError(
                f'The model "{MODEL}" cannot be read ({type(error).__name__}).',
                f"Run: companion models pull {MODEL} --force",
            ) from error
        self._mel = np.asarray(FeatureExtractor.get_mel_filters(RATE, _FFT, _MELS), np.float32)
        turn = 2 * np.pi * np.arange(_WIN) / _WIN
        pad = (_FFT - _WIN) // 2
        self._taper = np.pad(0.54 - 0.46 * np.cos(turn), (pad, pad)).astype(np.float32)

    def embed(self, samples: NDArray[np.float32]) -> Embedding:
        """The voice in ``samples`` (16 kHz mono float32, any length above nothing)."""
        samples = np.pad(samples, (0, max(0, _FFT + _HOP * (_WINDOW - 1) - len(samples))))
        frames = np.lib.stride_tricks.sliding_window_view(samples, _FFT)[::_HOP] * self._taper
        power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
        bands = np.log10(power @ self._mel.T + 1e-10).astype(np.float32)
        starts = range(0, len(bands) - _WINDOW + 1, _STRIDE)
        windows = np.stack([bands[start : start + _WINDOW] for start in starts])
        each = self._session.run(None, {"mel_window": windows})[0]
        each = each / np.maximum(np.linalg.norm(each, axis=1, keepdims=True), 1e-9)
        mean = each.mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)
