"""The one shape of all live sources: a microphone, a system's output, by whatever library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from companion.audio.chunks import Samples

OnBlock = Callable[[Samples], None]
"""Told each block as it is captured, on the source's own thread: float32 mono 16 kHz, any length, valid during the
call only. It must return at once."""


class LiveSource(Protocol):
    """One stream. Opened once and closed once; whoever wants it back makes a new one (``Watch`` does)."""

    @property
    def name(self) -> str:
        """What people call the device."""
        ...

    @property
    def alive(self) -> bool:
        """False once the stream has ended by itself."""
        ...

    def open(self, on_block: OnBlock) -> None:
        """Begin to capture; raises ``CompanionError`` with the next step when it cannot."""
        ...

    def close(self) -> None:
        """Stop; no block is told afterwards. Harmless when it was not open."""
        ...
