"""The call on disk, when the user wants it: Ogg Opus, left the user, right everybody else, written as it happens.

Opus at 48 kbit/s is 22 MB an hour. A page is written every second, so a crash or a dead battery costs a second at most,
and what is there can be played. The microphone is recorded as it came, so that the recording can be analysed again.
A thread of its own encodes and writes; nothing waits for the disk.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from companion.audio.chunks import RATE, Chunk, Samples
from companion.errors import CompanionError
from companion.events import SPEAKERS

BIT_RATE = 48_000
"""Of both channels together: speech is transparent, and recognised no worse."""
PATIENCE = round(2.5 * RATE)
"""Samples that one side waits for the other; a side that stalls is silent two seconds later."""
_QUEUED = 1200
"""Chunks, of 0.1 s at most, that may wait for a slow disk: a minute of both sides."""
_LONGEST_PIECE = 10 * RATE
_PAGE_US = "1000000"


class Recorder:
    """Takes chunks in time order from one thread. ``path`` is asked when the first one comes.

    ``trouble`` is what went wrong, in a sentence: then the recording has ended, and the call goes on.
    """

    def __init__(self, path: Callable[[], Path]) -> None:
        self.trouble = ""
        self._path = path
        self._queue: queue.Queue[Chunk | None] = queue.Queue(_QUEUED)
        self._thread: threading.Thread | None = None

    def put(self, chunk: Chunk) -> None:
        """Record it; returns at once."""
        if self.trouble:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
            self._thread.start()
        try:
            self._queue.put_nowait(chunk)
        except queue.Full:
            self.trouble = "The recording was given up: the disk is too slow."

    def close(self) -> None:
        """Write what is left; waits some seconds for a slow disk."""
        if self._thread is None:
            return
        try:
            self._queue.put(None, timeout=5.0)
        except queue.Full:
            return
        self._thread.join(10.0)

    def _run(self) -> None:
        try:
            writer = _Writer(self._path())
            try:
                while (chunk := self._queue.get()) is not None:
                    writer.put(chunk)
            finally:
                writer.close()
        except (OSError, CompanionError) as error:  # av's errors are OSErrors where the system refused
            self.trouble = f"The recording was given up ({error})."


class _Writer:
    """Both sides' chunks into one file."""

    def __init__(self, path: Path) -> None:
        import av

        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file: IO[bytes] = os.fdopen(handle, "wb", buffering=0)
        self._container: Any = av.open(
            self._file, "w", format="ogg", options={"page_duration": _PAGE_US, "flush_packets": "1"}
        )
        self._stream: Any = self._container.add_stream("libopus", rate=RATE, layout="stereo")
        self._stream.bit_rate = BIT_RATE
        self._stream.codec_context.open()
        self._frame = int(self._stream.codec_context.frame_size)
        self._waiting: dict[str, Samples] = {speaker: np.zeros(0, np.float32) for speaker in SPEAKERS}
        self._at = 0  # samples written
        self._synced = 0

    def put(self, chunk: Chunk) -> None:
        """Place a chunk where its time says; holes are silence, however long (a pause)."""
        place = round(chunk.t * RATE)
        while (hole := place - self._at - len(self._waiting[chunk.speaker])) > 0:
            self._append(chunk.speaker, np.zeros(min(hole, _LONGEST_PIECE), np.float32))
        self._append(chunk.speaker, chunk.samples[-hole:] if hole else chunk.samples)

    def _append(self, speaker: str, samples: Samples) -> None:
        self._waiting[speaker] = np.concatenate([self._waiting[speaker], samples])
        ends = [len(w) for w in self._waiting.values()]
        self._write(max(min(ends), max(ends) - PATIENCE))

    def close(self) -> None:
        """Write to the end, and close."""
        with self._file:
            longest = max(len(w) for w in self._waiting.values())
            self._write(-(-longest // self._frame) * self._frame)
            for packet in self._stream.encode(None):
                self._container.mux(packet)
            self._container.close()

    def _write(self, count: int) -> None:
        import av

        whole = count // self._frame * self._frame
        if not whole:
            return
        sides = np.zeros((2, whole), np.float32)
        for row, (speaker, waiting) in zip(sides, self._waiting.items(), strict=True):
            part = waiting[:whole]
            row[: len(part)] = part
            self._waiting[speaker] = waiting[whole:]
        for begin in range(0, whole, self._frame):
            piece = sides[:, begin : begin + self._frame].T.reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="flt", layout="stereo")
            frame.sample_rate, frame.pts = RATE, self._at + begin
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        self._at += whole
        if self._at - self._synced >= RATE:
            self._synced = self._at
            os.fsync(self._file.fileno())
