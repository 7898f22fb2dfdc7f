"""Stretches of a call: both at once, nobody, not heard, taken out. Pure functions of events; seconds of audio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from companion.events import Event, Health, Paused, Removed, Resumed, Utterance

Span = tuple[float, float]
SILENCE_S = 4.0
"""From this on a pause is a silence: most gaps between turns are below one second (Heldner & Edlund 2010)."""
OVERLAP_S = 0.3
"""Shorter ones are the usual handing over of the turn (same source)."""


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch made one."""
    out: list[Span] = []
    for begin, end in sorted(spans):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((begin, end))
    return out


def overlaps(said: Sequence[Utterance]) -> tuple[Span, ...]:
    """Where both sides spoke at once."""
    mine = merged((u.t0, u.t1) for u in said if u.speaker == "me")
    theirs = merged((u.t0, u.t1) for u in said if u.speaker == "them")
    out: list[Span] = []
    a = b = 0
    while a < len(mine) and b < len(theirs):
        begin, end = max(mine[a][0], theirs[b][0]), min(mine[a][1], theirs[b][1])
        if end - begin >= OVERLAP_S:
            out.append((begin, end))
        if mine[a][1] < theirs[b][1]:
            a += 1
        else:
            b += 1
    return tuple(out)


def silences(said: Sequence[Utterance], deaf: Sequence[Span], end: float) -> tuple[Span, ...]:
    """Where nobody spoke for a while, though it was listening."""
    busy = merged([*((u.t0, u.t1) for u in said), *deaf])
    edges = zip([(0.0, 0.0), *busy], [*busy, (end, end)], strict=True)
    return tuple((before[1], after[0]) for before, after in edges if after[0] - before[1] >= SILENCE_S)


def gaps(events: Sequence[Event], end: float) -> tuple[Span, ...]:
    """Where it did not hear: paused by the user, or an ear was lost."""
    out: list[Span] = []
    since: dict[str, float] = {}
    for event in events:
        if isinstance(event, Paused):
            since.setdefault("pause", event.t)
        elif isinstance(event, Resumed):
            _closed(since, "pause", event.t, out)
        elif isinstance(event, Health) and event.part in ("me", "them"):
            if event.state == "lost":
                since.setdefault(event.part, event.t)
            elif event.state in ("ok", "degraded"):
                _closed(since, event.part, event.t, out)
    for part in list(since):
        _closed(since, part, end, out)
    return tuple(merged(out))


def removed(events: Iterable[Event]) -> tuple[Span, ...]:
    """What the user took out."""
    return tuple(merged((e.t, e.t1) for e in events if isinstance(e, Removed)))


def total(spans: Iterable[Span]) -> float:
    """Their seconds in all."""
    return sum(end - begin for begin, end in spans)


def _closed(since: dict[str, float], part: str, t: float, out: list[Span]) -> None:
    begin = since.pop(part, None)
    if begin is not None and t > begin:
        out.append((begin, t))
