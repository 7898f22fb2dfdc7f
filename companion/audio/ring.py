"""A bounded ring between the thread that captures and the thread that listens.

Writing copies into memory that is there already; when the reader is late, the oldest samples go and are counted.
"""

from __future__ import annotations

import threading

import numpy as np

from companion.audio.chunks import Samples


class Ring:
    """Samples with their place: sample ``n`` is the n-th since the beginning, whatever was dropped before it.

    The lock is held for a copy only (microseconds), so that neither side waits for the other's work.
    """

    def __init__(self, capacity: int) -> None:
        self._buffer = np.zeros(capacity, np.float32)
        self._lock = threading.Lock()
        self._begin = 0  # place of the oldest unread sample
        self._end = 0  # place after the newest
        self._dropped = 0

    @property
    def end(self) -> int:
        """The place that the next written sample will have."""
        return self._end

    @property
    def unread(self) -> int:
        """Samples that wait."""
        return self._end - self._begin

    @property
    def dropped(self) -> int:
        """Samples that were lost because the reader was late."""
        return self._dropped

    def write(self, samples: Samples) -> None:
        """Append; the oldest unread samples give way."""
        with self._lock:
            self._append(len(samples), samples)

    def write_silence(self, count: int) -> None:
        """Append ``count`` zeros."""
        with self._lock:
            self._append(count, None)

    def advance(self, count: int) -> None:
        """Let everything unread fall, and let ``count`` samples pass unheard; this is no loss."""
        with self._lock:
            self._end += count
            self._begin = self._end

    def read(self) -> tuple[int, Samples]:
        """All that waits, as a copy, and the place of its first sample; the array may be empty."""
        with self._lock:
            place, count = self._begin, self._end - self._begin
            out = np.empty(count, np.float32)
            at = place % len(self._buffer)
            first = min(count, len(self._buffer) - at)
            out[:first] = self._buffer[at : at + first]
            out[first:] = self._buffer[: count - first]
            self._begin = self._end
            return place, out

    def _append(self, count: int, samples: Samples | None) -> None:
        capacity = len(self._buffer)
        kept = min(count, capacity)
        self._end += count
        at = (self._end - kept) % capacity
        first = min(kept, capacity - at)
        if samples is None:
            self._buffer[at : at + first] = 0
            self._buffer[: kept - first] = 0
        else:
            newest = samples[count - kept :]
            self._buffer[at : at + first] = newest[:first]
            self._buffer[: kept - first] = newest[first:]
        oldest = self._end - capacity
        if self._begin < oldest:
            self._dropped += oldest - self._begin
            self._begin = oldest
