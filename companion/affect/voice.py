"""Vocal effort, pitch and pace of an utterance, against the same speaker's own running baseline.

Loudness is left out on purpose: it depends on the microphone, and in natural talk angry is not always louder. What
changes with effort is the shape of the spectrum: pressed voices are brighter, with more energy in the overtones.
Happy and frightened voices are brighter too, but rise in pitch as well; so effort is brightness beyond what the pitch
goes with. Steady noise is subtracted (Boll 1979).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.events import Voice

RATE = 16_000
_FRAME = 512
_HOP = 256
_FLOOR_DB = 25.0
"""Frames this far below the loudest tenth are pauses, and left out."""
_PITCH_HZ = (70.0, 400.0)
_VOICED = 0.45
"""Normalised autocorrelation above which a frame is voiced (Boersma 1993 uses 0.45)."""
_OCTAVE_COST = 0.03
"""What a doubled period costs in correlation, so that octaves are not confused (Boersma 1993 uses 0.01)."""
SETTLED_S = 20.0
"""Seconds of speech after which a baseline may be relied upon."""
_LONG_MEMORY_S = 240.0
"""The baseline adapts as if it remembered this much speech."""
_PRIOR_SD = {"brightness": 0.15, "brightness_loud": 0.15, "pitch": 2.0, "rate": 3.5}
"""Usual spread of a speaker's utterances: octaves, octaves, semitones, letters a second (read and spoken English)."""
_BAND_HZ = (50.0, 6500.0)
_NOISE_TENTH = 2.0
"""How often the quietest tenth of each band is subtracted as noise."""
_LOUD_PERCENTILE = 40.0
_PITCH_SHARE = 0.4
"""How much of a rise in pitch (in its own spread) is taken off the rise in brightness."""
_SHORTEST_S = 0.5


@dataclass(frozen=True, slots=True)
class VoiceFeatures:
    """Level-free measures of one utterance.

    ``brightness``: spectral centroid of all speech, in octaves above 1 Hz; ``brightness_loud``: the median of the
    louder frames' centroids, likewise; ``pitch``: median F0 in semitones above 55 Hz, None when hardly voiced;
    ``rate``: letters a second of speech, None without words.
    """

    seconds: float
    brightness: float
    brightness_loud: float
    pitch: float | None
    rate: float | None


def measure(samples: NDArray[np.float32], text: str = "") -> VoiceFeatures | None:
    """The features of an utterance (float32 mono 16 kHz); None when there is too little sound, or what is none."""
    if len(samples) < _SHORTEST_S * RATE or not np.isfinite(samples).all():
        return None
    count = (len(samples) - _FRAME) // _HOP + 1
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_HOP][:count]
    power = np.abs(np.fft.rfft(frames * np.hanning(_FRAME).astype(np.float32), axis=1)) ** 2
    energy = 10 * np.log10(power.sum(1) + 1e-12)
    spoken = energy > np.percentile(energy, 90) - _FLOOR_DB
    if spoken.sum() < 10:
        return None
    power = np.maximum(power - _NOISE_TENTH * np.percentile(power, 10, axis=0), 1e-3 * power)[spoken]
    loud = power[energy[spoken] > np.percentile(energy[spoken], _LOUD_PERCENTILE)]
    if not len(loud):
        return None  # every frame alike: digital silence, a test tone
    brightness, brightness_loud = float(_centroid(power.mean(0))), float(np.median(_centroid(loud)))
    if min(brightness, brightness_loud) < _BAND_HZ[0]:
        return None  # next to nothing in the band
    letters = sum(c.isalnum() for c in text)
    seconds = len(samples) / RATE
    return VoiceFeatures(
        seconds=seconds,
        brightness=float(np.log2(brightness)),
        brightness_loud=float(np.log2(brightness_loud)),
        pitch=_pitch(samples, spoken),
        rate=letters / (float(spoken.mean()) * seconds) if letters >= 8 else None,
    )


