"""Both sides heard through a real sound server, each on its own side and in its own time."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from companion.audio.chunks import RATE
from companion.audio.devices import list_devices
from companion.audio.hearing import MUTED, WELL
from companion.audio.live import LiveEars
from companion.audio.pulse import PulseSource
from companion.clock import SystemClock
from companion.config import AudioSettings
from companion.errors import CompanionError, UsageError
from companion.events import Health
from tests.live.conftest import PipeWire, Pulse, running

pytestmark = pytest.mark.sound

ME_HZ, THEM_HZ = 440.0, 1000.0


@pytest.fixture(params=[Pulse, PipeWire], ids=["pulseaudio", "pipewire"])
def pulse(request, monkeypatch):
    """A running server of either kind; both answer to the same tools."""
    with running(request.param, monkeypatch) as server:
        yield server


@pytest.fixture
def tones(tmp_path):
    """Two seconds of a tone for each side, in rates that the server has to convert."""
    paths = {}
    for speaker, frequency, rate in (("me", ME_HZ, 48_000), ("them", THEM_HZ, 44_100)):
        paths[speaker] = tmp_path / f"{speaker}.wav"
        soundfile.write(paths[speaker], 0.4 * np.sin(2 * np.pi * frequency * np.arange(2 * rate) / rate), rate)
    return paths


class Listener:
    """Reads ears on to one array a side, each sample where its time says."""

    def __init__(self, **settings):
        self.clock = SystemClock()
        self.ears = LiveEars(AudioSettings(**settings), self.clock)
        self.heard = {s: np.zeros(60 * RATE, np.float32) for s in ("me", "them")}
        self.health = []
        self.starts = {"me": [], "them": []}

    def __enter__(self):
        self.ears.open()
        self.zero = self.clock.now()
        return self

    def __exit__(self, *_):
        self.ears.close()

    @property
    def now(self):
        return self.clock.now() - self.zero

    def until(self, done, at_most_s=10.0):
        end = self.now + at_most_s
        while not done() and self.now < end:
            for chunk in self.ears.read(0.1):
                at = round(chunk.t * RATE)
                self.starts[chunk.speaker].append(at)
                self.heard[chunk.speaker][at : at + len(chunk.samples)] = chunk.samples
            self.health += self.ears.drain_health()
        assert done()

    def last(self, part):
        """What was told last of a side; an empty message before anything was."""
        told = [h for h in self.health if h.part == part]
        return told[-1] if told else Health(part=part, state="")

    def loud(self, speaker):
        """The seconds at which this side is first and last heard, or None."""
        places = np.flatnonzero(np.abs(self.heard[speaker]) > 0.02)
        return (places[0] / RATE, places[-1] / RATE) if len(places) else None

    def spectrum(self, speaker, begin_s, end_s):
        """The amplitudes at the two tones' frequencies."""
        part = self.heard[speaker][round(begin_s * RATE) : round(end_s * RATE)]
        amplitude = 2 * np.abs(np.fft.rfft(part * np.hanning(len(part)))) / (len(part) / 2)
        return {hz: float(amplitude[round(hz * len(part) / RATE)]) for hz in (ME_HZ, THEM_HZ)}


def test_each_side_is_heard_on_its_own_side_only_and_in_time(pulse, tones):
    # given ears over the default microphone and the default output
    with Listener() as listener:
        listener.until(lambda: {h.part for h in listener.health} == {"me", "them"})
        # when the other side speaks for two seconds and the user begins a second later
        began = {"them": listener.now}
        theirs = pulse.play("call", tones["them"])
        listener.until(lambda: listener.now > began["them"] + 1.0)
        began["me"] = listener.now
        mine = pulse.play("micsink", tones["me"])
        theirs.wait()
        mine.wait()
        ended = listener.now
        listener.until(lambda: listener.now > ended + 0.3)
    # then each is there, for its two seconds, from when it spoke
    for speaker, own, other in (("me", ME_HZ, THEM_HZ), ("them", THEM_HZ, ME_HZ)):
        first, last = listener.loud(speaker)
        assert -0.05 < first - began[speaker] < 0.6  # the player's start and the server's buffers
        assert last - first == pytest.approx(2.0, abs=0.1)
        spectrum = listener.spectrum(speaker, first + 0.1, last - 0.1)
        assert 0.36 < spectrum[own] < 0.6  # PipeWire adds the channels up with +3 dB
        assert spectrum[other] < 0.001
    # and the two are in step: what lay between them lies between them
    between = listener.loud("me")[0] - listener.loud("them")[0]
    assert between == pytest.approx(began["me"] - began["them"], abs=0.3)
    assert [h.state for h in listener.health] == ["ok", "ok"]
    assert listener.ears.overflow == {"me": 0, "them": 0}


