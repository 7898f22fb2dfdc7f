"""How a screen holds a running session: it listens to events and says what the user wants.

Every command becomes an event in the same stream, so the journal has it, and the screen shows it only once it is true.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from companion.events import Event

Listener = Callable[[Event], None]
"""Called from the session's own threads, in order, one event at a time; it must return at once."""


class Session(Protocol):
    """A call that is being listened to, or one that is being replayed."""

    def start(self, listener: Listener) -> None:
        """Begin; returns at once. The first event is ``SessionStarted``, the last ``SessionEnded``."""
        ...

    def pause(self) -> None:
        """Stop listening until ``resume``; emits ``Paused``."""
        ...

    def resume(self) -> None:
        """Listen again; emits ``Resumed``."""
        ...

    def now(self) -> float:
        """The second of audio that has been reached."""
        ...

    def mark(self, note: str = "", t: float | None = None) -> None:
        """Remember the second ``t``, or this moment; emits ``Mark``."""
        ...

    def close_prompt(self, prompt_id: int, outcome: Literal["used", "dismissed"]) -> None:
        """The user answered a prompt; emits ``PromptClosed``."""
        ...

    def another(self) -> None:
        """Ask for another suggestion; emits ``AnotherWanted``, and a ``Prompt`` where there is one."""
        ...

    def set_sensitivity(self, value: float) -> None:
        """Set how soon it speaks up, -1 to 1; emits ``SensitivityChanged``."""
        ...

    def end(self, reason: str = "user") -> None:
        """End in order; returns at once, ``SessionEnded`` follows when all finals are out."""
        ...

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until ``SessionEnded`` was delivered; False when the time ran out."""
        ...
