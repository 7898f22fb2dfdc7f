"""What is typed into the finder of the review, and how what was found looks."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.cells import set_cell_size
from rich.style import Style
from rich.text import Text

from companion.plain import clean, clock, numbered
from companion.review.people import UNNAMED
from companion.sessions.journal import SessionInfo
from companion.sessions.search import Hit, Query
from companion.terms import DRIVERS
from companion.tui.palette import SHAPES, Palette

_DAY_S = 86_400.0
_WHO = 6
"""Columns for who said it."""


def parsed(typed: str) -> Query:
    """Words and filters (``level:2 driver:anger since:2026-11-01 until: who:them tag:``); what can't be is ignored."""
    words: list[str] = []
    found: dict[str, str] = {}
    for part in typed.split():
        key, colon, value = part.partition(":")
        if colon and key in ("level", "driver", "since", "until", "who", "tag"):
            found[key] = value
        else:
            words.append(part)
    level = found.get("level", "")
    driver = found.get("driver", "")
    until = _day(found.get("until", ""))
    return Query(
        words=" ".join(words),
        prefix=True,
        level=int(level) if level in ("0", "1", "2", "3") else 0,
        driver=driver if driver in DRIVERS else "",
        since=_day(found.get("since", "")),
        until=until + _DAY_S if until is not None else None,
        person=found.get("who", ""),
        tag=found.get("tag", ""),
    )


def _day(text: str) -> float | None:
    try:
        return time.mktime(time.strptime(text, "%Y-%m-%d"))
    except (ValueError, OverflowError):
        return None


def hit_line(hit: Hit, palette: Palette) -> Text:
    """An utterance that was found."""
    out = Text(no_wrap=True, overflow="ellipsis")
    out.append(f"{hit.session:14} {clock(hit.t):>7} ", Style(color=palette.dim))
    out.append(f"{SHAPES[hit.level]} ", Style(color=palette.levels[hit.level]))
    who = clean(hit.name) or numbered(UNNAMED[hit.speaker], hit.person)
    out.append(f"{set_cell_size(who, _WHO)} ", Style(color=palette.dim))
    bold = Style(color=palette.accent, bold=True)
    for i, piece in enumerate(clean(hit.snippet).replace("]", "[").split("[")):
        out.append(piece, bold if i % 2 else Style(color=palette.text))
    return out


def session_line(info: SessionInfo, palette: Palette) -> Text:
    """A call in the list."""
    when = time.strftime("%a %d %b %Y %H:%M", time.localtime(info.started_unix))
    out = Text(no_wrap=True, overflow="ellipsis")
    out.append(f"{info.id:14} {when} {clock(info.last_t):>7}  ", Style(color=palette.dim))
    out.append(clean(info.title), Style(color=palette.text))
    for tag in info.tags:
        out.append(f"  #{clean(tag)}", Style(color=palette.accent))
    return out


def matching(sessions: Sequence[SessionInfo], typed: str) -> list[SessionInfo]:
    """Calls whose id, title or tags have all the words."""
    words = typed.lower().split()
    return [s for s in sessions if all(w in f"{s.id} {s.title} {' '.join(s.tags)}".lower() for w in words)]
