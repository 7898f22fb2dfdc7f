"""Does the microphone hear the loudspeakers, and how much later? Looked for in a second of both sides at a time.

The two sides are compared by their generalised cross-correlation with phase transform (Knapp & Carter 1976): all
frequencies count alike, so that an echo stands out as one narrow peak at its delay, through a room and under the user's
own voice. Peaks of successive looks are added up, for an echo stays where it is and chance does not.

Measured on the development calls, peak in standard deviations of the correlation: at most 7.6 without an echo (four
minutes); with one at -20 dB, 9 to 50 while the user is silent, 5 to 17 while both talk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from companion.audio.chunks import RATE, Samples

WINDOW = RATE
"""Samples of the microphone, 1 s, that are compared with what was played before."""
LONGEST = round(0.6 * RATE)
"""Samples, 0.6 s: the longest delay that is looked for. Bluetooth loudspeakers take 0.2 to 0.3 s."""
SHORTEST = round(0.002 * RATE)
"""Samples, 2 ms. No sound card is quicker; what is alike without a delay was mixed or coded together (joint stereo)."""
HOP = RATE // 4
"""Samples between two looks."""
FOUND = 9.0
"""Standard deviations from which on a peak is an echo, when the look before saw it at the same delay."""
KEPT = 0.6
"""How much of the earlier looks counts in the next."""
SAME = round(0.0015 * RATE)
"""Samples, 1.5 ms, by which two peaks of one echo may differ."""
AUDIBLE_RMS = 10 ** (-50 / 20)
"""The other side speaks when it is louder than -50 dBFS."""
LEAST_GAIN = 0.004
"""-48 dB. Less is no echo that could be understood."""
MOST_GAIN = 8.0
"""+18 dB: a call turned down in its own window, before loudspeakers turned up, with a microphone turned up too. More
means that it is the other way round: the microphone's sound is in the other side's."""
GONE_LOOKS = 160
"""Looks at a speaking other side, 40 s, without the known echo, after which it is gone (headphones were put on)."""
_SIZE = 1 << 15
_BAND_HZ = (150.0, 6500.0)


@dataclass(frozen=True, slots=True)
class Leak:
    """The loudspeakers are heard ``delay_s`` after they were told to play; ``gain``: a factor, of the direct sound."""

    delay_s: float
    gain: float


class LeakFinder:
    """Fed with both sides in step; ``leak`` is what it is sure of, or None."""

    def __init__(self) -> None:
        self.leak: Leak | None = None
        self._mic = np.zeros(WINDOW, np.float32)
        self._far = np.zeros(WINDOW + LONGEST, np.float32)
        self._since = 0
        self._sum = np.zeros(LONGEST + 1)
        self._last: int | None = None
        self._absent = 0
        hz = np.fft.rfftfreq(_SIZE, 1 / RATE)
        self._band = ((hz > _BAND_HZ[0]) & (hz < _BAND_HZ[1])).astype(np.float32)

    def feed(self, mic: Samples, far: Samples) -> None:
        """Take the next samples, as many of each side."""
        self._mic = np.concatenate([self._mic[len(mic) :], mic])
        self._far = np.concatenate([self._far[len(far) :], far])
        self._since += len(mic)
        if self._since >= HOP:
            self._since = 0
            self._look()

    def _look(self) -> None:
        if float(np.sqrt(np.mean(np.square(self._far[LONGEST:])))) < AUDIBLE_RMS:
            return
        cross = np.fft.rfft(self._far, _SIZE) * np.conj(np.fft.rfft(self._mic, _SIZE))
        cross *= self._band / (np.abs(cross) + 1e-12)
        likeness = np.fft.irfft(cross, _SIZE)[LONGEST::-1]  # by delay
        spread = float(likeness.std())
        if spread == 0.0:
            return  # a microphone that delivers zeros
        self._sum = KEPT * self._sum + (1 - KEPT) * likeness / spread
        delay = SHORTEST + int(np.argmax(np.abs(self._sum[SHORTEST:])))
        height = abs(float(self._sum[delay])) / float(self._sum.std())
        seen = height >= FOUND and self._last is not None and abs(delay - self._last) <= SAME
        self._last = delay
        gain = self._gain(delay) if seen else 0.0
        if LEAST_GAIN <= gain <= MOST_GAIN:
            self._absent = 0
            self.leak = Leak(delay / RATE, gain)
        elif self.leak is not None:
            self._absent += 1
            if self._absent >= GONE_LOOKS:
                self.leak = None

    def _gain(self, delay: int) -> float:
        far = self._far[LONGEST - delay : LONGEST - delay + WINDOW]
        return abs(float(np.dot(self._mic, far))) / (float(np.dot(far, far)) + 1e-9)
