"""What is given up when the machine is too slow at the moment, and when it is taken up again. Pure; time is passed in.

First the looks at utterances that go on (partials, and the work done ahead of an end), then the speech model for a
smaller one. Whole utterances are never given up: they wait, and how long is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

LATE_S = 2.5
"""An utterance told this long after it was whole: there is no time for looks."""
VERY_LATE_S = 6.0
"""This long: the smaller model takes over."""
IN_TIME_S = 1.2
"""An utterance told this soon was in time."""
PROVEN_S = 12.0
"""All in time for so long: one step back. Shorter flickers between models on a machine that is just too slow."""

TELL_AGAIN_S = 10.0
"""While it stays behind, the lag is told again after so long, when it has changed by a half."""


class Effort(IntEnum):
    """How much is done; each includes what is given up before."""

    FULL = 0
    FINALS_ONLY = 1
    SMALLER_MODEL = 2


@dataclass(frozen=True, slots=True)
class Change:
    """The effort changed, or the lag did while it is low; ``message`` says so to the user."""

    effort: Effort
    message: str


class Pace:
    """Follows how late utterances are told."""

    def __init__(self, *, has_smaller: bool) -> None:
        self._lowest = Effort.SMALLER_MODEL if has_smaller else Effort.FINALS_ONLY
        self._in_time_since: float | None = None
        self._told_s = 0.0
        self._told_at_s = 0.0
        self.effort = Effort.FULL

    def note(self, lag_s: float, waiting: int, now_s: float) -> Change | None:
        """An utterance was told ``lag_s`` after it was whole, at ``now_s``, with ``waiting`` more behind it."""
        wanted = self.effort
        if lag_s > LATE_S:
            wanted = max(wanted, Effort.FINALS_ONLY)
        if lag_s > VERY_LATE_S:
            wanted = max(wanted, Effort.SMALLER_MODEL)
        wanted = min(wanted, self._lowest)
        if wanted > self.effort:
            self._in_time_since = None
            self._told_s, self._told_at_s = lag_s, now_s
            return self._change(wanted, lag_s)
        if lag_s > IN_TIME_S or waiting:
            self._in_time_since = None
            return self._still_behind(lag_s, now_s)
        if self._in_time_since is None:
            self._in_time_since = now_s - lag_s
        if self.effort is not Effort.FULL and now_s - self._in_time_since >= PROVEN_S:
            self._in_time_since = now_s
            return self._change(Effort(self.effort - 1), lag_s)
        return None

    def _still_behind(self, lag_s: float, now_s: float) -> Change | None:
        changed = abs(lag_s - self._told_s) > self._told_s / 2
        if self.effort is Effort.FULL or lag_s < LATE_S or not changed or now_s - self._told_at_s < TELL_AGAIN_S:
            return None
        self._told_s, self._told_at_s = lag_s, now_s
        return Change(self.effort, f"The machine is {lag_s:.0f} s behind; nothing is lost.")

    def _change(self, effort: Effort, lag_s: float) -> Change:
        falling = effort > self.effort
        self.effort = effort
        if effort is Effort.SMALLER_MODEL:
            return Change(effort, f"The machine is {lag_s:.0f} s behind: a smaller speech model takes over.")
        if effort is Effort.FINALS_ONLY:
            behind = f"The machine is {lag_s:.0f} s behind: whole sentences only."
            return Change(effort, behind if falling else "Catching up: the usual speech model is back.")
        return Change(effort, "Caught up.")
