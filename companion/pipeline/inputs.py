"""What a session hears, behind one protocol: live ears, or a file at the speed of the clock, or as fast as it goes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from companion.clock import Clock
from companion.events import Health, Speaker

FULL_SPEED = float("inf")
_STEP_S = 0.1
"""How long a paced read may wait before it lets others have a turn."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Sound of one side: float32 mono 16 kHz from audio second ``t`` on.

    When it begins before what was heard already, it replaces that. ``listen``: the same stretch for telling when
    somebody speaks, where that differs from what is to be recognised.
    """

    speaker: Speaker
    t: float
    samples: NDArray[np.float32]
    listen: NDArray[np.float32] | None = None


class Input(Protocol):
    """Where a session's sound comes from. Read from one thread."""

    def open(self) -> None:
        """Begin; audio time zero is now."""
        ...

    def read(self, timeout_s: float) -> list[Heard] | None:
        """What was heard since the last read, in time order; empty when nothing came in time, None at the end."""
        ...

    def health(self) -> list[Health]:
        """What changed with the ears since the last look."""
        ...

    def pause(self) -> None:
        """Let what is heard from now on fall on the floor; audio time goes on."""
        ...

    def resume(self) -> None:
        """Hear again."""
        ...

    def close(self) -> None:
        """Let go of devices and files."""
        ...


Block = tuple[float, dict[Speaker, NDArray[np.float32]]]


class FileInput:
    """Blocks of a file, each no sooner than its time has come (``speed`` 1 or 2), or at once (``FULL_SPEED``)."""

    def __init__(self, blocks: Iterator[Block], clock: Clock, speed: float, warnings: list[str] | None = None) -> None:
        self._blocks = blocks
        self._clock = clock
        self._speed = speed
        self._zero = 0.0
        self._waiting: Block | None = None
        self._paused_at: float | None = None
        self._never = threading.Event()
        self._warnings = warnings if warnings is not None else []

    def open(self) -> None:
        self._zero = self._clock.now()

    def read(self, timeout_s: float) -> list[Heard] | None:
        if self._paused_at is not None:
            self._clock.wait(timeout_s, self._never)
            return []
        block = self._waiting or next(self._blocks, None)
        if block is None:
            return None
        t, sides = block
        self._waiting = block
        if self._speed != FULL_SPEED:
            length = max(len(s) for s in sides.values()) / 16_000
            due = self._zero + (t + length) / self._speed - self._clock.now()
            if due > 0:
                self._clock.wait(min(due, timeout_s, _STEP_S), self._never)
                if due > min(timeout_s, _STEP_S):
                    return []
        self._waiting = None
        return [Heard(speaker, t, samples) for speaker, samples in sides.items()]

    def health(self) -> list[Health]:
        told = [Health(part="machine", state="degraded", message=w) for w in self._warnings]
        self._warnings.clear()
        return told

    def pause(self) -> None:
        self._paused_at = self._clock.now()

    def resume(self) -> None:
        if self._paused_at is not None:
            self._zero += self._clock.now() - self._paused_at
            self._paused_at = None

    def close(self) -> None:
        close = getattr(self._blocks, "close", None)
        if close is not None:
            close()
