"""Thirty minutes in which nobody says a word: silence, fans, keyboards, music, ring tones, breaths, laughter. All made here."""

from __future__ import annotations

import numpy as np

RATE = 16_000


def _time(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * RATE)) / RATE


def _coloured(
    rng: np.random.Generator, seconds: float, slope: float, low: float = 30.0, high: float = 7500.0
) -> np.ndarray:
    """Noise whose amplitude falls with frequency ** slope, within a band; RMS 1."""
    n = round(seconds * RATE)
    hertz = np.fft.rfftfreq(n, 1 / RATE)
    shape = np.where((hertz > low) & (hertz < high), np.maximum(hertz, 1.0) ** -slope, 0)
    sound = np.fft.irfft(shape * np.exp(2j * np.pi * rng.random(len(hertz))), n)
    return sound / (np.sqrt(np.mean(sound**2)) + 1e-12)


def silence(rng: np.random.Generator, seconds: float) -> np.ndarray:
    return _coloured(rng, seconds, 0.0) * 10 ** rng.uniform(-4.5, -3)


def fan(rng: np.random.Generator, seconds: float) -> np.ndarray:
    t = _time(seconds)
    hum = sum(np.sin(2 * np.pi * f * t + rng.uniform(0, 6)) / k for k, f in enumerate((100, 200, 300, 437), 1))
    return (_coloured(rng, seconds, 0.7) * (1 + 0.2 * np.sin(2 * np.pi * 0.3 * t)) + 0.3 * hum) * rng.uniform(
        0.01, 0.06
    )


def keyboard(rng: np.random.Generator, seconds: float) -> np.ndarray:
    out = _coloured(rng, seconds, 0.5) * 0.001
    at = 0.2
    while at < seconds - 0.2:
        n = round(rng.uniform(0.01, 0.04) * RATE)
        click = rng.normal(size=n) * np.exp(-np.arange(n) / (0.004 * RATE)) * rng.uniform(0.1, 0.5)
        i = round(at * RATE)
        out[i : i + n] += click
        at += rng.exponential(0.13) + 0.04
    return out


def music(rng: np.random.Generator, seconds: float) -> np.ndarray:
    t, out = _time(seconds), np.zeros(round(seconds * RATE))
    beat = rng.uniform(0.3, 0.6)
    scale = 220 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12]) / 12)
    for k in range(int(seconds / beat)):
        since = t - k * beat
        on = (since >= 0) & (since < 2 * beat)
        for note in rng.choice(scale, 3):
            ring = sum(np.sin(2 * np.pi * note * h * since[on]) / h**1.5 for h in range(1, 6))
            out[on] += ring * np.exp(-since[on] * 3) * 0.1
        drum = (since >= 0) & (since < 0.1)
        out[drum] += rng.normal(size=drum.sum()) * np.exp(-since[drum] * 50) * 0.2
    return out * rng.uniform(0.3, 1.0)


def ring_tone(rng: np.random.Generator, seconds: float) -> np.ndarray:
    t = _time(seconds)
    low, high, period = [(440, 480, 6.0), (400, 450, 3.0), (425, 425, 5.0), (880, 1109, 1.2)][rng.integers(4)]
    return (np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t)) * 0.15 * ((t % period) < period / 3)


def breaths(rng: np.random.Generator, seconds: float) -> np.ndarray:
    out = _coloured(rng, seconds, 0.5) * 0.0005
    at = 0.5
    while at < seconds - 2.5:
        length = rng.uniform(0.5, 1.6)
        breath = _coloured(rng, length, 0.4, 300, 5000) * np.hanning(round(length * RATE)) * rng.uniform(0.01, 0.08)
        i = round(at * RATE)
        out[i : i + len(breath)] += breath
        at += length + rng.uniform(0.4, 2.0)
    return out


def laughter(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Bursts of "ha": voiced pulses through two formants, each begun with breath."""
    out = _coloured(rng, seconds, 0.5) * 0.0005
    at = 0.5
    while at < seconds - 3.0:
        pitch, each = rng.uniform(150, 320), rng.uniform(0.16, 0.25)
        for k in range(rng.integers(3, 10)):
            n = round(each * 0.7 * RATE)
            t = np.arange(n) / RATE
            f0 = pitch * 0.97**k
            voiced = sum(np.sin(2 * np.pi * f0 * h * t) * _formants(f0 * h) for h in range(1, 24))
            burst = (voiced * 0.25 + _coloured(rng, n / RATE, 0.3, 500, 5000) * 0.15) * np.hanning(n) * 0.9**k
            i = round((at + k * each) * RATE)
            out[i : i + n] += burst[: max(0, len(out) - i)] * 0.35
        at += rng.uniform(2.5, 5.0)
    return out


def _formants(hertz: float) -> float:
    return sum(a / (1 + ((hertz - f) / 90) ** 2) for f, a in ((750, 1.0), (1250, 0.7), (2600, 0.25)))


KINDS = (silence, fan, keyboard, music, ring_tone, breaths, laughter)


def mixture(seconds: float, seed: int = 4) -> np.ndarray:
    """All kinds in turns of 15 s, float32 mono at 16 kHz, the same for the same seed."""
    rng = np.random.default_rng(seed)
    pieces, k = [], 0
    while k * 15.0 < seconds:
        pieces.append(KINDS[k % len(KINDS)](rng, 15.0))
        k += 1
    return np.clip(np.concatenate(pieces), -1, 1).astype(np.float32)[: round(seconds * RATE)]
