"""The live ears as a session's input: what they hear, what is wrong with them, and the recording."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from companion.audio.live import LiveEars
from companion.audio.recording import Recorder
from companion.clock import Clock
from companion.config import Settings
from companion.events import Health, Speaker
from companion.pipeline.inputs import Heard

SLEPT_S = 5.0
"""The wall clock is ahead of the one that stands still during sleep by this much: the machine slept."""
EASED_S = 15.0
"""Without further loss for so long, and the machine has caught up."""


class LiveInput:
    """The ears of ``companion.audio.live`` as an ``Input``; devices are opened when the session begins.

    ``record_to`` tells where to record what is heard, once the session runs; ``wall`` is the time of day, in seconds.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        record_to: Callable[[], Path] | None = None,
        *,
        ears: LiveEars | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._ears = ears or LiveEars(settings.audio, clock)
        self._clock = clock
        self._wall = wall
        self._ahead_s = wall() - clock.now()
        self._recorder = Recorder(record_to) if record_to is not None else None
        self._news = [Health(part="recording", state="ok", message="The sound is being kept.")] if record_to else []
        self._lost: dict[Speaker, int] = {}
        self._lost_at_s: float | None = None

    def open(self) -> None:
        self._ears.open()
        self._ahead_s = self._wall() - self._clock.now()

    def read(self, timeout_s: float) -> list[Heard] | None:
        chunks = self._ears.read(timeout_s)
        if self._recorder is not None:
            for chunk in chunks:
                self._recorder.put(chunk)
        return [Heard(c.speaker, c.t, c.samples) for c in chunks]

    def health(self) -> list[Health]:
        told = self._ears.drain_health() + self._news
        self._news = []
        now = self._clock.now()
        told += self._overflow(now)
        ahead_s = self._wall() - now
        if ahead_s - self._ahead_s > SLEPT_S:
            slept = f"The machine slept for {ahead_s - self._ahead_s:.0f} s; listening goes on."
            told.append(Health(part="machine", state="ok", message=slept))
        self._ahead_s = ahead_s
        if self._recorder is not None and self._recorder.trouble:
            told.append(Health(part="recording", state="degraded", message=self._recorder.trouble))
            self._recorder.close()
            self._recorder = None
        return told

    def pause(self) -> None:
        self._ears.pause()

    def resume(self) -> None:
        self._ears.resume()

    def close(self) -> None:
        self._ears.close()
        if self._recorder is not None:
            self._recorder.close()

    def _overflow(self, now: float) -> list[Health]:
        lost = self._ears.overflow
        more = any(count > self._lost.get(speaker, 0) for speaker, count in lost.items())
        self._lost = lost
        if more:
            self._lost_at_s = now
            seconds = sum(lost.values()) / 16_000
            message = f"The machine is too busy: {seconds:.0f} s of sound were lost."
            return [Health(part="machine", state="degraded", message=message)]
        if self._lost_at_s is not None and now - self._lost_at_s > EASED_S:
            self._lost_at_s = None
            return [Health(part="machine", state="ok", message="The machine keeps up again.")]
        return []
