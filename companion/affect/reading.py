"""What a text model says of one utterance, whichever model it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from companion.affect.layout import Turn
from companion.events import Driver


@dataclass(frozen=True, slots=True)
class Reading:
    """Emotions worth naming (strongest first), drivers above their thresholds (leading first), level probabilities.

    ``levels`` is empty when the model knows no levels.
    """

    emotions: Mapping[str, float] = field(default_factory=dict)
    drivers: tuple[Driver, ...] = ()
    levels: tuple[float, ...] = ()


class TextModel(Protocol):
    """Reads an utterance in the light of the turns before it. Not thread-safe: it belongs to the inference worker."""

    name: str

    def understands(self, language: str) -> bool:
        """Whether anything may be claimed for this language (a Whisper code)."""
        ...

    def read(self, current: Turn, context: Sequence[Turn]) -> Reading:
        """What may be felt, and what may drive it."""
        ...
