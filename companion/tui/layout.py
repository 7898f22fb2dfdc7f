"""Which layout fits a terminal of a size, and what each leaves room for: pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Name = Literal["wide", "normal", "narrow", "strip"]
WIDE_COLUMNS = 110
NARROW_COLUMNS = 60
STRIP_ROWS = 11
SHORT_ROWS = 20
"""Below this the card gives some of its room to the words."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout by name; ``short``: few rows."""

    name: Name
    short: bool


def fitting(columns: int, rows: int) -> Layout:
    """The layout for a terminal of that size: a strip on top of the call, a sidebar beside it, or a window."""
    if rows < STRIP_ROWS:
        return Layout("strip", short=True)
    name: Name = "wide" if columns >= WIDE_COLUMNS else "narrow" if columns < NARROW_COLUMNS else "normal"
    return Layout(name, short=rows < SHORT_ROWS)
