"""The live ears as an input: what is lost, what was slept through, and the echo are told."""

from __future__ import annotations

import numpy as np

from companion.audio.chunks import RATE, Chunk
from companion.clock import ManualClock
from companion.config import Settings
from companion.events import Health
from companion.pipeline.echo import WithoutEcho
from companion.pipeline.hearing import EASED_S, LiveInput
from companion.pipeline.inputs import Heard


class Ears:
    """Ears that hear what the test says."""

    def __init__(self):
        self.overflow = {"me": 0, "them": 0}
        self.chunks = []

    def open(self):
        """Nothing to open."""

    def close(self):
        """Nothing to close."""

    def read(self, timeout_s):
        told, self.chunks = self.chunks, []
        return told

    def drain_health(self):
        return []


class Bench:
    def __init__(self, record_to=None):
        self.clock, self.asleep, self.ears = ManualClock(), 0.0, Ears()
        self.input = LiveInput(Settings(), self.clock, record_to, ears=self.ears, wall=self.wall)
        self.input.open()

    def wall(self):
        return 1e9 + self.clock.now() + self.asleep

    def told(self):
        return [(h.part, h.state, h.message) for h in self.input.health()]


def test_lost_sound_is_told_and_forgiven():
    bench = Bench()
    assert bench.told() == []
    bench.ears.overflow = {"me": 3 * RATE, "them": 2 * RATE}
    assert bench.told() == [("machine", "degraded", "The machine is too busy: 5 s of sound were lost.")]
    assert bench.told() == []
    bench.clock.advance(EASED_S + 1)
    assert bench.told() == [("machine", "ok", "The machine keeps up again.")]


def test_a_machine_that_slept_says_so():
    bench = Bench()
    bench.clock.advance(60)
    assert bench.told() == []
    bench.asleep = 1800.0
    assert bench.told() == [("machine", "ok", "The machine slept for 1800 s; listening goes on.")]
    assert bench.told() == []


def test_a_recording_is_told_and_kept(tmp_path):
    path = tmp_path / "recordings" / "x.ogg"
    bench = Bench(lambda: path)
    assert bench.told() == [("recording", "ok", "The sound is being kept.")]
    bench.ears.chunks = [Chunk("me", 0.0, np.zeros(RATE, np.float32))]
    assert len(bench.input.read(0.0)) == 1
    bench.input.close()
    assert path.stat().st_size > 0


def test_a_recording_that_fails_is_told_and_the_call_goes_on(tmp_path):
    (tmp_path / "x").write_text("")
    bench = Bench(lambda: tmp_path / "x" / "y.ogg")
    bench.input.health()
    bench.ears.chunks = [Chunk("me", 0.0, np.zeros(RATE, np.float32))]
    bench.input.read(0.0)
    bench.input._recorder.close()
    [(part, state, message)] = bench.told()
    assert (part, state) == ("recording", "degraded")
    assert message.startswith("The recording was given up")
    bench.ears.chunks = [Chunk("me", 1.0, np.zeros(RATE, np.float32))]
    assert len(bench.input.read(0.0)) == 1


class Played:
    """An input over two sides' samples; an echo is in the first, a tenth of a second at a time."""

    def __init__(self, me, them):
        self.sides, self.at = {"me": me, "them": them}, 0

    def read(self, timeout_s):
        if self.at >= len(self.sides["me"]):
            return None
        begin, self.at = self.at, self.at + 1600
        return [Heard(who, begin / RATE, sound[begin : self.at]) for who, sound in self.sides.items()]

    def health(self):
        return []


def test_an_echo_is_told_with_its_delay_and_what_remains_is_handed_on_at_the_end():
    rng = np.random.default_rng(1)
    them = rng.normal(0, 0.1, 10 * RATE).astype(np.float32)
    mic = np.pad(0.3 * them, (1600, 0))[: len(them)] + rng.normal(0, 0.001, len(them)).astype(np.float32)
    source, told, ends = WithoutEcho(Played(mic, them)), [], []
    while (heard := source.read(0.0)) is not None:
        told += source.health()
        ends += [h.t + len(h.samples) / RATE for h in heard if h.speaker == "me"]
    [health] = told
    assert isinstance(health, Health)
    assert (health.part, health.state) == ("echo", "ok")
    assert "100 ms" in health.message
    assert max(ends) > 9.95
