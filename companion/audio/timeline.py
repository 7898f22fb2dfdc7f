"""Where a block belongs in time, judged by when it arrives: a pure function of counts and a clock.

Blocks come late at times (a busy machine) and then in a burst; that is no gap. A gap is when *every* block of two whole
seconds is late: then sound is missing, and silence stands in for it. A burst after silence was filled in already comes
early: then samples are left out.

No two sound cards have the same idea of a second (some parts in ten thousand lie between them). Of all blocks of a few
seconds the one that waited least tells where the card is against the clock; what it is early or late is made up for
one sample at a time, by stretching or squeezing blocks a little, and never by more than a card's clock may be off. So
hours into a call both sides are still in step, to a few milliseconds, and an echo keeps its delay, on a busy machine
too.
"""

from __future__ import annotations

from dataclasses import dataclass

from companion.audio.chunks import RATE

TOLERANCE = RATE // 4
"""Samples, 0.25 s. Larger than the jitter of sound servers (blocks of up to 0.1 s), smaller than a turn gap."""
WINDOW = 2 * RATE
"""Samples, 2 s, of which every block must be late before it counts as a gap."""
STALL = 2 * RATE
"""Samples, 2 s: a side that delivers nothing for longer is silent for its listener. Under load a hold-up of
more than a second does happen, and what comes late then is still wanted."""
DRIFT_WINDOW = 4 * RATE
"""Samples, 4 s, of which the block that waited least is looked at: long enough that one came without waiting."""
SETTLED = RATE // 500
"""Samples, 2 ms: a stream whose first block came later than others by more is moved to its place after a second."""
SETTLING = RATE
"""Samples, 1 s, of a new stream of which the block that waited least tells that."""
DRIFT_MENDED_S = 8.0
"""An error is made up for over about so long: a card that is 100 ppm off is then 0.8 ms off its place."""
DRIFT_AT_MOST = 500e-6
"""No card's clock is off by more: a side that is later than this makes up for was held up by a busy machine, and will
be in time again. To follow it there and back would move an echo against the sound that it is one of."""
PIECE = 256
"""A block gives or takes one sample in so many at most: 0.4 %, a fifteenth of a semitone."""


@dataclass(frozen=True, slots=True)
class Placement:
    """``silence``: samples to fill in before the block; ``leave_out``: samples to drop at its beginning.

    ``stretch``: samples that the rest of the block is to be made longer by (shorter, when negative).
    """

    silence: int = 0
    leave_out: int = 0
    stretch: int = 0


class Timeline:
    """The next place of one side. All numbers are samples since the session began."""

    def __init__(self) -> None:
        self._next = 0
        self._anchor = True
        self._least = 0
        self._window = 0
        self._drift_least = 0
        self._drift_window = 0
        self._rate = 0.0  # samples to give, a sample heard
        self._owed = 0.0
        self._settling = 0  # samples of a new stream before its place is looked at again
        self._early = 0  # samples that are still to be left out

    def anchor(self) -> None:
        """The stream is a new one: its first block is placed where the clock says."""
        self._anchor = True

    def place(self, count: int, due: int) -> Placement:
        """A block of ``count`` samples arrived, and its last sample was due at ``due`` by the clock."""
        late = due - (self._next + count)
        placement = self._judge(count, late)
        if placement.silence or placement.leave_out or self._anchor:
            if self._anchor:
                self._settling, self._early = SETTLING, 0
            self._anchor = False
            self._window = 0
            self._forget_drift()
        else:
            placement = Placement(stretch=self._drift(count, late))
        self._next += placement.silence + count - placement.leave_out + placement.stretch
        return placement

    def catch_up(self, now: int) -> int:
        """Samples of silence that a stalled side owes its listener at ``now``."""
        owed = now - STALL - self._next
        if owed <= 0:
            return 0
        self._next += owed
        self._window = 0
        self._forget_drift()
        return owed

    def _drift(self, count: int, late: int) -> int:
        """Samples to give (take, when negative) with this block, so that the side comes nearer to the clock."""
        self._drift_least = late if self._drift_window == 0 else min(self._drift_least, late)
        self._drift_window += count
        if self._drift_window >= DRIFT_WINDOW:
            self._drift_window = 0
            self._rate = max(-DRIFT_AT_MOST, min(DRIFT_AT_MOST, self._drift_least / (DRIFT_MENDED_S * RATE)))
        if count < PIECE // 8:
            return 0  # too short to hide a sample in; the next one will do
        most = max(1, count // PIECE)
        self._owed = max(-2.0 * most, min(2.0 * most, self._owed + self._rate * count))
        stretch = max(-most, min(most, int(self._owed)))
        self._owed -= stretch
        return stretch

    def _forget_drift(self) -> None:
        self._drift_window = 0
        self._rate = self._owed = 0.0

    def _judge(self, count: int, late: int) -> Placement:
        if self._anchor:
            return Placement(silence=late) if late > 0 else Placement(leave_out=min(count, -late))
        if late < -TOLERANCE:
            return Placement(leave_out=min(count, -late))
        self._least = late if self._window == 0 else min(self._least, late)
        self._window += count
        if self._settling > 0:
            self._settling -= count
            if self._settling <= 0 and self._least < -SETTLED:
                self._early = -self._least
        if self._early:
            left = min(count, self._early)
            self._early -= left
            return Placement(leave_out=left)
        if self._window < WINDOW:
            return Placement()
        self._window = 0
        return Placement(silence=self._least) if self._least > TOLERANCE else Placement()
