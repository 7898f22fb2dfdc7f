"""The PortAudio adapter (``sounddevice``): microphones on Windows, macOS, and on Linux where no sound server runs."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from companion.audio.chunks import BLOCK, RATE, Samples
from companion.audio.source import OnBlock
from companion.errors import CompanionError

INSTALL_HINT = "Install it: sudo apt install libportaudio2"


@dataclass(frozen=True, slots=True)
class PortAudioDevice:
    """``number``: PortAudio's own, valid until it is initialised again."""

    number: int
    name: str
    default: bool


def list_portaudio() -> list[PortAudioDevice] | None:
    """The devices that can record; None when PortAudio is not installed."""
    sd = load()
    if sd is None:
        return None
    default = sd.default.device[0]
    return [
        PortAudioDevice(number, device["name"], number == default)
        for number, device in enumerate(sd.query_devices())
        if device["max_input_channels"] > 0
    ]


class PortAudioSource:
    """A microphone. Captured at 16 kHz; a device that refuses it is captured at its own rate and resampled."""

    def __init__(self, number: int, name: str) -> None:
        self.name = name
        self._number = number
        self._stream: Any = None

    @property
    def alive(self) -> bool:
        return self._stream is not None and bool(self._stream.active)

    def open(self, on_block: OnBlock) -> None:
        sd = load()
        if sd is None:
            raise CompanionError("The microphone needs PortAudio, which is not installed.", INSTALL_HINT)
        try:
            try:
                self._stream = _stream(sd, self._number, RATE, on_block)
            except sd.PortAudioError:
                own = int(sd.query_devices(self._number)["default_samplerate"])
                self._stream = _stream(sd, self._number, own, on_block)
            self._stream.start()
        except (sd.PortAudioError, ValueError) as error:
            self.close()
            raise CompanionError(
                f"{self.name} cannot be opened ({short(error)}).",
                "Check that it is plugged in and that no other program keeps it; see: companion devices",
            ) from error

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close(ignore_errors=True)


def _stream(sd: Any, number: int, rate: int, on_block: OnBlock) -> Any:
    """An input stream that tells blocks at 16 kHz. At 16 kHz its callback does nothing but hand the samples on."""
    resample = resampler(rate)

    def callback(data: Samples, _frames: int, _time: object, _status: object) -> None:
        samples = resample(data[:, 0])
        if len(samples):
            on_block(samples)

    return sd.InputStream(
        samplerate=rate,
        blocksize=BLOCK * rate // RATE,
        device=number,
        channels=1,
        dtype="float32",
        callback=callback,
    )


def resampler(rate: int) -> Any:
    """A function from samples at ``rate`` to samples at 16 kHz that keeps its state between blocks."""
    if rate == RATE:
        return lambda samples: samples
    import soxr

    stream = soxr.ResampleStream(rate, RATE, 1, dtype="float32", quality="MQ")
    return lambda samples: stream.resample_chunk(np.ascontiguousarray(samples))


def short(error: Exception) -> str:
    """PortAudio's error as a part of a sentence: its first line."""
    return str(error).split("\n")[0].rstrip(".")


def load() -> Any:
    """``sounddevice``, or None: importing it loads and initialises PortAudio, which may not be there."""
    if "sounddevice" not in sys.modules:
        _hush()
    try:
        import sounddevice
    except OSError:
        return None
    return sounddevice


_silent: list[Any] = []
"""Callbacks that C code keeps a pointer to: they must not be collected."""


def _hush() -> None:
    """ALSA prints on stderr whatever device it tries; the terminal belongs to the screen."""
    if not sys.platform.startswith("linux"):
        return
    try:
        alsa = ctypes.CDLL("libasound.so.2")
    except OSError:
        return
    handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
    nothing = handler(lambda *_: None)
    _silent.append(nothing)
    alsa.snd_lib_error_set_handler(nothing)
