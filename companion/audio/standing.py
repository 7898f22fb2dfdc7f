"""Is a stream still what was meant? The server may move it, and people change their output or mute themselves."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from companion.audio import pulse
from companion.audio.pulse import PulseSource
from companion.audio.source import LiveSource
from companion.clock import Clock

FRESH_S = 0.9
"""An answer of the sound server serves both sides for so long; asking costs 6 ms of processor time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """``moved``: it is not, or no longer, the device that was meant; ``muted``: the system has it muted."""

    moved: bool = False
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the server says: its defaults, which source a process records, and which sources are muted."""

    default_source: str = ""
    default_sink: str = ""
    recorded: Mapping[int, str] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()
    monitors: Mapping[str, str] = field(default_factory=dict)
    """The monitor's name -> its output's."""


def read_snapshot(info: Any, every: Any) -> Snapshot | None:
    """From the answers of ``pactl info`` and ``pactl list``; None where one is missing."""
    if info is None or every is None:
        return None
    sources = every.get("sources", [])
    names = {s["index"]: s["name"] for s in sources}
    recorded = {}
    for stream in every.get("source_outputs", []):
        process = str(stream.get("properties", {}).get("application.process.id", ""))
        if process.isdigit() and stream.get("source") in names:
            recorded[int(process)] = names[stream["source"]]
    return Snapshot(
        info.get("default_source_name", ""),
        info.get("default_sink_name", ""),
        recorded,
        frozenset(names.values()),
        frozenset(s["name"] for s in sources if s.get("mute")),
        {s["monitor_source"]: s["name"] for s in every.get("sinks", [])},
    )


def judge(source: str, process: int | None, wanted: str, snapshot: Snapshot) -> Standing:
    """How a recording of ``source`` by ``process`` stands, where the user asked for ``wanted``.

    A default that changes is followed. An unplugged microphone's stream is moved by the server, perhaps to what hears
    the other side: that must not be taken for the user. A default source that is an output's monitor means that there
    is no microphone.
    """
    actual = snapshot.recorded.get(process, source) if process is not None else source
    moved = actual != source
    if wanted.strip().casefold() in ("default", ""):
        output = snapshot.monitors.get(source)
        if output is not None:
            moved = moved or snapshot.default_sink in set(snapshot.monitors.values()) - {output}
        else:
            moved = moved or snapshot.default_source in snapshot.sources - {source, *snapshot.monitors}
    return Standing(moved, source in snapshot.muted)


class Onlooker:
    """Asks the sound server, at most once in ``FRESH_S``, from whichever thread comes first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_s: float | None = None
        self._snapshot: Snapshot | None = None

    def look(self, source: LiveSource, wanted: str) -> Standing:
        """How it stands; all is well where nothing can be asked (no such server, or it does not answer)."""
        if not isinstance(source, PulseSource):
            return Standing()
        with self._lock:
            now = self._clock.now()
            if self._asked_s is None or now - self._asked_s >= FRESH_S:
                self._snapshot = read_snapshot(pulse.ask("info"), pulse.ask("list"))
                self._asked_s = self._clock.now()
            snapshot = self._snapshot
        return judge(source.id, source.process_id, wanted, snapshot) if snapshot is not None else Standing()