def test_devices_are_found_by_what_people_call_them(pulse):
    found = list_devices()
    assert [d.name for d in found.inputs] == ["Webcam"]
    assert [d.name for d in found.outputs] == ["Headset", "Lab"]
    assert [d.default for d in (*found.inputs, *found.outputs)] == [True, True, False]
    with (
        pytest.raises(UsageError, match='no output to listen to "Headphones"'),
        Listener(microphone="webcam", system="Headphones"),
    ):
        pass


def test_a_side_that_is_off_is_not_opened(pulse, tones):
    with Listener(microphone="off", system="head") as listener:
        pulse.play("micsink", tones["me"])
        pulse.play("call", tones["them"])
        listener.until(lambda: listener.loud("them") is not None)
        assert listener.starts["me"] == []


def test_a_server_that_dies_and_comes_back_is_heard_again_at_the_right_time(pulse, tones, monkeypatch):
    # given ears that listen, and little patience
    monkeypatch.setattr("companion.audio.watch.BACKOFF_S", (0.25,))
    with Listener() as listener:
        listener.until(lambda: len(listener.health) == 2)
        # when the sound server crashes, stays away for a while, and is started again
        pulse.kill()
        listener.until(lambda: [h.state for h in listener.health].count("lost") == 2)
        pulse.start_again()
        listener.until(lambda: [h.state for h in listener.health].count("ok") == 4)
        began = listener.now
        pulse.play("call", tones["them"])
        listener.until(lambda: listener.loud("them") is not None and listener.loud("them")[1] > began + 1)
        # then what is said afterwards is at its time, and time had no hole meanwhile
        assert -0.05 < listener.loud("them")[0] - began < 0.6
        assert np.diff(listener.starts["them"]).max() <= RATE // 10


def test_the_output_that_the_call_moves_to_is_followed(pulse, tones):
    # given ears that listen to the default output, a headset
    with Listener() as listener:
        listener.until(lambda: {h.part for h in listener.health} == {"me", "them"})
        # when the user switches to another output in mid-call, and the other side goes on there
        pulse.tell("set-default-sink", "micsink")
        listener.until(lambda: listener.last("them").message == "Listening to Lab.")
        began = listener.now
        pulse.play("micsink", tones["them"])
        listener.until(lambda: listener.loud("them") is not None and listener.loud("them")[1] > began + 1)
        # then it is heard there, at its time, and the gap was told
        assert -0.05 < listener.loud("them")[0] - began < 0.6
        assert np.diff(listener.starts["them"]).max() <= RATE // 10
    told = [(h.state, h.message) for h in listener.health if h.part == "them"]
    assert told == [("ok", "Listening to Headset."), ("lost", "Headset is not in use any more; changing over."),
                    ("ok", "Listening to Lab.")]  # fmt: skip


def test_an_output_that_was_named_is_kept_when_the_default_moves(pulse, tones):
    with Listener(microphone="off", system="Headset") as listener:
        listener.until(lambda: len(listener.health) == 2)
        pulse.tell("set-default-sink", "micsink")
        moved = listener.now
        listener.until(lambda: listener.now > moved + 2.5)
        pulse.play("call", tones["them"])
        listener.until(lambda: listener.loud("them") is not None)
    assert [h.state for h in listener.health if h.part == "them"] == ["ok"]


