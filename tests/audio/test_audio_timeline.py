"""Where blocks belong in time."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.audio.channel import stretched
from companion.audio.chunks import BLOCK, RATE
from companion.audio.timeline import STALL, TOLERANCE, WINDOW, Timeline


class Side:
    """A timeline, with the place that its next sample gets."""

    def __init__(self):
        self.line = Timeline()
        self.place = 0
        self.silence = 0
        self.left_out = 0

    def put(self, count, due):
        placement = self.line.place(count, due)
        self.place += placement.silence + count - placement.leave_out + placement.stretch
        self.silence += placement.silence
        self.left_out += placement.leave_out
        assert 0 <= placement.leave_out <= count


@given(st.lists(st.integers(0, TOLERANCE), min_size=1, max_size=300))
def test_jitter_is_no_gap(delays):
    # given blocks that all were captured in time, but arrive late by up to the tolerance
    side = Side()
    side.put(BLOCK, BLOCK)
    for number, delay in enumerate(delays, 2):
        side.put(BLOCK, number * BLOCK + delay)
    # then nothing was filled in and nothing left out
    assert (side.silence, side.left_out) == (0, 0)


def test_a_burst_after_a_hold_up_is_no_gap():
    # given blocks of which none arrived for 0.8 s, and then all at once
    side = Side()
    held = round(0.8 * RATE / BLOCK)
    for number in range(1, 200):
        released = 100 + held
        side.put(BLOCK, max(number, released if number >= 100 else 0) * BLOCK)
    # then every one of them kept its place
    assert side.place == 199 * BLOCK
    assert side.silence == 0


@given(st.integers(TOLERANCE + 1, 20 * RATE))
def test_missing_sound_becomes_silence(gap):
    # given a stream that lost some sound on the way and went on
    side = Side()
    side.put(BLOCK, BLOCK)
    for number in range(2, 2 + 2 * WINDOW // BLOCK):
        side.put(BLOCK, number * BLOCK + gap)
    # then within a second of sound it is where the clock is
    assert side.silence == gap
    assert side.left_out == 0


@settings(deadline=None)
@given(st.floats(-0.02, 0.02), st.integers(200, 3000))
def test_a_sound_card_with_a_clock_of_its_own_never_strays(error, blocks):
    # given a card that is fast or slow by up to 2 %
    side = Side()
    for number in range(1, blocks):
        due = round(number * BLOCK * (1 + error))
        side.put(BLOCK, due)
        # then it is always within the tolerance, and a second's drift, of the clock
        assert abs(due - side.place) <= TOLERANCE + BLOCK + 0.02 * 2 * WINDOW


@given(st.integers(0, 30 * RATE), st.integers(-RATE, 5 * RATE))
def test_a_new_stream_begins_where_the_clock_says(at, later):
    # given a stream that broke off at some place
    side = Side()
    side.put(BLOCK, at + BLOCK)
    # when another one begins
    side.line.anchor()
    due = max(0, side.place + BLOCK + later)
    side.put(BLOCK, due)
    # then its end is now, and what would be before the place already reached is left out
    assert side.place == max(due, at + BLOCK)


@pytest.mark.parametrize(("error", "count"), [(-400e-6, 800), (150e-6, 512), (400e-6, 1600)])
def test_an_hour_of_another_clock_does_not_shift_a_side(error, count):
    # given a card whose clock is off by up to 400 ppm, and blocks that wait up to 40 ms before they are told
    wait = random.Random(1)
    line, place, heard, worst = Timeline(), 0, 0, 0.0
    while heard < 3600 * RATE:
        heard += count
        truly = heard * (1 + error)
        placement = line.place(count, round(truly + abs(wait.gauss(0, 0.01)) * RATE))
        # then what is given or taken is never more than can be hidden
        assert abs(placement.stretch) <= max(1, count // 256)
        place += placement.silence + count - placement.leave_out + placement.stretch
        if heard > 60 * RATE:
            worst = max(worst, abs(place - truly))
    # and the side is within 10 ms of the clock, all the hour
    assert worst < 0.010 * RATE


def test_a_busy_machine_is_not_taken_for_another_clock():
    # given a minute in which every block waits 30 to 60 ms, after one in which none waited
    side, wait = Side(), random.Random(2)
    minute = 60 * RATE // BLOCK
    for number in range(1, 3 * minute):
        busy = minute <= number < 2 * minute
        due = number * BLOCK + (round(wait.uniform(0.03, 0.06) * RATE) if busy else 0)
        before = side.place
        side.put(BLOCK, due)
        # then its sound is never moved by more than a clock may be off
        assert abs(side.place - before - BLOCK) <= 1
        if number == minute + 10 * RATE // BLOCK:
            assert abs(side.place - number * BLOCK) <= 0.005 * RATE
    # and it is back in its place
    assert abs(side.place - number * BLOCK) <= 0.001 * RATE


def test_a_first_block_that_came_late_is_put_right_within_two_seconds():
    # given a busy machine, on which the first block of a stream waited 0.2 s, and no later one
    side = Side()
    side.put(BLOCK, BLOCK + RATE // 5)
    for number in range(2, 2 * RATE // BLOCK):
        side.put(BLOCK, number * BLOCK)
    # then the stream is where the clock says
    assert abs(side.place - number * BLOCK) < RATE // 1000


@pytest.mark.parametrize("by", [-2, -1, 0, 1, 2])
def test_a_stretched_block_is_the_same_sound(by):
    tone = np.sin(np.arange(512) / 20).astype(np.float32)
    longer = stretched(tone, by)
    assert len(longer) == 512 + by
    assert np.allclose(longer[[0, -1]], tone[[0, -1]])
    assert np.abs(longer[:510] - tone[:510]).max() < 0.12


def test_a_side_that_stalls_is_silent_for_its_listener():
    # given a side that stopped at 2 s
    side = Side()
    side.put(2 * RATE, 2 * RATE)
    # when its listener looks at 10 s
    owed = side.line.catch_up(10 * RATE)
    # then it is given silence up to a second ago, once
    assert owed == 8 * RATE - STALL
    assert side.line.catch_up(10 * RATE) == 0
