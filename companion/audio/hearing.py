"""Does a side that is open hear anything? Judged by its sound, in words, and taken back when it is well again.

A stream may run and deliver nothing but zeros: a permission that is missing, a switch on the cable, the wrong output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from companion.audio.chunks import RATE, Samples
from companion.events import SPEAKERS, Speaker

ZEROS_S = 3.0
"""A microphone that delivers only zeros for so long is dead: every real one has noise."""
LONGEST_ZEROS_S = 60.0
"""Noise-suppressing microphones deliver zeros between words: each time it was not dead after all, it is given twice
the time, up to this."""
MUTED_S = 1.0
"""A microphone that the system calls muted needs fewer zeros to be believed."""
ONE_SIDED_S = 5.0
"""Seconds that the user speaks while nothing at all was ever heard from the output."""
SPOKEN_RMS = 10 ** (-45 / 20)
"""A block of the user's side counts as spoken when it is louder than -45 dBFS."""
FULL_SCALE = 0.985
"""Samples beyond are clipped, or would soon be."""
CLIPPED = 0.002
"""So much of the sound of the last seconds clipped is too much: speech that is just loud enough has none."""
CLIPPING_S = 2.0
UNCLIPPED_S = 10.0
"""So long without a clipped sample, and the level is right again."""
_ZERO = 2.0**-15
"""The last bit of 16."""

ZEROS = "Your microphone delivers only silence: is it muted, or is the permission missing?"
MUTED = "Your microphone is muted in the system's settings."
ONE_SIDED = "Nothing was heard of the other side yet: does the call play on {device}?"
CLIPS: Mapping[Speaker, str] = {
    "me": "Your microphone is too loud and distorts: turn its level down.",
    "them": "The other side's sound is too loud and distorts: turn the call's volume down.",
}
WELL: Mapping[Speaker, str] = {"me": "Your microphone is heard.", "them": "The other side is heard."}


@dataclass(frozen=True, slots=True)
class Finding:
    """``message`` is what is wrong with that side, or empty when it is well again."""

    speaker: Speaker
    message: str


@dataclass(slots=True)
class _Side:
    zeros_s: float = 0.0
    zeros_limit_s: float = ZEROS_S
    heard: bool = False
    clipped: float = 0.0  # share of the last seconds' samples, a running mean
    clean_s: float = 0.0
    told: str = ""


@dataclass(slots=True)
class Hearing:
    """Fed with every chunk of both sides while they are open. ``output``: what the other side is heard from."""

    output: str = ""
    _sides: dict[Speaker, _Side] = field(default_factory=lambda: {s: _Side() for s in SPEAKERS})
    _spoken_s: float = 0.0

    def feed(self, speaker: Speaker, samples: Samples, *, muted: bool = False) -> list[Finding]:
        """Take the next sound of a side; ``muted`` is what the system says of it."""
        if not len(samples):
            return []
        side = self._sides[speaker]
        peak = float(np.max(np.abs(samples)))
        seconds = len(samples) / RATE
        if peak > _ZERO:
            if side.told in (ZEROS, MUTED) and side.zeros_s >= side.zeros_limit_s and not muted:
                side.zeros_limit_s = min(LONGEST_ZEROS_S, 2 * side.zeros_limit_s)
            side.zeros_s, side.heard = 0.0, True
        else:
            side.zeros_s += seconds
        self._clip(side, samples, peak, seconds)
        if speaker == "me" and float(np.mean(np.square(samples))) > SPOKEN_RMS**2:
            self._spoken_s += seconds
        return [f for s in SPEAKERS if (f := self._tell(s, muted=muted and s == speaker)) is not None]

    def forget(self, speaker: Speaker) -> None:
        """The side was lost, or is another device now."""
        limit = self._sides[speaker].zeros_limit_s
        self._sides[speaker] = _Side(zeros_limit_s=limit)
        self._spoken_s = 0.0

    def _clip(self, side: _Side, samples: Samples, peak: float, seconds: float) -> None:
        share = float(np.mean(np.abs(samples) >= FULL_SCALE)) if peak >= FULL_SCALE else 0.0
        weight = min(1.0, seconds / CLIPPING_S)
        side.clipped = (1 - weight) * side.clipped + weight * share
        side.clean_s = 0.0 if share else side.clean_s + seconds

    def _tell(self, speaker: Speaker, *, muted: bool) -> Finding | None:
        side = self._sides[speaker]
        message = self._wrong(speaker, side, muted=muted)
        if message == side.told:
            return None
        side.told = message
        return Finding(speaker, message)

    def _wrong(self, speaker: Speaker, side: _Side, *, muted: bool) -> str:
        if speaker == "me" and side.zeros_s > 0:
            if side.told in (ZEROS, MUTED):
                return MUTED if muted else side.told
            if muted and side.zeros_s >= MUTED_S:
                return MUTED
            if side.zeros_s >= side.zeros_limit_s:
                return ZEROS
        if speaker == "them" and not side.heard and self._spoken_s >= ONE_SIDED_S:
            return ONE_SIDED.format(device=self.output or "this output")
        if side.clipped > CLIPPED or (side.told == CLIPS[speaker] and side.clean_s < UNCLIPPED_S):
            return CLIPS[speaker]
        return ""
