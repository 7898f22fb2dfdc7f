"""A call against the user's own earlier ones. Never against other people: there is no right talk share."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from companion.events import Level
from companion.review.summary import Summary

FEWEST = 3
"""Earlier calls without which nothing is said."""
SHORTEST_S = 60.0
"""A shorter call says little about anybody's usual."""
UNUSUAL = 1.5
"""Quartile distances from the median outside which a value is unusual (Tukey's fences, 1977)."""
NAMES: Mapping[str, tuple[str, str]] = {
    "share": ("your share of the talk", "%"),
    "pace": ("your words a minute", ""),
    "longest": ("your longest turn", "s"),
    "questions": ("your questions in ten minutes", ""),
    "overlap": ("overlap in ten minutes", "s"),
    "heated": ("part heated or worse", "%"),
    "alarms": ("alarms an hour", ""),
}
"""Figure -> what it is called, and its unit."""

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trend:
    """One figure of this call beside the user's usual: the median and the quartiles of earlier calls, oldest first."""

    key: str
    now: float
    earlier: tuple[float, ...]
    median: float
    low: float
    high: float

    @property
    def name(self) -> str:
        """What it is called."""
        return NAMES[self.key][0]

    @property
    def unusual(self) -> int:
        """1 where it is unusually high for this user, -1 unusually low, else 0."""
        spread = max(self.high - self.low, 0.05 * abs(self.median), 1e-9)
        if self.now > self.high + UNUSUAL * spread:
            return 1
        return -1 if self.now < self.low - UNUSUAL * spread else 0

    @property
    def usual(self) -> str:
        """The middle half of the earlier calls, in words."""
        low, high = self.shown(self.low), self.shown(self.high)
        return low if low == high else f"{low} to {high}"

    def shown(self, value: float) -> str:
        """A value with its unit."""
        unit = NAMES[self.key][1]
        return f"{value:.0%}" if unit == "%" else f"{value:.0f} s" if unit == "s" else f"{value:.1f}".removesuffix(".0")


def figures(summary: Summary) -> dict[str, float]:
    """The figures of a call that are compared; nothing for one that is too short."""
    if summary.duration_s < SHORTEST_S:
        return {}
    me = summary.sides["me"]
    tens = summary.duration_s / 600
    heated = sum(summary.in_level[Level.HEATED :])
    return {
        "share": summary.share_me,
        "pace": me.words_a_minute,
        "longest": me.longest_s,
        "questions": me.questions / tens,
        "overlap": summary.overlap_s / tens,
        "heated": heated / summary.duration_s,
        "alarms": sum(m.level >= Level.HEATED for m in summary.moments) / (summary.duration_s / 3600),
    }


def trends(now: Figures, earlier: Sequence[Figures]) -> tuple[Trend, ...]:
    """Each figure beside the earlier ones (oldest first); nothing while there are too few."""
    known = [f for f in earlier if f]
    if not now or len(known) < FEWEST:
        return ()
    out = []
    for key, value in now.items():
        values = [f[key] for f in known if key in f]
        if len(values) < FEWEST:
            continue
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        out.append(Trend(key, value, tuple(values), median, low, high))
    return tuple(out)


def told(found: Sequence[Trend]) -> tuple[str, ...]:
    """The trends in words, what is unusual first."""
    out = []
    for trend in sorted(found, key=lambda t: -abs(t.unusual)):
        word = {1: ", more than usual for you", -1: ", less than usual for you", 0: ""}[trend.unusual]
        name = trend.name[:1].upper() + trend.name[1:]
        out.append(f"{name}: {trend.shown(trend.now)} (usually {trend.usual}{word}).")
    return tuple(out)
