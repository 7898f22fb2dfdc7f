"""One side of the call on the session's time line: blocks in from the capture thread, placed samples out."""

from __future__ import annotations

import threading

import numpy as np

from companion.audio.chunks import BLOCK, RATE, Samples
from companion.audio.ring import Ring
from companion.audio.timeline import Timeline


class Channel:
    """A ring, and the clock's judgement of what goes into it. ``fresh`` is set when a block waits to be read."""

    def __init__(self, capacity_s: float, fresh: threading.Event) -> None:
        self._ring = Ring(round(capacity_s * RATE))
        self._timeline = Timeline()
        self._lock = threading.Lock()
        self._fresh = fresh
        self._zero: float | None = None
        self._paused = False

    @property
    def dropped(self) -> int:
        """Samples lost because the reader was late."""
        return self._ring.dropped

    def begin(self, zero: float) -> None:
        """Audio second zero is the clock's second ``zero``; what comes before is not heard."""
        self._zero = zero

    def put(self, samples: Samples, arrived: float) -> None:
        """A block of the capture thread; its last sample was captured at the clock's second ``arrived``."""
        if self._zero is None:
            return
        with self._lock:
            placement = self._timeline.place(len(samples), round((arrived - self._zero) * RATE))
            if self._paused:
                self._ring.advance(placement.silence + len(samples) - placement.leave_out + placement.stretch)
                return
            if placement.silence:
                self._ring.write_silence(placement.silence)
            kept = samples[placement.leave_out :] if placement.leave_out else samples
            self._ring.write(stretched(kept, placement.stretch))
        if self._ring.unread >= BLOCK:
            self._fresh.set()

    def anchor(self) -> None:
        """The next block is of a new stream."""
        with self._lock:
            self._timeline.anchor()

    def pause(self) -> None:
        """Let all that comes, and all that waits, fall."""
        with self._lock:
            self._paused = True
            self._ring.advance(0)

    def resume(self) -> None:
        """Hear again."""
        with self._lock:
            self._paused = False

    def take(self, now: float) -> tuple[int, Samples]:
        """What waits, with the place of its first sample; a side that stalls is silent up to two seconds ago."""
        with self._lock:
            owed = self._timeline.catch_up(round((now - self._zero) * RATE)) if self._zero is not None else 0
            if owed and self._paused:
                self._ring.advance(owed)
            elif owed:
                self._ring.write_silence(owed)
            return self._ring.read()


def stretched(samples: Samples, by: int) -> Samples:
    """The same sound in ``by`` samples more (or fewer), by straight lines between the samples."""
    count = len(samples) + by
    if by == 0 or len(samples) < 2 or count < 2:
        return samples
    places = np.linspace(0, len(samples) - 1, count)
    return np.interp(places, np.arange(len(samples)), samples).astype(np.float32)
