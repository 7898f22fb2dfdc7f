"""Both ears at once: what the microphone and the system's output deliver, on one time line."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping

from companion.audio.channel import Channel
from companion.audio.chunks import RATE, Chunk, Samples
from companion.audio.hearing import WELL, Hearing
from companion.audio.opening import find_source
from companion.audio.source import LiveSource
from companion.audio.standing import Onlooker
from companion.audio.watch import Watch
from companion.clock import Clock
from companion.config import AudioSettings
from companion.errors import CompanionError, UsageError
from companion.events import SPEAKERS, Health, Speaker

_SLICE = RATE // 10
"""Chunks are cut at these places, so that a backlog is told in time order, the two sides in turns of 0.1 s."""
_NAMES: Mapping[Speaker, str] = {"me": "your microphone", "them": "the other side"}
_OFF = "off"

Make = Callable[[], LiveSource]


class LiveEars:
    """Two sources, two rings, one reader. ``open``, then ``read`` from one thread, then ``close``.

    ``sources`` replaces the devices of the settings (tests). Audio second zero is when ``open`` returns.
    """

    def __init__(self, settings: AudioSettings, clock: Clock, sources: Mapping[Speaker, Make] | None = None) -> None:
        self._clock = clock
        self._fresh = threading.Event()
        self._health: queue.SimpleQueue[Health] = queue.SimpleQueue()
        self._zero: float | None = None
        self._wanted: dict[Speaker, str] = {"me": settings.microphone, "them": settings.system}
        self._onlooker = Onlooker(clock)
        self._hearing = Hearing()
        self._states: dict[Speaker, str] = {}
        self._sources = dict(_from(settings) if sources is None else sources)
        self._channels = {speaker: Channel(settings.ring_s, self._fresh) for speaker in self._sources}
        self._watches = {speaker: self._watch(speaker, make) for speaker, make in self._sources.items()}

    @property
    def overflow(self) -> dict[Speaker, int]:
        """Samples lost on each side because the reader was late."""
        return {speaker: channel.dropped for speaker, channel in self._channels.items()}

    def open(self) -> None:
        """Open both sides; one alone will do, and the other is tried again and again.

        Raises ``UsageError`` for a device that cannot be meant, ``CompanionError`` when neither side can be opened.
        """
        if not self._sources:
            raise UsageError("Both sides are off, so there is nothing to listen to.", "Turn one on: companion devices")
        failed: dict[Speaker, CompanionError] = {}
        try:
            for speaker, watch in self._watches.items():
                try:
                    watch.open()
                except UsageError:
                    raise
                except CompanionError as error:
                    failed[speaker] = error
            if len(failed) == len(self._watches):
                raise _neither(failed)
        except CompanionError:
            self.close()
            raise
        self._begin(failed)

    def read(self, timeout_s: float) -> list[Chunk]:
        """What was heard since the last read, in time order; waits up to ``timeout_s`` for a block to come."""
        self._clock.wait(timeout_s, self._fresh)
        self._fresh.clear()
        now = self._clock.now()
        pieces: list[tuple[int, Speaker, Samples]] = []
        for speaker, channel in self._channels.items():
            place, samples = channel.take(now)
            pieces += [(at, speaker, piece) for at, piece in _sliced(place, samples)]
            self._listen(speaker, samples)
        pieces.sort(key=lambda piece: piece[:2])
        return [Chunk(speaker, at / RATE, samples) for at, speaker, samples in pieces]

    def drain_health(self) -> list[Health]:
        """What changed with the two sides since the last look."""
        told = []
        while not self._health.empty():
            told.append(self._health.get())
        return told

    def pause(self) -> None:
        """Let what is heard from now on fall; audio time goes on."""
        for channel in self._channels.values():
            channel.pause()

    def resume(self) -> None:
        """Hear again."""
        for channel in self._channels.values():
            channel.resume()

    def close(self) -> None:
        """Let go of both devices."""
        for watch in self._watches.values():
            watch.close()

    def _watch(self, speaker: Speaker, make: Make) -> Watch:
        channel = self._channels[speaker]
        return Watch(
            make,
            on_block=channel.put,
            on_new=channel.anchor,
            tell=lambda state, message: self._tell(speaker, state, message),
            clock=self._clock,
            standing=lambda source: self._onlooker.look(source, self._wanted[speaker]),
        )

    def _begin(self, failed: Mapping[Speaker, CompanionError]) -> None:
        self._zero = self._clock.now()
        for channel in self._channels.values():
            channel.begin(self._zero)
        for speaker, watch in self._watches.items():
            if speaker in failed:
                watch.fail(f"Without {_NAMES[speaker]}: {failed[speaker]}")
            watch.start()
        for speaker in SPEAKERS:
            if speaker not in self._sources:
                self._tell(speaker, "degraded", f"Without {_NAMES[speaker]}: it is turned off in the settings.")

    def _listen(self, speaker: Speaker, samples: Samples) -> None:
        """Say what is wrong with the sound of a side that is open, or that it is well again."""
        if self._states.get(speaker) != "ok":
            self._hearing.forget(speaker)
            return
        self._hearing.output = self._watches["them"].name if "them" in self._watches else ""
        for found in self._hearing.feed(speaker, samples, muted=self._watches[speaker].muted):
            if self._states.get(found.speaker) == "ok":
                state = "degraded" if found.message else "ok"
                self._say(found.speaker, state, found.message or WELL[found.speaker])

    def _tell(self, speaker: Speaker, state: str, message: str) -> None:
        self._states[speaker] = state
        self._say(speaker, state, message)

    def _say(self, speaker: Speaker, state: str, message: str) -> None:
        at = max(0.0, self._clock.now() - self._zero) if self._zero is not None else 0.0
        self._health.put(Health(t=at, at=at, part=speaker, state=state, message=message))


def _from(settings: AudioSettings) -> dict[Speaker, Make]:
    sources: dict[Speaker, Make] = {}
    if settings.microphone != _OFF:
        sources["me"] = lambda: find_source(settings.microphone, "input")
    if settings.system != _OFF:
        sources["them"] = lambda: find_source(settings.system, "output")
    return sources


def _neither(failed: Mapping[Speaker, CompanionError]) -> CompanionError:
    """What is wrong with the only side that was wanted; or with both, and the doctor tells what mends that."""
    if len(failed) == 1:
        return next(iter(failed.values()))
    what = " ".join(error.message for error in failed.values())
    return CompanionError(f"Neither side can be heard. {what}", "What to do: companion doctor")


def _sliced(place: int, samples: Samples) -> list[tuple[int, Samples]]:
    out = []
    at = place
    end = place + len(samples)
    while at < end:
        until = min(end, (at // _SLICE + 1) * _SLICE)
        out.append((at, samples[at - place : until - place]))
        at = until
    return out
