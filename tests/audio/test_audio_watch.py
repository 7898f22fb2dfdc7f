"""What happens when a device goes away, stalls, or comes back: decisions over time, with a clock that is moved by hand."""

from __future__ import annotations

import numpy as np
import pytest

from companion.audio.standing import Standing
from companion.audio.watch import BACKOFF_S, FIRST_S, STALL_S, Watch
from companion.clock import ManualClock
from companion.errors import CompanionError

BLOCK = np.zeros(512, np.float32)


class Device:
    """A device whose cable the test holds."""

    def __init__(self):
        self.plugged = True
        self.opened = []

    def make(self):
        return Stream(self)


class Stream:
    name = "Headset"

    def __init__(self, device):
        self.device = device
        self.alive = False
        self.on_block = None

    def open(self, on_block):
        if not self.device.plugged:
            raise CompanionError("There is no headset.", "Plug it in.")
        self.device.opened.append(self)
        self.alive, self.on_block = True, on_block

    def close(self):
        self.alive = False


class Bench:
    def __init__(self):
        self.clock, self.device = ManualClock(100.0), Device()
        self.told, self.blocks, self.new = [], [], 0
        self.standing = Standing()
        self.watch = Watch(
            self.device.make,
            on_block=lambda samples, at: self.blocks.append(at),
            on_new=self._count,
            tell=lambda state, message: self.told.append((state, message)),
            clock=self.clock,
            standing=lambda _: self.standing,
        )

    def _count(self):
        self.new += 1

    def pass_time(self, seconds, *, sounding):
        for _ in range(round(seconds / 0.25)):
            self.clock.advance(0.25)
            if sounding and self.device.opened and self.device.opened[-1].alive:
                self.device.opened[-1].on_block(BLOCK)
            self.watch.step()

    def states(self):
        return [state for state, _ in self.told]


@pytest.fixture
def bench():
    return Bench()


def test_a_stream_that_goes_on_is_told_once_and_left_alone(bench):
    bench.watch.open()
    bench.pass_time(60, sounding=True)
    assert bench.told == [("ok", "Listening to Headset.")]
    assert len(bench.device.opened) == 1
    assert bench.new == 1


def test_a_stream_that_stalls_is_opened_again(bench):
    # given a stream that runs
    bench.watch.open()
    bench.pass_time(5, sounding=True)
    # when it delivers nothing any more, for a while
    bench.pass_time(STALL_S + 0.5 + BACKOFF_S[0], sounding=False)
    # then it was closed and opened again, and only sound makes it well
    assert len(bench.device.opened) == 2
    assert not bench.device.opened[0].alive
    assert bench.states() == ["ok", "lost"]
    bench.pass_time(1, sounding=True)
    assert bench.states() == ["ok", "lost", "ok"]
    assert bench.new == 2


def test_what_an_abandoned_stream_still_says_is_not_heard(bench):
    bench.watch.open()
    bench.pass_time(1, sounding=True)
    bench.pass_time(STALL_S + 0.5, sounding=False)
    before = len(bench.blocks)
    bench.device.opened[0].on_block(BLOCK)
    assert len(bench.blocks) == before


def test_a_stream_that_never_delivers_is_opened_again(bench):
    bench.watch.open()
    bench.pass_time(FIRST_S, sounding=False)
    assert len(bench.device.opened) == 1
    bench.pass_time(0.5 + BACKOFF_S[0], sounding=False)
    assert len(bench.device.opened) == 2
    assert bench.states() == ["lost"]


def test_an_unplugged_device_is_tried_with_patience_and_found_when_it_is_back(bench):
    # given a stream whose device is unplugged
    bench.watch.open()
    bench.pass_time(1, sounding=True)
    bench.device.plugged = False
    bench.device.opened[0].alive = False
    tried = []
    make = bench.device.make
    bench.watch._make = lambda: (tried.append(bench.clock.now()), make())[1]
    # when time passes
    bench.pass_time(30, sounding=True)
    # then it is tried less and less often, and said once
    waits = np.diff(tried)
    assert waits[:2] == pytest.approx(BACKOFF_S[1:3], abs=0.3)
    assert waits[2:] == pytest.approx(BACKOFF_S[-1], abs=0.3)
    assert bench.states() == ["ok", "lost"]
    # and when it is plugged in again, it is heard again
    bench.device.plugged = True
    bench.pass_time(6, sounding=True)
    assert bench.states() == ["ok", "lost", "ok"]


def test_a_device_that_was_not_there_at_the_beginning_is_found_later(bench):
    bench.device.plugged = False
    with pytest.raises(CompanionError):
        bench.watch.open()
    bench.watch.fail("Without your microphone: There is no headset. Plug it in.")
    bench.device.plugged = True
    bench.pass_time(2, sounding=True)
    assert bench.states() == ["lost", "ok"]


def test_a_stream_that_is_not_what_was_meant_is_changed_for_another_at_once(bench):
    # given a stream that runs
    bench.watch.open()
    bench.pass_time(5, sounding=True)
    # when the user chooses another default, or the server moves the stream
    bench.standing = Standing(moved=True)
    bench.pass_time(1.25, sounding=True)
    bench.standing = Standing()
    bench.pass_time(1, sounding=True)
    # then another one was opened, without waiting, and the gap was told
    assert len(bench.device.opened) == 2
    assert bench.states() == ["ok", "lost", "ok"]


def test_a_mute_is_passed_on(bench):
    bench.watch.open()
    bench.standing = Standing(muted=True)
    bench.pass_time(2, sounding=True)
    assert bench.watch.muted
    assert bench.states() == ["ok"]
