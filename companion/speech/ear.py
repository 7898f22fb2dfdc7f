"""One ear per channel: samples in, the beginnings and ends of speech out, and the speech itself, whole.

An ear keeps what it must: a little before the first syllable, and the utterance that is open.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.events import Speaker
from companion.speech.endpoint import Began, Endpointer, Finished
from companion.speech.vad import FRAME, Vad

RATE = 16_000
PRE_ROLL_S = 0.25
"""Kept before the first frame of speech, so that no first syllable is lost."""
POST_ROLL_S = 0.20
"""Kept after the last frame of speech."""
SHORTEST_S = 0.16
"""Less speech than this is a cough or a click."""


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """A stretch of speech: ``samples`` float32 mono 16 kHz from ``t0`` - pre-roll; ``t0``, ``t1`` bound the speech.

    ``confidence``: mean speech probability of its frames; ``whole`` is False while it goes on; ``paused``: it does not
    go on just now, so this may be all of it.
    """

    speaker: Speaker
    t0: float
    t1: float
    samples_t0: float
    samples: NDArray[np.float32]
    confidence: float
    whole: bool = True
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """The side began to speak at ``t0``."""

    speaker: Speaker
    t0: float


@dataclass(frozen=True, slots=True)
class Stopped:
    """The side stopped speaking at ``t1``."""

    speaker: Speaker
    t1: float


class Ear:
    """Hears one channel. Fed from one thread."""

    def __init__(self, speaker: Speaker, vad: Vad, endpointer: Endpointer) -> None:
        self.speaker = speaker
        self._vad = vad
        self._endpointer = endpointer
        self._samples = np.zeros(0, np.float32)
        self._listened = np.zeros(0, np.float32)  # the same stretch, as the VAD hears it
        self._finished = 0  # the frame after what was finished last
        self._kept_from = 0  # index of the first kept sample
        self._heard = 0  # samples that went through the VAD
        self._probabilities: list[float] = []
        self._probabilities_from = 0
        self._voice_open = False

    @property
    def now(self) -> float:
        """Seconds of audio heard."""
        return self._heard / RATE

    @property
    def end(self) -> float:
        """Seconds of audio taken, what does not yet fill a frame included."""
        return (self._kept_from + len(self._samples)) / RATE

    @property
    def speaking(self) -> bool:
        """Whether this side is speaking, short pauses included."""
        return self._endpointer.speaking

    def feed(
        self, samples: NDArray[np.float32], listen: NDArray[np.float32] | None = None
    ) -> list[Started | Stopped | Speech]:
        """Take the next samples (any number, float32 mono 16 kHz).

        ``listen``: as many, by which to tell whether somebody speaks, where that is not ``samples`` itself.
        """
        self._samples = np.concatenate([self._samples, samples])
        self._listened = np.concatenate([self._listened, samples if listen is None else listen])
        out: list[Started | Stopped | Speech] = []
        while self._kept_from + len(self._samples) - self._heard >= FRAME:
            at = self._heard - self._kept_from
            frame = self._listened[at : at + FRAME]
            self._heard += FRAME
            probability = self._vad.probability(frame)
            self._probabilities.append(probability)
            for decision in self._endpointer.step(probability):
                out += self._tell(decision)
        self._forget()
        return out

    def flush(self) -> list[Started | Stopped | Speech]:
        """The sound ends: finish what is open."""
        out: list[Started | Stopped | Speech] = []
        for decision in self._endpointer.flush():
            out += self._tell(decision)
        return out

    def skip_to(self, t: float) -> None:
        """Nothing was heard until ``t`` (a pause, a gap): go on from there. What was open is finished before."""
        frames = int(t * RATE) // FRAME - self._heard // FRAME
        if frames <= 0:
            return
        self._endpointer.skip(frames)
        self._heard += frames * FRAME
        self._kept_from = self._heard
        self._samples = self._listened = np.zeros(0, np.float32)
        self._probabilities = []
        self._probabilities_from = self._heard // FRAME

    def rewind(self, t: float) -> list[Started | Stopped | Speech]:
        """What was heard from ``t`` on will be fed again, otherwise: go back, though not into what was finished.

        ``now`` is where to go on from.
        """
        frame = max(-(-round(t * RATE) // FRAME), self._finished)
        if frame * FRAME >= self._heard:
            return []
        began = self._endpointer.first_frame
        undone = self._endpointer.rewind(frame)
        self._heard = frame * FRAME
        self._kept_from = min(self._kept_from, self._heard)
        self._samples = self._samples[: self._heard - self._kept_from]
        self._listened = self._listened[: len(self._samples)]
        del self._probabilities[max(0, frame - self._probabilities_from) :]
        self._probabilities_from = min(self._probabilities_from, frame)
        return [Stopped(self.speaker, began * FRAME / RATE)] if undone else []

    def so_far(self, since: float = 0.0) -> Speech | None:
        """The open utterance as far as it was heard, or None; its sound from ``since`` on (a pause within it)."""
        if not self._endpointer.speaking:
            return None
        speech = self._cut_out(self._endpointer.first_frame, self._heard // FRAME, whole=False)
        skipped = round((since - speech.samples_t0) * RATE)
        if skipped <= 0:
            return speech
        return dataclasses.replace(speech, samples_t0=since, samples=speech.samples[skipped:])

    def candidate(self, pause_s: float) -> Speech | None:
        """What will be the utterance if the pause, which has lasted ``pause_s`` or longer, turns out to be its end."""
        endpointer = self._endpointer
        if endpointer.pause_frames * FRAME < pause_s * RATE:
            return None
        speech = self._cut_out(endpointer.first_frame, endpointer.end_frame, whole=False)
        return dataclasses.replace(speech, paused=True) if speech.t1 - speech.t0 >= SHORTEST_S else None

    @property
    def began(self) -> float:
        """When the open utterance began."""
        return self._endpointer.first_frame * FRAME / RATE

    @property
    def in_pause(self) -> bool:
        """Whether an open utterance pauses just now."""
        return self._endpointer.in_pause

    def expect(self, pause_s: float) -> None:
        """Let the pause that is open end the utterance after ``pause_s``."""
        self._endpointer.expect(pause_s)

    def _tell(self, decision: Began | Finished) -> list[Started | Stopped | Speech]:
        if isinstance(decision, Began):
            self._voice_open = True
            return [Started(self.speaker, decision.frame * FRAME / RATE)]
        self._finished = decision.last
        out: list[Started | Stopped | Speech] = []
        if not decision.cut:
            out.append(Stopped(self.speaker, decision.last * FRAME / RATE))
        if (decision.last - decision.first) * FRAME / RATE >= SHORTEST_S:
            out.append(self._cut_out(decision.first, decision.last, whole=True, cut=decision.cut))
        return out

    def _cut_out(self, first: int, last: int, *, whole: bool, cut: bool = False) -> Speech:
        begin = max(self._kept_from, first * FRAME - round(PRE_ROLL_S * RATE))
        end = min(self._heard, last * FRAME + (0 if cut else round(POST_ROLL_S * RATE)))
        frames = self._probabilities[first - self._probabilities_from : last - self._probabilities_from]
        return Speech(
            speaker=self.speaker,
            t0=first * FRAME / RATE,
            t1=last * FRAME / RATE,
            samples_t0=begin / RATE,
            samples=self._samples[begin - self._kept_from : end - self._kept_from].copy(),
            confidence=float(np.mean(frames)) if frames else 0.0,
            whole=whole,
        )

    def _forget(self) -> None:
        open_from = self._endpointer.first_frame * FRAME if self._endpointer.speaking else self._heard
        keep_from = max(self._kept_from, open_from - round((PRE_ROLL_S + 0.3) * RATE))
        if keep_from - self._kept_from > RATE // 4:
            self._samples = self._samples[keep_from - self._kept_from :].copy()
            self._listened = self._listened[keep_from - self._kept_from :].copy()
            self._kept_from = keep_from
            drop = keep_from // FRAME - self._probabilities_from
            if drop > 0:
                del self._probabilities[:drop]
                self._probabilities_from += drop
