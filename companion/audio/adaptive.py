"""A linear echo canceller: learns the way from the loudspeaker to the microphone, and takes away what came along it.

A partitioned-block frequency-domain Kalman filter (Enzner & Vary 2006, "Frequency-domain adaptive Kalman filter for
acoustic echo control in hands-free telephones"; partitioned by Kuech, Mabande & Enzner 2014). It knows how sure it is
of each coefficient and how loud everything else is just now, so that the user speaking over the echo needs no detector
of its own. What it leaves of the user's voice is untouched, unlike what a suppressor leaves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.audio.chunks import BLOCK, Samples

PARTITIONS = 16
"""Blocks of 32 ms that the filter spans: 0.51 s, a large room's reverberation."""
_STAYS = 0.999
"""How much of the way is the same one block later: a hand near the laptop changes it within seconds."""
_UNSURE = 0.1
"""Variance of a coefficient before anything was heard; an echo is seldom louder than what was played."""
_HOLD = 0.8
"""How slowly the loudness of everything else is forgotten, a block."""
_TRUST = 0.25
"""How much of a sudden error is taken for the user's voice at once rather than for a wrong filter."""
_SPREAD = np.ones(5, np.float32) / 5
_SILENT = 1e-3
"""Power, relative to the block, of what was played, below which there is nothing to learn from."""

_Spectra = NDArray[np.complex64]


class LinearCanceller:
    """One block of ``BLOCK`` samples of both sides in, the microphone without its echo out."""

    def __init__(self) -> None:
        shape = (PARTITIONS, BLOCK + 1)
        self._far: _Spectra = np.zeros(shape, np.complex64)
        self._way: _Spectra = np.zeros(shape, np.complex64)
        self._doubt = np.full(shape, _UNSURE, np.float32)
        self._others = np.full(BLOCK + 1, 1e-6, np.float32)
        self._before = np.zeros(BLOCK, np.float32)
        self.echo_power = 0.0
        """Mean square of the last block's echo, with what the filter is unsure of."""

    def step(self, mic: Samples, far: Samples) -> Samples:
        """The microphone's block without what is known of the echo; never louder than it came."""
        self._far = np.roll(self._far, 1, axis=0)
        self._far[0] = np.fft.rfft(np.concatenate([self._before, far]))
        self._before = far.copy()
        echo = np.fft.irfft((self._far * self._way).sum(axis=0))[BLOCK:]
        rest = (mic - echo).astype(np.float32)
        power = np.square(np.abs(self._far))
        unsure = 2 * float((power * self._doubt).sum()) / (2 * BLOCK) ** 2  # Parseval
        self.echo_power = float(np.mean(np.square(echo))) + unsure
        self._learn(rest, power)
        return rest if np.dot(rest, rest) < np.dot(mic, mic) else mic

    def forget_played(self) -> None:
        """The next block does not follow on the last one: what is known of the way stays, what was played goes."""
        self._far[:] = 0
        self._before[:] = 0

    def _learn(self, rest: Samples, power: NDArray[np.float32]) -> None:
        error = np.fft.rfft(np.concatenate([np.zeros(BLOCK, np.float32), rest])).astype(np.complex64)
        # half of the transform's input are zeros, hence twice
        loud = np.convolve(2 * np.square(np.abs(error)), _SPREAD, mode="same").astype(np.float32)
        self._others = np.maximum(_HOLD * self._others + (1 - _HOLD) * loud, _TRUST * loud)
        if float(power.sum(axis=0).mean()) < _SILENT * BLOCK:
            return
        step = self._doubt / ((power * self._doubt).sum(axis=0) + self._others + 1e-9)
        change = np.fft.irfft(step * np.conj(self._far) * error, axis=1)
        change[:, BLOCK:] = 0  # a partition has one block's coefficients (the constraint of overlap-save)
        self._way += np.fft.rfft(change, axis=1).astype(np.complex64)
        kept = _STAYS**2 * (1 - 0.5 * step * power) * self._doubt
        self._doubt = np.maximum(kept + (1 - _STAYS**2) * np.square(np.abs(self._way)), 1e-10).astype(np.float32)
