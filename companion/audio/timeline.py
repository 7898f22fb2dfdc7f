"""Where a block belongs in time, judged by when it arrives: a pure function of counts and a clock.

Blocks come late at times (a busy machine) and then in a burst; that is no gap. A gap is when *every* block of a whole
second is late: then sound is missing, and silence stands in for it. A sound card that runs fast against the clock, or
a burst after silence was filled in already, comes early: then samples are left out. So a side is never further from
the clock than ``TOLERANCE``, hours into a call, and both sides stay in step.
"""

from __future__ import annotations

from dataclasses import dataclass

from companion.audio.chunks import RATE

TOLERANCE = RATE // 4
"""Samples, 0.25 s. Larger than the jitter of sound servers (blocks of up to 0.1 s), smaller than a turn gap."""
WINDOW = RATE
"""Samples, 1 s, of which every block must be late before it counts as a gap."""
STALL = RATE
"""Samples, 1 s: a side that delivers nothing for longer is silent for its listener."""


@dataclass(frozen=True, slots=True)
class Placement:
    """``silence``: samples to fill in before the block; ``leave_out``: samples to drop at its beginning."""

    silence: int = 0
    leave_out: int = 0


class Timeline:
    """The next place of one side. All numbers are samples since the session began."""

    def __init__(self) -> None:
        self._next = 0
        self._anchor = True
        self._least = 0
        self._window = 0

    def anchor(self) -> None:
        """The stream is a new one: its first block is placed where the clock says."""
        self._anchor = True

    def place(self, count: int, due: int) -> Placement:
        """A block of ``count`` samples arrived, and its last sample was due at ``due`` by the clock."""
        late = due - (self._next + count)
        placement = self._judge(count, late)
        if placement.silence or placement.leave_out or self._anchor:
            self._anchor = False
            self._window = 0
        self._next += placement.silence + count - placement.leave_out
        return placement

    def catch_up(self, now: int) -> int:
        """Samples of silence that a stalled side owes its listener at ``now``."""
        owed = now - STALL - self._next
        if owed <= 0:
            return 0
        self._next += owed
        self._window = 0
        return owed

    def _judge(self, count: int, late: int) -> Placement:
        if self._anchor:
            return Placement(silence=late) if late > 0 else Placement(leave_out=min(count, -late))
        if late < -TOLERANCE:
            return Placement(leave_out=min(count, -late))
        self._least = late if self._window == 0 else min(self._least, late)
        self._window += count
        if self._window < WINDOW:
            return Placement()
        self._window = 0
        return Placement(silence=self._least) if self._least > TOLERANCE else Placement()
