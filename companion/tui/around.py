"""What the live screen needs from outside, and what it answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

REVIEW = "review"
"""What the screen returns when the user wants to look back at once."""

Alarms = Callable[[], Mapping[float, float] | None]
"""Sensitivity -> alarms an hour in the user's past calls; None while there are too few. May take seconds."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the screen needs from outside: its title, whether a review follows, past calls to count on, the time."""

    title: str
    review: bool = False
    alarms: Alarms = lambda: None
    now: Callable[[], float] = time.monotonic
