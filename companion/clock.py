"""Time, passed in. ``SystemClock`` for calls and replays, ``ManualClock`` for tests and for reading at full speed."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds from an arbitrary zero, never going back."""

    def now(self) -> float:
        """The current second."""
        ...

    def wait(self, seconds: float, until: threading.Event) -> bool:
        """Wait, or less when ``until`` is set; returns whether it was set."""
        ...


class SystemClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float, until: threading.Event) -> bool:
        return until.wait(max(0.0, seconds))


class ManualClock:
    """A clock that moves only when told to; waiting moves it."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self._now += seconds

    def wait(self, seconds: float, until: threading.Event) -> bool:
        self._now += max(0.0, seconds)
        return until.is_set()