def test_what_the_server_puts_in_an_unplugged_microphones_place_is_not_the_user(pulse, tones, monkeypatch):
    # given a server that moves the streams of a device that goes away to another one: here, to what hears the call
    monkeypatch.setattr("companion.audio.watch.BACKOFF_S", (0.25,))
    with Listener() as listener:
        listener.until(lambda: {h.part for h in listener.health} == {"me", "them"})
        pulse.tell("unload-module", "module-remap-source")
        listener.until(lambda: listener.last("me").state == "lost")
        # when the other side speaks
        gone = listener.now
        pulse.play("call", tones["them"])
        listener.until(lambda: listener.loud("them") is not None and listener.now > gone + 2.0)
        # then the user has said nothing
        assert listener.loud("me") is None
        # and when a microphone is plugged in again, it is heard again
        pulse.tell("load-module", "module-remap-source", "master=micsink.monitor", "source_name=mic",
                   "source_properties=device.description=Webcam")  # fmt: skip
        listener.until(lambda: listener.last("me").message == "Listening to Webcam.")
        pulse.play("micsink", tones["me"])
        listener.until(lambda: listener.loud("me") is not None)


def test_a_muted_microphone_is_told_within_five_seconds_and_so_is_its_return(pulse, tones):
    with Listener(system="off") as listener:
        speaking = pulse.play("micsink", tones["me"])
        listener.until(lambda: listener.loud("me") is not None)
        pulse.tell("set-source-mute", "mic", "1")
        muted = listener.now
        listener.until(lambda: listener.last("me").message == MUTED, at_most_s=5.0)
        assert listener.last("me").state == "degraded"
        assert listener.now - muted < 5.0
        pulse.tell("set-source-mute", "mic", "0")

        def well_again() -> bool:
            nonlocal speaking
            if speaking.poll() is not None:  # a microphone goes on delivering; twice at once it would distort
                speaking = pulse.play("micsink", tones["me"])
            return listener.last("me").message == WELL["me"]

        listener.until(well_again, at_most_s=8.0)


def test_portaudio_hears_the_microphone_too(pulse, tones):
    # given a process of its own, for PortAudio looks for the server when it is loaded
    pytest.importorskip("sounddevice", reason="PortAudio is missing: sudo apt install libportaudio2", exc_type=OSError)
    script = """
import json, sys, threading
import numpy as np
from companion.audio.portaudio import PortAudioSource, list_portaudio
device = next(d for d in list_portaudio() if d.name == "pulse")
source, heard, enough = PortAudioSource(device.number, device.name), [], threading.Event()
def on_block(samples):
    heard.append(samples.copy())
    if sum(np.abs(b).max() > 0.1 for b in heard) > 16:
        enough.set()
source.open(on_block)
print("open", flush=True)
enough.wait(10)
source.close()
sound = np.concatenate([b for b in heard if np.abs(b).max() > 0.1][2:])
print(json.dumps(float(np.argmax(np.abs(np.fft.rfft(sound * np.hanning(len(sound))))) * 16000 / len(sound))))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], env=pulse.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    # when the user speaks
    assert process.stdout.readline() == "open\n"
    pulse.play("micsink", tones["me"])
    out, err = process.communicate(timeout=20)
    # then that is heard, and nothing is printed on the terminal
    assert json.loads(out) == pytest.approx(ME_HZ, abs=5)
    assert err == ""


def test_without_a_microphone_the_other_side_is_still_heard(pulse, tones):
    # given a machine without a microphone: the server then calls an output's monitor its default source
    subprocess.run(["pactl", "unload-module", "module-remap-source"], env=pulse.env, check=True)
    with Listener() as listener:
        # when the other side speaks
        pulse.play("call", tones["them"])
        listener.until(lambda: listener.loud("them") is not None)
        listener.until(lambda: len(listener.health) == 2)
    # then it is heard, and never taken for the user
    assert listener.loud("me") is None
    [missing] = [h for h in listener.health if h.part == "me"]
    assert missing.state == "lost"
    assert (
        missing.message == "Without your microphone: No microphone was found. No microphone is connected: plug one in."
    )


def test_a_device_that_the_server_refuses_is_an_error_with_its_reason(pulse):
    with pytest.raises(CompanionError, match=r"Gone cannot be recorded .*No such entity"):
        PulseSource("gone", "Gone").open(lambda samples: None)
