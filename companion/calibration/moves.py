"""Which moves never help this user: shown often enough, never used, and hardly ever followed by a calmer minute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from companion.calibration.fit import wilson

FEWEST = 4
"""Times that a move must have been shown before anything is said about it."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A suggestion of a past call: the move, whether it was used or dismissed, whether the minute after was calmer."""

    move: str
    used: bool
    dismissed: bool
    helped: bool | None


@dataclass(frozen=True, slots=True)
class Record:
    """A move over all calls, in counts; ``known``: of how many it is known whether they ``helped``."""

    move: str
    shown: int
    used: int
    dismissed: int
    helped: int
    known: int

    @property
    def useless(self) -> bool:
        """Whether it never helped: not used once in enough trials, and dismissed, or followed by calm less than usual.

        A calmer minute may come without any help, so it must be rare beyond doubt (the 80 % interval below a third).
        """
        if self.shown < FEWEST or self.used:
            return False
        if self.dismissed * 2 > self.shown:
            return True
        return self.known >= FEWEST and wilson(self.helped / self.known, self.known)[1] < 1 / 3


def records(tried: Iterable[Tried]) -> list[Record]:
    """Each move that was shown, the most shown first."""
    by_move: dict[str, list[Tried]] = {}
    for one in tried:
        by_move.setdefault(one.move, []).append(one)
    out = [
        Record(
            move=move,
            shown=len(every),
            used=sum(t.used for t in every),
            dismissed=sum(t.dismissed for t in every),
            helped=sum(t.helped is True for t in every),
            known=sum(t.helped is not None for t in every),
        )
        for move, every in by_move.items()
    ]
    return sorted(out, key=lambda r: (-r.shown, r.move))
