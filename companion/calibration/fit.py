"""Choosing settings from few labels: count the mistakes, add what the distance from the delivered settings costs.

The cost stands for what is known without labels: the settings as delivered were fitted to many calls of many people. It
is worth ``prior`` mistakes at a distance of 1, so one label moves little, and twenty move as far as they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PRIOR = 0.5
"""Mistakes that a distance of 1 costs where there are many labels."""
FEW = 8
"""With so many labels the distance costs twice that, with one label sixty times: a few labels are a few moods.
Both numbers were chosen so that one label moves a step by less than 0.05, and twenty that agree by as much as a
sensitivity of 1 does."""
STRAY = 0.6
"""What an alarm counts that the user passed over without a word, in a call that they judged, for one who calls every
alarm false (1: a wrong one). For others it counts as much less as they call fewer of them false: whoever wants every
hint does not mind one more."""
ROUNDS = 200
"""Resamplings of the calls for the intervals (bootstrap, Efron 1979)."""
WANTED, UNWANTED = 1, -1


@dataclass(frozen=True, slots=True)
class Labels:
    """Verdicts: the call's place in the table, the second, and WANTED or UNWANTED for each.

    ``missed``: the places of those where nothing had been told. It has to be told there; an alarm that was judged may
    come as much later as the settings wait.
    """

    call: tuple[int, ...] = ()
    t: tuple[float, ...] = ()
    sign: tuple[int, ...] = ()
    missed: frozenset[int] = frozenset()

    def of(self, call: int) -> list[int]:
        """The places of a call's labels."""
        return [i for i, c in enumerate(self.call) if c == call]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """What k candidates make of c calls and l labels.

    ``alarms`` and ``stray`` (k x c): all alarms, and those near no label; ``hits`` (k x l): whether the label's moment
    was heated; ``hours`` (c); ``distance`` (k): from the settings as delivered.
    """

    alarms: NDArray[np.int64]
    stray: NDArray[np.int64]
    hits: NDArray[np.bool_]
    hours: Floats
    distance: Floats
    labels: Labels = field(default_factory=Labels)

    def rate(self) -> Floats:
        """Alarms an hour of each candidate (k)."""
        return np.asarray(self.alarms.sum(1) / max(self.hours.sum(), 1e-9))

    def mistakes(self) -> Floats:
        """Mistakes of each candidate in each call (k x c): wanted and not caught, unwanted and raised, passed over."""
        out = np.zeros(self.alarms.shape)
        for place, (call, sign) in enumerate(zip(self.labels.call, self.labels.sign, strict=True)):
            out[:, call] += ~self.hits[:, place] if sign == WANTED else self.hits[:, place]
        judged = sorted(set(self.labels.call))
        out[:, judged] += stray_cost(self.labels.sign) * self.stray[:, judged]
        return out

    def caught(self) -> Floats:
        """Part of the wanted moments that each candidate catches (k); NaN without any."""
        wanted = [i for i, s in enumerate(self.labels.sign) if s == WANTED]
        return np.asarray(self.hits[:, wanted].mean(1)) if wanted else np.full(len(self.distance), np.nan)

    def false(self) -> Floats:
        """Part of the unwanted moments that each candidate raises an alarm at (k); NaN without any."""
        unwanted = [i for i, s in enumerate(self.labels.sign) if s == UNWANTED]
        return np.asarray(self.hits[:, unwanted].mean(1)) if unwanted else np.full(len(self.distance), np.nan)

    def with_rows(self, more: Table) -> Table:
        """The table with more candidates, of the same calls and labels."""
        return Table(
            np.concatenate([self.alarms, more.alarms]),
            np.concatenate([self.stray, more.stray]),
            np.concatenate([self.hits, more.hits]),
            self.hours,
            np.concatenate([self.distance, more.distance]),
            self.labels,
        )

    def without(self, call: int) -> Table:
        """The table without one call."""
        calls = [c for c in range(len(self.hours)) if c != call]
        kept = [i for i, c in enumerate(self.labels.call) if c != call]
        labels = Labels(
            tuple(calls.index(self.labels.call[i]) for i in kept),
            tuple(self.labels.t[i] for i in kept),
            tuple(self.labels.sign[i] for i in kept),
            frozenset(place for place, i in enumerate(kept) if i in self.labels.missed),
        )
        return Table(
            self.alarms[:, calls], self.stray[:, calls], self.hits[:, kept], self.hours[calls], self.distance, labels
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidate that is suggested, and how sure that is.

    ``rate``: its alarms an hour; ``low`` and ``high``: where 80 % of resampled choices lie; ``caught``: of the wanted
    moments, with its interval (Wilson 1927, 80 %); NaN without any.
    """

    place: int
    rate: float
    low: float
    high: float
    caught: float
    caught_low: float
    caught_high: float


def stray_cost(signs: Sequence[int]) -> float:
    """Mistakes that an alarm counts on which nothing was said, by the share of false ones (Laplace's rule)."""
    return STRAY * (sum(s == UNWANTED for s in signs) + 1) / (len(signs) + 2)


def prior(labels: int) -> float:
    """Mistakes that a distance of 1 costs, with so many labels."""
    return PRIOR * (1 + (FEW / max(labels, 1)) ** 2)


def cost(table: Table) -> Floats:
    """What each candidate costs (k): mistakes, and distance."""
    return np.asarray(table.mistakes().sum(1) + prior(len(table.labels.sign)) * table.distance)


def choose(table: Table, *, seed: int = 0) -> Choice:
    """The candidate that costs least, with intervals from resampled calls."""
    mistakes, rate = table.mistakes(), table.rate()
    fixed = prior(len(table.labels.sign)) * table.distance
    place = int(np.argmin(mistakes.sum(1) + fixed))
    judged = sorted(set(table.labels.call))
    low = high = float(rate[place])
    if len(judged) > 1:
        drawn = np.random.default_rng(seed).multinomial(len(judged), [1 / len(judged)] * len(judged), ROUNDS)
        again = np.argmin(mistakes[:, judged] @ drawn.T + fixed[:, None], axis=0)
        low, high = (float(x) for x in np.quantile(rate[again], (0.1, 0.9)))
    wanted = sum(s == WANTED for s in table.labels.sign)
    caught = float(table.caught()[place])
    below, above = wilson(caught, wanted) if wanted else (float("nan"), float("nan"))
    return Choice(
        place, float(rate[place]), min(low, float(rate[place])), max(high, float(rate[place])), caught, below, above
    )


def wilson(share: float, count: int, z: float = 1.2816) -> tuple[float, float]:
    """The interval of a share of ``count`` (Wilson 1927); z 1.28 is 80 %."""
    middle = share + z * z / (2 * count)
    wide = z * float(np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)))
    whole = 1 + z * z / count
    return max(0.0, (middle - wide) / whole), min(1.0, (middle + wide) / whole)


