"""Both sides on one time line, fed by streams that the test speaks for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.audio.chunks import BLOCK, RATE
from companion.audio.live import LiveEars, _sliced
from companion.clock import ManualClock
from companion.config import AudioSettings
from companion.errors import CompanionError, UsageError

LEVEL = {"me": 0.25, "them": 0.5}


class Spoken:
    """A stream that says what the test tells it."""

    name = "Test device"
    alive = True

    def __init__(self, *, broken=False):
        self.broken = broken
        self.closed = False

    def open(self, on_block):
        if self.broken:
            raise CompanionError("There is no such device.", "Plug it in.")
        self.say = on_block

    def close(self):
        self.closed = True


class Call:
    """Ears over two such streams, and a clock that the test moves. No watch is started: the clock stands still."""

    def __init__(self, monkeypatch, **broken):
        monkeypatch.setattr("companion.audio.watch.Watch.start", lambda self: None)
        self.clock = ManualClock(1000.0)
        self.streams = {s: Spoken(broken=broken.get(s, False)) for s in ("me", "them")}
        makes = {s: (lambda stream=stream: stream) for s, stream in self.streams.items()}
        self.ears = LiveEars(AudioSettings(ring_s=2.0), self.clock, makes)

    def hear(self, seconds, *speakers):
        for _ in range(round(seconds * RATE / BLOCK)):
            self.clock.advance(BLOCK / RATE)
            for speaker in speakers:
                self.streams[speaker].say(np.full(BLOCK, LEVEL[speaker], np.float32))

    def read(self):
        return self.ears.read(0.0)


@pytest.fixture
def call(monkeypatch):
    call = Call(monkeypatch)
    call.ears.open()
    return call


def test_both_sides_come_in_turns_in_time_order_each_with_its_own_sound(call):
    # given half a second of both sides that nobody read meanwhile
    call.hear(0.512, "me", "them")
    # when it is read
    chunks = call.read()
    # then it comes in order, in turns, without a hole, each side's own
    assert [c.t for c in chunks] == sorted(c.t for c in chunks)
    for speaker in ("me", "them"):
        own = [c for c in chunks if c.speaker == speaker]
        assert own[0].t == 0.0
        for before, after in zip(own, own[1:], strict=False):
            assert after.t == pytest.approx(before.t + len(before.samples) / RATE)
        assert np.all(np.concatenate([c.samples for c in own]) == np.float32(LEVEL[speaker]))
    assert max(len(c.samples) for c in chunks) <= RATE // 10
    assert call.read() == []


def test_a_silent_device_does_not_hold_up_the_other_side(call):
    # given a side that delivers nothing for 5 s, read all the while
    heard = []
    for _ in range(100):
        call.hear(0.064, "me")
        heard += call.read()
    # then the other side is there at once, and this one is silence, two seconds behind
    mine, theirs = ([c for c in heard if c.speaker == s] for s in ("me", "them"))
    assert mine[-1].t + len(mine[-1].samples) / RATE == pytest.approx(6.4)
    assert theirs[-1].t + len(theirs[-1].samples) / RATE == pytest.approx(4.4, abs=0.01)
    assert not any(c.samples.any() for c in theirs)


def test_what_is_said_during_a_pause_is_gone_and_time_went_on(call):
    call.hear(0.32, "me", "them")
    call.ears.pause()
    call.hear(3.2, "me", "them")
    assert call.read() == []
    call.ears.resume()
    call.hear(0.32, "me", "them")
    chunks = call.read()
    assert min(c.t for c in chunks) == pytest.approx(3.52)
    assert sum(len(c.samples) for c in chunks if c.speaker == "me") == round(0.32 * RATE)
    assert call.ears.overflow == {"me": 0, "them": 0}


def test_a_reader_that_is_late_loses_the_oldest_and_is_told_how_much(call):
    call.hear(3.2, "me", "them")  # into rings of 2 s
    chunks = call.read()
    assert min(c.t for c in chunks) == pytest.approx(1.2)
    assert call.ears.overflow == {"me": round(1.2 * RATE), "them": round(1.2 * RATE)}


def test_one_side_alone_will_do_and_the_other_is_said_to_be_missing(monkeypatch):
    call = Call(monkeypatch, me=True)
    call.ears.open()
    call.hear(0.32, "them")
    assert {c.speaker for c in call.read()} == {"them"}
    [health] = call.ears.drain_health()
    assert (health.part, health.state) == ("me", "lost")
    assert health.message == "Without your microphone: There is no such device. Plug it in."


def test_no_side_at_all_is_an_error_and_nothing_stays_open(monkeypatch):
    call = Call(monkeypatch, me=True, them=True)
    with pytest.raises(CompanionError, match="no such device") as caught:
        call.ears.open()
    assert caught.value.hint == "What to do: companion doctor"


def test_the_only_side_that_is_wanted_tells_its_own_next_step():
    def missing():
        raise CompanionError("There is no such device.", "Plug it in.")

    ears = LiveEars(AudioSettings(), ManualClock(), {"me": missing})
    with pytest.raises(CompanionError, match=r"^There is no such device") as caught:
        ears.open()
    assert caught.value.hint == "Plug it in."


def test_both_sides_off_is_told():
    with pytest.raises(UsageError, match="nothing to listen to"):
        LiveEars(AudioSettings(microphone="off", system="off"), ManualClock()).open()


@given(st.integers(0, 100_000), st.integers(0, 10_000))
def test_slices_are_the_same_sound_cut_on_one_grid(place, count):
    samples = np.arange(count, dtype=np.float32)
    slices = _sliced(place, samples)
    assert np.array_equal(np.concatenate([s for _, s in slices] or [samples]), samples)
    assert all(at % 1600 == 0 for at, _ in slices[1:])
    at = place
    for begin, piece in slices:
        assert begin == at
        at += len(piece)
