"""A side that is open and hears nothing is told within five seconds, in words, and taken back when it is well."""

from __future__ import annotations

import numpy as np
import pytest

from companion.audio.chunks import RATE
from companion.audio.hearing import CLIPS, MUTED, ZEROS, Finding, Hearing

BLOCK = RATE // 10
ZERO = np.zeros(BLOCK, np.float32)
NOISE = np.random.default_rng(1).normal(0, 0.0005, BLOCK).astype(np.float32)
VOICE = np.random.default_rng(2).normal(0, 0.05, BLOCK).astype(np.float32)
LOUD = np.clip(20 * VOICE, -1, 1)


class Desk:
    """Both sides' sound, a tenth of a second at a time; ``told`` has (second, finding)."""

    def __init__(self):
        self.hearing, self.now, self.told = Hearing(output="Headset"), 0.0, []

    def hear(self, seconds, me=NOISE, them=NOISE, *, muted=False):
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            for speaker, samples in (("me", me), ("them", them)):
                found = self.hearing.feed(speaker, samples, muted=muted and speaker == "me")
                self.told += [(self.now, f) for f in found]

    @property
    def findings(self):
        return [f for _, f in self.told]


@pytest.fixture
def desk():
    return Desk()


def test_two_sides_that_are_well_are_not_spoken_of(desk):
    desk.hear(30)
    desk.hear(60, me=VOICE)
    desk.hear(60, them=ZERO)  # nothing plays while the user listens and speaks: usual with many calls
    desk.hear(60, me=VOICE, them=ZERO)
    assert desk.told == []


def test_a_microphone_of_zeros_is_told_within_five_seconds(desk):
    desk.hear(10)
    desk.hear(10, me=ZERO)
    [(at, finding)] = desk.told
    assert finding == Finding("me", ZEROS)
    assert at - 10 < 5
    desk.hear(1)
    assert desk.findings[1:] == [Finding("me", "")]


def test_the_system_knows_that_it_is_muted(desk):
    desk.hear(2)
    desk.hear(10, me=ZERO, muted=True)
    assert desk.findings == [Finding("me", MUTED)]
    assert desk.told[0][0] - 2 < 5


def test_zeros_that_turn_out_to_be_a_mute_are_called_so(desk):
    desk.hear(5, me=ZERO)
    desk.hear(5, me=ZERO, muted=True)
    assert desk.findings == [Finding("me", ZEROS), Finding("me", MUTED)]


def test_a_microphone_that_silences_its_noise_is_soon_left_alone(desk):
    # given one that delivers zeros whenever its user does not speak
    for _ in range(40):
        desk.hear(1, me=VOICE)
        desk.hear(9, me=ZERO)
    # then it was taken for dead a few times at most
    assert sum(f.message == ZEROS for f in desk.findings) <= 2


def test_an_output_that_never_played_anything_is_told_while_the_user_speaks(desk):
    desk.hear(20, them=ZERO)
    assert desk.told == []
    desk.hear(6, me=VOICE, them=ZERO)
    [finding] = desk.findings
    assert finding.speaker == "them"
    assert "Headset" in finding.message
    desk.hear(1, them=VOICE)
    assert desk.findings[1:] == [Finding("them", "")]


@pytest.mark.parametrize("speaker", ["me", "them"])
def test_distortion_is_told_within_five_seconds_and_forgiven_ten_seconds_later(desk, speaker):
    desk.hear(5, me=VOICE, them=VOICE)
    desk.hear(5, **{"me": VOICE, "them": VOICE, speaker: LOUD})
    assert desk.findings == [Finding(speaker, CLIPS[speaker])]
    desk.hear(30, me=VOICE, them=VOICE)
    assert desk.findings[1:] == [Finding(speaker, "")]
    assert 20 <= desk.told[1][0] <= 21


def test_a_single_knock_on_the_table_is_no_distortion(desk):
    knock = VOICE.copy()
    knock[:20] = 1.0
    desk.hear(5, me=VOICE)
    desk.hear(0.1, me=knock)
    desk.hear(10, me=VOICE)
    assert desk.told == []


def test_another_device_is_judged_afresh(desk):
    desk.hear(5, me=ZERO)
    desk.hearing.forget("me")
    desk.hear(2, me=ZERO)
    assert desk.findings == [Finding("me", ZEROS)]
