"""A session as one self-contained page: no network, readable without its script, on a phone and on paper.

The timeline is drawn by uPlot, which comes along (docs/decisions/0008-report-plotting.md); without a script, and on
paper, by an SVG. Scripts and styles are named by their hashes, so that nothing else can run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from companion.events import SPEAKERS, Escalation, Event, Level, Mark, Prompt, Removed, Temperature, Utterance
from companion.plain import clean, clock
from companion.review.debrief import ASKED, LIMITS, NEXT, evidence
from companion.review.summary import Side, Summary, summarise
from companion.review.text import PREPARED, VERDICTS, prepared
from companion.review.trends import Trend, told
from companion.terms import seen_in

WIDTH, HEIGHT = 1000, 180
_MARGIN = 10
_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page's transcript; ``kind`` is its class."""

    kind: str
    t: str
    who: str
    text: str
    anchor: str = ""


def render(events: tuple[Event, ...], title: str, trends: Sequence[Trend] = ()) -> str:
    """The page as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["seen"] = partial(seen_in, "me")  # what a suggestion answers is told to the user
    summary = summarise(events)
    data = interactive(events, summary)
    style, script = _carried("uplot/uPlot.min.css", "report.css"), _carried("uplot/uPlot.min.js", "report.js")
    return environment.get_template("report.html").render(
        title=clean(title),
        when=time.strftime("%A %d %B %Y, %H:%M", time.localtime(summary.started_unix)),
        duration=clock(summary.duration_s).strip(),
        summary=summary,
        levels=[(Level(n).name.lower(), clock(s).strip()) for n, s in enumerate(summary.in_level) if s >= 1],
        bars=_bars(summary),
        lost=_lost(summary),
        signs=[{"x": _x(t, summary), "sign": sign, "title": words} for t, sign, words in _signs(summary)],
        rows=_rows(events, summary),
        moments=_moments(summary, data["rows"]),
        suggested=[(clock(s.prompt.t).strip(), s) for s in summary.suggested],
        table=_table(summary),
        because=_because(summary),
        trends=told(trends),
        questions=[
            (question, facts, summary.answers.get(key, ""))
            for (key, question), facts in zip(ASKED.items(), evidence(summary), strict=True)
        ],
        next=summary.answers.get(NEXT, ""),
        prepared=prepared(summary),
        prepared_title=PREPARED,
        limits=LIMITS,
        names=[level.name.lower() for level in Level],
        width=WIDTH,
        height=HEIGHT,
        data=_embedded(data),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def interactive(events: Sequence[Event], summary: Summary) -> dict[str, Any]:
    """What the page's script draws: points (second, score, level, sides), rows to read, alarms among them, signs."""
    steps = [e for e in events if isinstance(e, Escalation)]
    times = [s.t for s in steps]
    said = sorted((e for e in events if isinstance(e, Utterance)), key=lambda u: u.t0)
    rows = []
    for u in said:
        at = bisect_right(times, u.t) - 1
        step = steps[at] if at >= 0 else None
        level = step.level if step else 0
        rows.append(
            {
                "t": round(u.t0, 2),
                "who": clean(summary.who(u.speaker, u.person)),
                "text": clean(u.text),
                "level": level,
                "why": clean("; ".join(step.reasons)) if step and level else "",
                "suggested": [
                    f"{s.prompt.headline}: {clean(s.prompt.say)} ({s.told})"
                    for s in summary.suggested
                    if u.t <= s.prompt.t < u.t + 15
                ],
                "id": _anchor(u.t),
            }
        )
    return {
        "length": max(round(summary.duration_s, 1), 1.0),
        "points": [
            [round(e.t, 2), round(e.score, 3), e.level, *(round(e.sides.get(who, 0.0), 3) for who in ("me", "them"))]
            for e in events
            if isinstance(e, Temperature)
        ],
        "rows": rows,
        "peaks": sorted({i for m in summary.moments if (i := _row_of(m.t, said)) is not None}),
        "signs": [[round(t, 1), sign] for t, sign, _ in _signs(summary)],
        "lost": [[round(a, 1), round(b, 1)] for a, b in (*summary.gaps, *summary.removed)],
    }


def _row_of(t: float, said: Sequence[Utterance]) -> int | None:
    """Which of the utterances led to what happened at ``t``."""
    before = [(u.t, i) for i, u in enumerate(said) if u.t <= t]
    return max(before)[1] if before else None


def _embedded(data: dict[str, Any]) -> str:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


@cache
def _carried(*names: str) -> str:
    return "\n".join((_TEMPLATES / name).read_text(encoding="utf-8").strip() for name in names)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _anchor(t: float) -> str:
    return f"t{round(t * 10)}"


