"""Whether a stream is still what was meant, from what the sound server answers."""

from __future__ import annotations

import pytest

from companion.audio.standing import Onlooker, Snapshot, Standing, judge, read_snapshot
from companion.clock import ManualClock

INFO = {"default_source_name": "mic", "default_sink_name": "call"}
LIST = {
    "sources": [
        {"index": 0, "name": "call.monitor", "mute": False},
        {"index": 1, "name": "lab.monitor", "mute": False},
        {"index": 2, "name": "mic", "mute": True},
        {"index": 3, "name": "headset", "mute": False},
    ],
    "sinks": [{"name": "call", "monitor_source": "call.monitor"}, {"name": "lab", "monitor_source": "lab.monitor"}],
    "source_outputs": [
        {"source": 2, "properties": {"application.process.id": "71"}},
        {"source": 0, "properties": {"application.process.id": "72"}},
        {"source": 9, "properties": {}},
    ],
}


def snapshot(source="mic", sink="call") -> Snapshot:
    told = read_snapshot({"default_source_name": source, "default_sink_name": sink}, LIST)
    assert told is not None
    return told


def test_what_the_server_says_is_read():
    assert snapshot().recorded == {71: "mic", 72: "call.monitor"}
    assert snapshot().muted == {"mic"}
    assert read_snapshot(None, LIST) is None
    assert read_snapshot(INFO, None) is None


@pytest.mark.parametrize(
    ("source", "process", "wanted", "said", "moved"),
    [
        ("call.monitor", 72, "default", snapshot(), False),
        ("call.monitor", 72, "default", snapshot(sink="lab"), True),
        ("call.monitor", 72, "Headset", snapshot(sink="lab"), False),
        ("call.monitor", 72, "default", snapshot(sink="@DEFAULT_SINK@"), False),
        ("mic", 71, "default", snapshot(source="headset"), True),
        ("mic", 71, "mic", snapshot(source="headset"), False),
        # no microphone is left: the server calls an output's monitor the default source
        ("mic", 71, "default", snapshot(source="call.monitor"), False),
        # the server moved the stream to what hears the other side
        ("mic", 72, "mic", snapshot(), True),
        # the server does not know the process yet
        ("mic", 99, "default", snapshot(), False),
    ],
)
def test_a_default_is_followed_and_a_named_device_is_held_to(source, process, wanted, said, moved):
    assert judge(source, process, wanted, said).moved is moved


def test_a_mute_is_seen():
    assert judge("mic", 71, "default", snapshot()) == Standing(moved=False, muted=True)
    assert not judge("call.monitor", 72, "default", snapshot()).muted


def test_other_libraries_streams_are_left_alone():
    class Stream:
        name = "USB microphone"

    assert Onlooker(ManualClock()).look(Stream(), "default") == Standing()