def _centroid(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spectral centroid in Hz of power spectra, shape (…, bins), within the band that calls carry."""
    hertz = np.fft.rfftfreq(_FRAME, 1 / RATE)
    band = (hertz >= _BAND_HZ[0]) & (hertz <= _BAND_HZ[1])
    inside = power[..., band]
    return np.asarray((inside * hertz[band]).sum(-1) / (inside.sum(-1) + 1e-12))


def _pitch(samples: NDArray[np.float32], spoken: NDArray[np.bool_]) -> float | None:
    """Median F0 by normalised autocorrelation over 40 ms windows, in semitones above 55 Hz."""
    size, hop = 1024, _HOP
    starts = [i * hop for i in np.flatnonzero(spoken) if i * hop + size <= len(samples)][::2]
    if not starts:
        return None
    frames = np.stack([samples[s : s + size] for s in starts]).astype(np.float64)
    frames = (frames - frames.mean(1, keepdims=True)) * np.hanning(size)
    spectrum = np.abs(np.fft.rfft(frames, 2 * size, axis=1)) ** 2
    correlation = np.fft.irfft(spectrum, axis=1)[:, :size]
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(size), 2 * size)) ** 2)[:size]
    correlation = correlation / (correlation[:, :1] + 1e-12) / (window / window[0] + 1e-9)
    shortest, longest = int(RATE / _PITCH_HZ[1]), int(RATE / _PITCH_HZ[0])
    cost = _OCTAVE_COST * np.log2(np.arange(shortest, longest) / shortest)
    lags = shortest + np.argmax(correlation[:, shortest:longest] - cost, axis=1)
    strength = correlation[np.arange(len(lags)), lags]
    hertz = RATE / lags[strength > _VOICED]
    if len(hertz) < 5:
        return None
    return float(12 * np.log2(np.median(hertz) / 55.0))


class VoiceBaseline:
    """One speaker's usual voice, learnt as they speak."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._mean: dict[str, float] = {}
        self._weight: dict[str, float] = {}

    @property
    def settled(self) -> bool:
        """Whether it has heard enough to be relied upon."""
        return self._seconds >= SETTLED_S

    def compare(self, features: VoiceFeatures) -> Voice:
        """How an utterance differs from the usual, then learn from it.

        Effort is the mean deviation of both measures of brightness, less a part of the pitch's, in standard deviations.
        Outliers teach little, so that shouting does not become the usual.
        """
        deviation = {name: self._deviation(name, value) for name, value in _values(features).items()}
        usual_rate = self._mean.get("rate")
        voice = Voice(
            effort=(deviation["brightness"] + deviation["brightness_loud"]) / 2
            - _PITCH_SHARE * deviation.get("pitch", 0.0),
            pitch=deviation["pitch"] * _PRIOR_SD["pitch"] if "pitch" in deviation else None,
            pace=features.rate / usual_rate if features.rate and usual_rate else (1.0 if features.rate else None),
            settled=self.settled,
        )
        self._learn(features)
        return voice

    def _deviation(self, name: str, value: float) -> float:
        return (value - self._mean.get(name, value)) / _PRIOR_SD[name]

    def _learn(self, features: VoiceFeatures) -> None:
        self._seconds += features.seconds
        for name, value in _values(features).items():
            seen = self._weight.get(name, 0.0)
            surprise = abs(self._deviation(name, value)) if seen else 0.0
            weight = features.seconds / max(1.0, surprise)
            seen = min(seen, _LONG_MEMORY_S)
            self._mean[name] = (self._mean.get(name, value) * seen + value * weight) / (seen + weight)
            self._weight[name] = seen + weight


def _values(features: VoiceFeatures) -> dict[str, float]:
    values = {"brightness": features.brightness, "brightness_loud": features.brightness_loud}
    if features.pitch is not None:
        values["pitch"] = features.pitch
    if features.rate is not None:
        values["rate"] = features.rate
    return values
