"""The voice against its own baseline."""

from __future__ import annotations

import numpy as np
import pytest

from companion.affect.voice import RATE, VoiceBaseline, measure


def voice(hertz: float = 120.0, seconds: float = 2.0, *, bright: float = 1.0, level: float = 0.1, seed: int = 0):
    """A harmonic tone with a falling spectrum; ``bright`` lifts what is above 1 kHz."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    out = np.zeros_like(t)
    for k in range(1, int(5000 / hertz)):
        lift = bright if k * hertz > 1000 else 1.0
        out += lift / k**1.5 * np.sin(2 * np.pi * k * hertz * t + rng.uniform(0, 6))
    return (level * out / np.abs(out).max()).astype(np.float32)


def settled() -> VoiceBaseline:
    baseline = VoiceBaseline()
    for seed in range(15):
        baseline.compare(measure(voice(seed=seed), "some twenty letters or so"))
    assert baseline.settled
    return baseline


def test_pitch_is_measured_in_semitones() -> None:
    low, high = measure(voice(110.0)), measure(voice(220.0))
    assert low.pitch == pytest.approx(12, abs=0.3)
    assert high.pitch - low.pitch == pytest.approx(12, abs=0.3)


@pytest.mark.parametrize("level", [0.01, 0.05, 0.9])
def test_loudness_alone_is_no_effort(level: float) -> None:
    assert abs(settled().compare(measure(voice(level=level, seed=3))).effort) < 0.3


def test_a_pressed_voice_is_effort() -> None:
    assert settled().compare(measure(voice(bright=4.0, seed=3))).effort > 1.5


def test_one_shout_does_not_become_the_usual() -> None:
    baseline = settled()
    shout = measure(voice(bright=4.0, seed=5))
    first = baseline.compare(shout).effort
    assert baseline.compare(shout).effort > 0.8 * first


def test_pace_is_against_the_usual() -> None:
    faster = settled().compare(measure(voice(), "twice as many letters as this voice has in two seconds, or so"))
    assert faster.pace > 1.5


def test_too_little_sound_tells_nothing() -> None:
    assert measure(np.zeros(100, np.float32)) is None
    assert measure(voice(seconds=0.2)) is None


@pytest.mark.parametrize(
    "sound",
    [np.zeros(RATE), np.full(RATE, 0.3), 1e-10 * np.random.default_rng(2).normal(size=RATE),
     np.append(voice(), np.nan), np.append(voice(), np.inf)],
    ids=["digital silence", "a constant", "next to nothing", "not a number", "infinite"],
)  # fmt: skip
def test_what_is_no_sound_tells_nothing_either(sound: np.ndarray) -> None:
    assert measure(sound.astype(np.float32), "some twenty letters or so") is None


def test_silence_tells_no_pitch() -> None:
    features = measure(np.random.default_rng(1).normal(0, 1e-4, RATE).astype(np.float32))
    assert features is None or features.pitch is None


def test_the_numbers_are_plain_and_can_be_written_down() -> None:
    heard = settled().compare(measure(voice(), "more than eight letters"))
    assert {type(v) for v in (heard.effort, heard.pitch, heard.pace)} == {float}
