"""What Windows plays: WASAPI loopback through ``soundcard``. Written from its source; not tested on Windows here."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from companion.audio.chunks import BLOCK, RATE
from companion.audio.source import OnBlock
from companion.errors import CompanionError

_FIRST_SOUND_S = 2.0


@dataclass(frozen=True, slots=True)
class WasapiOutput:
    """An output of Windows; ``id`` is the endpoint's."""

    id: str
    name: str
    default: bool


def list_wasapi() -> list[WasapiOutput]:
    """The outputs whose sound can be heard."""
    import soundcard

    try:
        default = soundcard.default_speaker().id
    except (RuntimeError, OSError):
        return []  # no output at all
    return [WasapiOutput(s.id, s.name, s.id == default) for s in soundcard.all_speakers()]


class WasapiSource:
    """The loopback of an output. Windows resamples to 16 kHz; ``soundcard`` tells silence while nothing plays."""

    def __init__(self, output_id: str, name: str) -> None:
        self.name = name
        self._id = output_id
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._settled = threading.Event()
        self._reason = ""

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def open(self, on_block: OnBlock) -> None:
        self._thread = threading.Thread(target=self._run, args=(on_block,), name="wasapi loopback", daemon=True)
        self._thread.start()
        self._settled.wait(_FIRST_SOUND_S)
        if self._reason:
            raise CompanionError(f"{self.name} cannot be listened to ({self._reason}).", "See: companion devices")

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def _run(self, on_block: OnBlock) -> None:
        # COM belongs to the thread that uses it
        import soundcard

        try:
            loopback: Any = soundcard.get_microphone(self._id, include_loopback=True)
            with loopback.recorder(samplerate=RATE, channels=None, blocksize=BLOCK) as recorder:
                while not self._closing.is_set():
                    data = recorder.record(BLOCK)
                    on_block(np.ascontiguousarray(data.mean(axis=1), dtype=np.float32))
                    self._settled.set()
        except (RuntimeError, OSError, IndexError) as error:
            self._reason = str(error)
        finally:
            self._settled.set()
