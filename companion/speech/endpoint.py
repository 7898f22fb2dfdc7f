"""When a side begins to speak, and when it has finished: four states over the frames' speech probabilities.

``quiet`` -> ``starting`` (some speech, not yet enough) -> ``speaking`` -> ``stopping`` (a pause that may be the end).
Pure: it counts frames, so time is whatever the caller feeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

FRAME_S = 512 / 16_000
"""Seconds of one frame."""
RELEASE = 0.15
"""How far below the threshold a frame must fall to count as silence (Silero's own hysteresis)."""
START_FRAMES = 3
"""Frames of speech, within START_WINDOW, that begin an utterance: 96 ms; a click is shorter."""
START_WINDOW = 6


class State(Enum):
    """Where a channel is."""

    QUIET = "quiet"
    STARTING = "starting"
    SPEAKING = "speaking"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Began:
    """Speech began at frame ``frame``."""

    frame: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Speech from ``first`` up to, not including, ``last`` is whole. ``cut``: it goes on, this was just too long."""

    first: int
    last: int
    cut: bool = False


class Endpointer:
    """Feeds on one probability per frame; says when an utterance began and when it is whole.

    ``pause_s``: silence that ends an utterance; ``longest_s``: speech without a pause is cut after this, at the
    frame least like speech in its last third. ``expect`` changes the silence that ends the utterance for the pause that
    is open, and for no other.
    """

    def __init__(self, *, threshold: float = 0.5, pause_s: float = 0.6, longest_s: float = 18.0) -> None:
        self._on = threshold
        self._off = max(0.05, threshold - RELEASE)
        self._usual_pause = self._pause = max(1, round(pause_s / FRAME_S))
        self._longest = max(30, round(longest_s / FRAME_S))
        self.state = State.QUIET
        self._frame = 0
        self._first = 0
        self._last_speech = 0
        self._starts: list[int] = []
        self._probabilities: list[float] = []

    @property
    def speaking(self) -> bool:
        """Whether an utterance is open, a short pause within it included."""
        return self.state in (State.SPEAKING, State.STOPPING)

    @property
    def in_pause(self) -> bool:
        """Whether the open utterance is in a pause just now."""
        return self.state is State.STOPPING

    @property
    def pause_frames(self) -> int:
        """Frames of silence so far in the pause that is open; 0 while there is speech."""
        return self._frame - self.end_frame if self.in_pause else 0

    @property
    def end_frame(self) -> int:
        """Where the open utterance ends (exclusive) if nothing more comes."""
        return self._last_speech + 1

    def expect(self, pause_s: float) -> None:
        """The pause that is open ends the utterance after ``pause_s`` (at the next frame, if that has passed)."""
        if self.in_pause:
            self._pause = max(1, round(pause_s / FRAME_S))

    @property
    def first_frame(self) -> int:
        """The first frame of the open utterance."""
        return self._first

    def step(self, probability: float) -> list[Began | Finished]:
        """Take the next frame; at most two decisions come of it."""
        frame = self._frame
        self._frame += 1
        if self.speaking:
            return self._go_on(frame, probability)
        self._starts = [f for f in self._starts if f > frame - START_WINDOW]
        if probability >= self._on:
            self._starts.append(frame)
        if len(self._starts) >= START_FRAMES:
            self._first = self._starts[0]
            self._last_speech = frame
            self._probabilities = [probability] * (frame - self._first + 1)
            self._starts = []
            self.state = State.SPEAKING
            return [Began(self._first)]
        self.state = State.STARTING if self._starts else State.QUIET
        return []

    def skip(self, frames: int) -> None:
        """Nothing was heard for ``frames`` frames; call ``flush`` before."""
        self._frame += frames
        self._starts = []
        self.state = State.QUIET

    def rewind(self, frame: int) -> bool:
        """Frames from ``frame`` on come again, otherwise; returns whether an utterance that had begun is undone."""
        undone = self.speaking and self._first >= frame
        if undone or not self.speaking:
            self.state = State.QUIET
        else:
            self.state = State.SPEAKING
            self._probabilities = self._probabilities[: frame - self._first]
            self._last_speech = min(self._last_speech, frame - 1)
        self._starts = []
        self._pause = self._usual_pause
        self._frame = frame
        return undone

    def flush(self) -> list[Began | Finished]:
        """The sound ends here: finish what is open."""
        if not self.speaking:
            return []
        return [self._finish(self._last_speech + 1)]

    def _go_on(self, frame: int, probability: float) -> list[Began | Finished]:
        self._probabilities.append(probability)
        bar = self._on if self.state is State.STOPPING else self._off
        if probability >= bar:
            self._last_speech = frame
            self.state = State.SPEAKING
            self._pause = self._usual_pause
        else:
            self.state = State.STOPPING
            if frame - self._last_speech >= self._pause:
                return [self._finish(self._last_speech + 1)]
        if frame - self._first + 1 >= self._longest:
            return self._cut(frame)
        return []

    def _finish(self, last: int) -> Finished:
        self.state = State.QUIET
        self._starts = []
        self._pause = self._usual_pause
        return Finished(self._first, last)

    def _cut(self, frame: int) -> list[Began | Finished]:
        third = len(self._probabilities) // 3
        tail = self._probabilities[-third:]
        quietest = min(range(len(tail)), key=lambda i: tail[i])
        at = frame - third + 1 + quietest
        done = Finished(self._first, at, cut=True)
        self._probabilities = self._probabilities[-third:][quietest:]
        self._first = at
        self._last_speech = max(self._last_speech, at)
        return [done]
