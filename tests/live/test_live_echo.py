"""Loudspeakers before a microphone, on a real sound server: what the call plays comes back, later and quieter."""

from __future__ import annotations

import time

import pytest
import soundfile

from companion import locations
from companion.clock import SystemClock
from companion.config import AudioSettings, Settings
from companion.events import Health, SessionStarted, Utterance
from companion.pipeline.build import make_ears
from companion.pipeline.call import Call
from companion.pipeline.echo import WithoutEcho
from companion.pipeline.hearing import LiveInput
from tests.pipeline.fakes import CountingUnderstanding

pytestmark = pytest.mark.sound
CALL = locations.shipped("models", "demo", "call.ogg")


def test_the_other_side_is_not_heard_as_the_user(pulse, tmp_path):
    # given a microphone that hears the call's output, 80 ms later
    sound, rate = soundfile.read(CALL, dtype="float32", start=4 * 16_000, stop=12 * 16_000)
    theirs = tmp_path / "them.wav"
    soundfile.write(theirs, 0.5 * sound[:, 1], rate)
    pulse.tell(
        "load-module", "module-loopback", "source=call.monitor", "sink=micsink", "latency_msec=80", "adjust_time=0"
    )
    settings, clock, told = Settings(audio=AudioSettings()), SystemClock(), []
    call = Call(
        WithoutEcho(LiveInput(settings, clock)), lambda: make_ears(settings), lambda: [CountingUnderstanding()],
        started=SessionStarted(source="live", started_unix=0.0), settings=settings, sinks=[], clock=clock, longest_s=10.0,
    )  # fmt: skip
    # when the other side speaks for some seconds, and the user says nothing
    call.start(told.append)
    time.sleep(2.0)  # a new stream is moved to its place within a second
    pulse.play("call", theirs)
    assert call.wait(60.0)
    # then the echo was found and told, and everything that was said was said by the other side
    assert [h.state for h in told if isinstance(h, Health) and h.part == "echo"] == ["ok"]
    said = [u.speaker for u in told if isinstance(u, Utterance)]
    assert said.count("them") >= 1
    assert said.count("me") == 0