def frontier(table: Table, most: int = 25) -> list[int]:
    """The candidates worth looking at, from the quietest: none is further from the best and yet cheaper."""
    rate, price = table.rate(), cost(table)
    best: dict[float, int] = {}
    for place in np.argsort(price, kind="stable"):
        best.setdefault(round(float(rate[place]), 1), int(place))
    ordered = [best[r] for r in sorted(best)]
    middle = int(np.argmin(price[ordered]))
    ordered = [*_falling(ordered[: middle + 1], price), *_falling(ordered[:middle:-1], price)[::-1]]
    if len(ordered) <= most:
        return ordered
    picked = np.unique(np.linspace(0, len(ordered) - 1, most).round().astype(int))
    return [ordered[i] for i in picked]


def _falling(places: Sequence[int], price: Floats) -> list[int]:
    """Those that are cheaper than all before them."""
    out: list[int] = []
    for place in places:
        if not out or price[place] < price[out[-1]]:
            out.append(place)
    return out


def nearest(table: Table, alarms_an_hour: float) -> int:
    """The candidate for a wish such as "about two alarms an hour": of those about as often the one that costs least."""
    away = np.abs(table.rate() - alarms_an_hour)
    reached = min(alarms_an_hour, float(table.rate()[np.argmin(away)]))
    close = np.flatnonzero(away <= away.min() + max(0.1, 0.1 * reached))
    return int(close[np.argmin(cost(table)[close])])


@dataclass(frozen=True, slots=True)
class Check:
    """What choosing without a call foretells for it, over all calls: one number for all, then shares.

    ``calls``: how many were judged; ``predicted`` and ``actual``: alarms in all calls, each left out once;
    ``right_before`` and ``right_after``: the part of their labels that the settings ``now``, and those chosen without
    them, agree with.
    """

    calls: int
    predicted: float
    actual: float
    right_before: float
    right_after: float


def leave_one_out(table: Table, now: int) -> Check | None:
    """The honest check; None with fewer than two judged calls. ``now``: the place of the present settings."""
    judged = sorted(set(table.labels.call))
    if len(judged) < 2:
        return None
    predicted = actual = 0.0
    before: list[bool] = []
    after: list[bool] = []
    for call in range(len(table.hours)):
        rest = table.without(call)
        place = int(np.argmin(cost(rest)))
        predicted += float(rest.rate()[place] * table.hours[call])
        actual += float(table.alarms[place, call])
        for i in table.labels.of(call):
            wanted = table.labels.sign[i] == WANTED
            before.append(bool(table.hits[now, i]) == wanted)
            after.append(bool(table.hits[place, i]) == wanted)
    return Check(len(judged), predicted, actual, _share(before), _share(after))


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else float("nan")
