"""Recorded calls as blocks: the left channel is the user, the right one everybody else."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from companion.audio.chunks import BLOCK, RATE, Samples
from companion.audio.decoding import decode, duration_of
from companion.errors import UsageError
from companion.events import Speaker

Block = tuple[float, dict[Speaker, Samples | None]]
"""The audio second of the first sample, and ``BLOCK`` samples of each side; None for a side that the file has not."""
_SHORTEST_S = 0.1
"""Less than this holds not even a syllable."""


@dataclass(frozen=True, slots=True, eq=False)
class AudioFile:
    """A recording. Each iteration decodes it anew, as a stream; ``warnings`` grows meanwhile, one sentence each.

    ``duration_s``: seconds, as the file declares them, or None; ``channels``: how many it has (2 for a pair).
    The last block is filled up with silence.
    """

    duration_s: float | None
    channels: int
    _pieces: Callable[[list[str]], Iterator[Samples]] = field(repr=False)
    _sides: tuple[Speaker, ...]
    warnings: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Block]:
        for number, block in enumerate(_in_blocks(self._pieces(self.warnings), len(self._sides))):
            sides: dict[Speaker, Samples | None] = {"me": None, "them": None}
            sides.update(zip(self._sides, block, strict=True))
            yield number * BLOCK / RATE, sides


def open_audio(path: Path, *, mono_as: Speaker = "them") -> AudioFile:
    """A file of any usual sound or video format; raises ``UsageError`` when there is no sound to be had from it.

    Stereo: left is me, right is them, and so are the first two of more channels. A mono file is ``mono_as``.
    """
    channels = _check(path)
    sides: tuple[Speaker, ...] = ("me", "them") if channels >= 2 else (mono_as,)
    return AudioFile(duration_of(path), channels, lambda warnings: _fitted(path, warnings, len(sides)), sides)


def open_pair(me: Path, them: Path) -> AudioFile:
    """Two files that began at the same moment, each mixed to mono; the shorter one goes on in silence."""
    for path in (me, them):
        _check(path)
    durations = [d for d in (duration_of(me), duration_of(them)) if d is not None]

    def pieces(warnings: list[str]) -> Iterator[Samples]:
        both = [_in_blocks(_fitted(path, warnings, 1), 1) for path in (me, them)]
        silence = np.zeros((1, BLOCK), np.float32)
        for pair in itertools.zip_longest(*both, fillvalue=silence):
            yield np.concatenate(pair)

    return AudioFile(max(durations, default=None), 2, pieces, ("me", "them"))


def _check(path: Path) -> int:
    """How many channels the file has; decodes its beginning, so that what is wrong is said before anything starts."""
    heard = channels = 0
    for piece in decode(path, []):
        channels = max(channels, len(piece))
        heard += piece.shape[1]
        if heard >= _SHORTEST_S * RATE:
            return channels
    if heard:
        raise UsageError(f"{path} holds only {heard / RATE:.4f} s of sound.", "Name a recording of a call.")
    raise UsageError(f"{path} holds no sound that can be decoded.", "Try to play it, or convert it to WAV first.")


def _fitted(path: Path, warnings: list[str], channels: int) -> Iterator[Samples]:
    """Pieces with exactly so many channels: the first two, or their mean."""
    for piece in decode(path, warnings):
        if channels == 1:
            yield piece.mean(axis=0, keepdims=True)
        elif len(piece) == 1:
            yield np.repeat(piece, channels, axis=0)
        else:
            yield piece[:channels]


def _in_blocks(pieces: Iterator[Samples], channels: int) -> Iterator[Samples]:
    """The same sound in arrays of (channels, BLOCK), the last one filled up with silence."""
    rest = np.zeros((channels, 0), np.float32)
    for piece in pieces:
        rest = np.concatenate([rest, piece], axis=1)
        whole = rest.shape[1] // BLOCK * BLOCK
        for at in range(0, whole, BLOCK):
            yield rest[:, at : at + BLOCK]
        rest = rest[:, whole:]
    if rest.shape[1]:
        yield np.pad(rest, ((0, 0), (0, BLOCK - rest.shape[1])))
