"""The microphone without the loudspeakers: nothing is touched until an echo is found, then it is taken out.

Two cancellers work together. The linear one takes the echo out of the sound and leaves the user's voice as it was: that
is what gets recognised. What remains goes through WebRTC's AEC3, which silences all that may be echo: that tells *when*
the user speaks. Neither alone will do (docs/decisions/0005-echo.md has the figures).

When an echo is found, it is learnt from for a second more. Then it is taken out of the last seconds as well, and they
are told again: see ``Cleaner.take``.
"""

from __future__ import annotations

import dataclasses
from collections import deque

import numpy as np

from companion.audio.adaptive import LinearCanceller
from companion.audio.chunks import BLOCK, RATE, Chunk, Samples
from companion.audio.leak import LONGEST, Leak, LeakFinder
from companion.audio.suppressor import Suppressor

AHEAD = BLOCK
"""Samples, 32 ms, by which the cancellers are given the played sound before its echo: they need some room."""
ALIGNED = round(0.008 * RATE)
"""Samples, 8 ms, by which the echo's delay may change before the cancellers are aligned, and learn, anew."""
RELEARNT = round(2.0 * RATE / BLOCK)
"""Blocks, 2 s, from which they then learn."""
CLEARLY = 4.0
"""6 dB: a rest that is so much louder than the echo that was taken out is the user's voice, whatever AEC3 says."""
PROVEN = 4.0
"""6 dB: that only counts while the linear canceller has lately, between the user's words, taken out so much."""
PROOFS = round(3.0 * RATE / BLOCK)
"""Blocks, 3 s of the other side speaking, in which it must have done so ..."""
PROOF_SHARE = 0.1
"""... in a tenth of them. When the way from the loudspeaker changes it fails in all."""
AUDIBLE = 10.0 ** (-50 / 10)
"""Mean square of a block in which the other side speaks, as in ``leak``."""
PATIENCE = round(0.3 * RATE)
"""Samples that the microphone waits for the other side, which may have stalled."""
AGAIN_S = 6.0
"""When an echo is found, so much is heard again without it."""
HELD = round(1.0 * RATE / BLOCK)
"""Blocks, 1 s, for which the user's side is held back before that, to learn from them too: what it takes to find an
echo is too little to take it out from under the user's own voice. Far shorter than what it takes to give one up."""
PASSES = 4
"""Times that the linear canceller goes through what it learns from. Once leaves it half learnt."""