def _x(t: float, summary: Summary) -> float:
    return round(_MARGIN + (WIDTH - 2 * _MARGIN) * t / max(summary.duration_s, 1.0), 1)


def _bars(summary: Summary) -> list[dict[str, object]]:
    """One bar from each utterance to the next: place, height, level, and a title for the pointer."""
    out: list[dict[str, object]] = []
    ends = [t for t, _, _ in summary.points[1:]] + [summary.duration_s]
    for (t, score, level), until in zip(summary.points, ends, strict=False):
        high = round(6 + (HEIGHT - 46) * score, 1)
        out.append(
            {
                "x": _x(t, summary),
                "y": round(HEIGHT - 30 - high, 1),
                "w": max(1.5, round(_x(until, summary) - _x(t, summary) - 0.5, 1)),
                "h": high,
                "level": level,
                "title": f"{clock(t).strip()}: {Level(level).name.lower()}",
                "anchor": _anchor(t),
            }
        )
    return out


def _lost(summary: Summary) -> list[dict[str, object]]:
    found = [(s, "not heard") for s in summary.gaps] + [(s, "taken out") for s in summary.removed]
    return [
        {"x": _x(a, summary), "w": max(1.5, round(_x(b, summary) - _x(a, summary), 1)), "title": what}
        for (a, b), what in found
    ]


def _signs(summary: Summary) -> list[tuple[float, str, str]]:
    prompts = [(s.prompt.t, "◆", s.prompt.headline) for s in summary.suggested]
    marks = [(m.t, "▲", f"your mark {clean(m.note)}".strip()) for m in summary.marks]
    return [(t, sign, f"{clock(t).strip()}: {words}") for t, sign, words in prompts + marks]


def _moments(summary: Summary, rows: Sequence[dict[str, Any]]) -> list[tuple[str, str, int | None, str, object]]:
    """Time, anchor, row, what the user said of it, and the moment."""
    by_anchor = {row["id"]: i for i, row in enumerate(rows)}
    return [
        (
            clock(m.t).strip(),
            _anchor(m.t),
            by_anchor.get(_anchor(m.t)),
            VERDICTS.get(summary.labels.get(m.t, ""), ""),
            m,
        )
        for m in summary.moments
    ]


def _table(summary: Summary) -> list[tuple[str, str, str]]:
    me, them = summary.sides["me"], summary.sides["them"]
    return [
        ("talked", clock(me.talk_s).strip(), clock(them.talk_s).strip()),
        ("longest turn", f"{me.longest_s:.0f} s", f"{them.longest_s:.0f} s"),
        ("words a minute", f"{me.words_a_minute:.0f}", f"{them.words_a_minute:.0f}"),
        ("questions", str(me.questions), str(them.questions)),
        ("it may have been", _drivers("me", me), _drivers("them", them)),
        ("by itself at most", _highest(me), _highest(them)),
    ]


def _highest(side: Side) -> str:
    if side.peak is None:
        return "calm"
    name = Level(side.peak.level).name.lower()
    return f"{name} at {clock(side.peak.t).strip()}"


def _because(summary: Summary) -> list[str]:
    """Why each side went as far as it did by itself, and what was between them."""
    peaks = [
        f"{clean(summary.who(who))}, {_highest(summary.sides[who])}: {clean('; '.join(peak.reasons))}"
        for who in SPEAKERS
        if (peak := summary.sides[who].peak)
    ]
    return [*peaks, summary.between.capitalize()]


def _drivers(who: str, side: Side) -> str:
    return ", ".join(seen_in(who, name) for name, _ in side.drivers) or "–"


def _rows(events: tuple[Event, ...], summary: Summary) -> list[Row]:
    rows = []
    for event in sorted(events, key=lambda e: e.t):
        t = clock(event.t).strip()
        match event:
            case Utterance():
                who = clean(summary.who(event.speaker, event.person))
                rows.append(Row(event.speaker, clock(event.t0).strip(), who, clean(event.text), _anchor(event.t)))
            case Escalation():
                reasons = clean("; ".join(event.reasons))
                rows.append(Row(f"level l{event.level}", t, "", f"{Level(event.level).name.lower()}: {reasons}"))
            case Prompt():
                rows.append(Row("prompt", t, "◆", f"{event.headline}: {event.say}"))
            case Mark():
                rows.append(Row("mark", t, "▲", f"your mark {clean(event.note)}".strip()))
            case Removed():
                rows.append(Row("mark", t, "", f"taken out until {clock(event.t1).strip()}"))
            case _:
                pass
    return rows
