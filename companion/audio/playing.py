"""Playing a recorded call from a moment on, through PortAudio (``sounddevice``), in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from companion.audio import portaudio
from companion.audio.chunks import RATE, Samples
from companion.audio.decoding import decode_from
from companion.errors import CompanionError

BLOCK_S = 0.05
"""How soon ``stop`` and ``seek`` are heeded."""
ASIDE = 0.3
"""Part of a side that is heard in the other ear too: the sides stay apart, and nobody sits alone in one ear."""


class Player:
    """Plays a stereo recording from ``begin_s`` on, until its end or ``stop``.

    Raises ``CompanionError`` when there is no such recording, or nothing to play it on. ``trouble``: why
    it ended early.
    """

    def __init__(self, path: Path, begin_s: float) -> None:
        if not path.is_file():
            raise CompanionError(
                "This call was not recorded.",
                "For the next one: companion live --record, or record = true under [sessions].",
            )
        self.trouble = ""
        self._path = path
        self._at = self._least = begin_s
        self._wanted: float | None = None
        self._stopped = threading.Event()
        self._sd, self._stream, self._rate = _opened()
        self._late = float(self._stream.latency)
        self._thread = threading.Thread(target=self._run, args=(begin_s,), name="playing", daemon=True)
        self._thread.start()

    @property
    def playing(self) -> bool:
        """Whether it still plays."""
        return self._thread.is_alive()

    @property
    def at(self) -> float:
        """The second of the call that is heard now."""
        return max(self._least, self._at - self._late)

    def seek(self, t: float) -> None:
        """Go on from another second."""
        self._least = self._at = self._wanted = t

    def stop(self) -> None:
        """End it; returns when the device is free."""
        self._stopped.set()
        self._thread.join(5.0)

    def wait(self, seconds: float) -> bool:
        """Wait for the end, not longer than this; whether it has come."""
        self._thread.join(seconds)
        return not self.playing

    def _run(self, begin_s: float) -> None:
        wanted: float | None = begin_s
        try:
            while wanted is not None:
                self._wanted = None
                self._play(wanted)
                wanted = self._wanted
            if self._at == begin_s and not self._stopped.is_set():
                self.trouble = "The recording ends before this moment."
            if not self._stopped.is_set():
                self._stream.stop()  # what is still on its way is heard
        except self._sd.PortAudioError as error:
            self.trouble = f"The sound stopped ({portaudio.short(error)})."
        except CompanionError as error:
            self.trouble = str(error)
        finally:
            self._stream.close(ignore_errors=True)

    def _play(self, begin_s: float) -> None:
        """Play until the end, a wish for another second, or the stop."""
        resample = _resampler(self._rate)
        made = begin_s
        for piece in _blocks(decode_from(self._path, begin_s)):
            if self._stopped.is_set() or self._wanted is not None:
                return
            made += len(piece) / RATE
            self._stream.write(resample(piece))
            if self._wanted is None:
                self._at = made


def _opened() -> tuple[Any, Any, int]:
    """``sounddevice``, an output stream that runs, and its rate."""
    sd = portaudio.load()
    if sd is None:
        raise CompanionError("Playing needs PortAudio, which is not installed.", portaudio.INSTALL_HINT)
    try:
        try:
            rate, stream = RATE, sd.OutputStream(samplerate=RATE, channels=2, dtype="float32")
        except sd.PortAudioError:
            rate = int(sd.query_devices(kind="output")["default_samplerate"])
            stream = sd.OutputStream(samplerate=rate, channels=2, dtype="float32")
        stream.start()
    except (sd.PortAudioError, ValueError) as error:
        raise CompanionError(
            f"There is nothing to play it on ({portaudio.short(error)}).", "Plug in headphones, or start the sound."
        ) from error
    return sd, stream, rate


def _blocks(sound: Iterator[Samples]) -> Iterator[Samples]:
    """Decoded sound (channels, samples) as short blocks (samples, 2), both sides in both ears."""
    size = round(BLOCK_S * RATE)
    for piece in sound:
        left, right = (piece[0], piece[1]) if len(piece) > 1 else (piece[0], piece[0])
        both = np.stack([(1 - ASIDE) * left + ASIDE * right, ASIDE * left + (1 - ASIDE) * right], axis=1)
        for begin in range(0, len(both), size):
            yield np.ascontiguousarray(both[begin : begin + size], np.float32)


def _resampler(rate: int) -> Any:
    """From 16 kHz to the device's rate, keeping its state between blocks."""
    if rate == RATE:
        return lambda block: block
    import soxr

    stream = soxr.ResampleStream(RATE, rate, 2, dtype="float32", quality="MQ")
    return stream.resample_chunk