class Cleaner:
    """Takes both sides' chunks, and gives them back with the user's side cleaned. Used from one thread."""

    def __init__(self) -> None:
        self._finder = LeakFinder()
        self._mic = _Line()
        self._far = _Line()
        self._next = 0
        self._recent: deque[tuple[int, Samples]] = deque(maxlen=round(AGAIN_S * RATE / BLOCK))
        self._delay = 0
        self._held = 0
        self._proofs: deque[bool] = deque(maxlen=PROOFS)
        self._cancellers: tuple[LinearCanceller, Suppressor] | None = None

    @property
    def leak(self) -> Leak | None:
        """The echo that is being taken out, or None."""
        return self._finder.leak if self._cancellers is not None else None

    def take(self, chunk: Chunk) -> list[Chunk]:
        """What may be heard now. Chunks with ``listen`` have had their echo taken out.

        A chunk that begins before the end of the one before it replaces what was heard from there on: that happens
        once, a second after an echo was found. In that second nothing of the user's side is told.
        """
        at = round(chunk.t * RATE)
        if chunk.speaker == "them":
            self._far.put(at, chunk.samples)
            return [chunk, *self._go_on()]
        told = self._begin(at) if self._mic.put(at, chunk.samples) else []
        if self._finder.leak is None:
            told.append(chunk)
        return [*told, *self._go_on()]

    def flush(self) -> list[Chunk]:
        """The sound ends: what still waits for the other side."""
        return [*self._go_on(patience=0), *self._let_go()]

    def _begin(self, at: int) -> list[Chunk]:
        """There was a gap: nothing before it is comparable with what comes. What was held back until then."""
        told = self._let_go()
        self._next = at
        self._recent.clear()
        return told

    def _go_on(self, patience: int = PATIENCE) -> list[Chunk]:
        out: list[Chunk] = []
        while self._mic.end - self._next >= BLOCK:
            waited = self._mic.end - self._next - BLOCK
            if self._far.end < self._next + BLOCK + max(0, AHEAD - self._delay) and waited < patience:
                break
            begin = self._next
            mic = self._mic.get(begin)
            self._next += BLOCK
            self._finder.feed(mic, self._far.get(begin))
            self._recent.append((begin, mic))
            out += self._judge(begin, mic)
        self._mic.forget(self._next)
        self._far.forget(self._next - round(AGAIN_S * RATE) - LONGEST)
        return out

    def _judge(self, begin: int, mic: Samples) -> list[Chunk]:
        leak = self._finder.leak
        if leak is None:
            if self._cancellers is None:
                return []
            self._cancellers = None
            return [Chunk("me", begin / RATE, self._mic.rest(begin))]
        delay = round(leak.delay_s * RATE)
        if self._cancellers is None:
            self._held += 1
            return self._let_go() if self._held > HELD else []
        if abs(delay - self._delay) > ALIGNED:
            self._learn(delay, RELEARNT)
        samples, listen = self._clean(begin, mic)
        return [Chunk("me", begin / RATE, samples, listen)]

    def _let_go(self) -> list[Chunk]:
        """What was heard lately, without its echo, if it waits for that."""
        leak = self._finder.leak
        if leak is None or self._cancellers is not None:
            return []
        self._held = 0
        self._learn(round(leak.delay_s * RATE), len(self._recent))
        cleaned = self._clean_again(len(self._recent))
        samples, listen = (np.concatenate(parts) for parts in zip(*cleaned, strict=True))
        return [Chunk("me", self._recent[0][0] / RATE, samples, listen)]

    def _learn(self, delay: int, latest: int) -> None:
        """Begin with cancellers that have gone through the latest blocks."""
        self._delay = delay
        linear, _ = self._cancellers = (LinearCanceller(), Suppressor())
        self._proofs.clear()
        for _ in range(PASSES - 1):
            linear.forget_played()
            for begin, mic in list(self._recent)[-latest:]:
                linear.step(mic, self._played(begin))
        self._clean_again(latest)

    def _clean_again(self, latest: int) -> list[tuple[Samples, Samples]]:
        """The latest blocks through the cancellers, as ``_clean`` does it."""
        assert self._cancellers is not None
        self._cancellers[0].forget_played()
        return [self._clean(begin, mic) for begin, mic in list(self._recent)[-latest:]]

    def _played(self, begin: int) -> Samples:
        """What was played for the echo in the microphone's block that begins there."""
        return self._far.get(begin + AHEAD - self._delay)

    def _clean(self, begin: int, mic: Samples) -> tuple[Samples, Samples]:
        """A block to be recognised, and the same for telling whether the user speaks."""
        assert self._cancellers is not None
        linear, suppressor = self._cancellers
        far = self._played(begin)
        samples = linear.step(mic, far)
        listen = suppressor.step(samples, far)
        rest, came = _power(samples), _power(mic)
        if _power(far) > AUDIBLE:
            self._proofs.append(came > PROVEN * rest)
        proven = sum(self._proofs) >= PROOF_SHARE * PROOFS
        clearly = proven and rest > CLEARLY * linear.echo_power
        return samples, samples if clearly else listen


def _power(samples: Samples) -> float:
    return float(np.mean(np.square(samples)))


@dataclasses.dataclass(slots=True, eq=False)
class _Line:
    """Samples by their place; holes are silence."""

    begin: int = 0
    _samples: Samples = dataclasses.field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def end(self) -> int:
        return self.begin + len(self._samples)

    def put(self, at: int, samples: Samples) -> bool:
        """Append; returns whether there was a hole too wide to be filled, so that it begins anew."""
        hole = at - self.end
        if hole > RATE or hole < -RATE:
            self.begin, self._samples = at, samples.copy()
            return True
        if hole < 0:
            samples = samples[-hole:]
        self._samples = np.concatenate([self._samples, np.zeros(max(0, hole), np.float32), samples])
        return False

    def get(self, at: int) -> Samples:
        """The block that begins there, filled up with silence."""
        block = np.zeros(BLOCK, np.float32)
        first, last = max(at, self.begin), min(at + BLOCK, self.end)
        if first < last:
            block[first - at : last - at] = self._samples[first - self.begin : last - self.begin]
        return block

    def rest(self, at: int) -> Samples:
        """Everything from there on."""
        return self._samples[max(0, at - self.begin) :].copy()

    def forget(self, before: int) -> None:
        """Let go of what lies before a place."""
        if before - self.begin >= RATE:
            self._samples = self._samples[before - self.begin :].copy()
            self.begin = before
