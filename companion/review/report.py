"""A session as one self-contained page: no network, no script, readable on a phone and on paper."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from companion.events import Escalation, Event, Level, Mark, Prompt, Utterance
from companion.plain import clean, clock
from companion.review.debrief import LIMITS, QUESTIONS, evidence
from companion.review.summary import Summary, summarise

WIDTH, HEIGHT = 1000, 180
_MARGIN = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page's transcript; ``kind`` is its class."""

    kind: str
    t: str
    who: str
    text: str
    anchor: str = ""


def render(events: tuple[Event, ...], title: str) -> str:
    """The page as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    summary = summarise(events)
    return environment.get_template("report.html").render(
        title=clean(title),
        when=time.strftime("%A %d %B %Y, %H:%M", time.localtime(summary.started_unix)),
        duration=clock(summary.duration_s).strip(),
        summary=summary,
        levels=[(Level(n).name.lower(), clock(s).strip()) for n, s in enumerate(summary.in_level) if s >= 1],
        bars=_bars(summary),
        signs=_signs(summary),
        rows=_rows(events),
        moments=[(clock(m.t).strip(), f"t{round(m.t * 10)}", m) for m in summary.moments],
        suggested=[(clock(s.prompt.t).strip(), s) for s in summary.suggested],
        questions=list(zip(QUESTIONS, evidence(summary), strict=True)),
        limits=LIMITS,
        names=[level.name.lower() for level in Level],
        width=WIDTH,
        height=HEIGHT,
    )


def _x(t: float, summary: Summary) -> float:
    return round(_MARGIN + (WIDTH - 2 * _MARGIN) * t / max(summary.duration_s, 1.0), 1)


def _bars(summary: Summary) -> list[dict[str, object]]:
    """One bar from each utterance to the next: place, height, level, and a title for the pointer."""
    out: list[dict[str, object]] = []
    ends = [t for t, _, _ in summary.points[1:]] + [summary.duration_s]
    for (t, score, level), until in zip(summary.points, ends, strict=True):
        high = round(6 + (HEIGHT - 46) * score, 1)
        out.append(
            {
                "x": _x(t, summary),
                "y": HEIGHT - 30 - high,
                "w": max(1.5, _x(until, summary) - _x(t, summary) - 0.5),
                "h": high,
                "level": level,
                "title": f"{clock(t).strip()}: {Level(level).name.lower()}",
                "anchor": f"t{round(t * 10)}",
            }
        )
    return out


def _signs(summary: Summary) -> list[dict[str, object]]:
    prompts = [(s.prompt.t, "◆", s.prompt.headline) for s in summary.suggested]
    marks = [(m.t, "▲", f"your mark {clean(m.note)}".strip()) for m in summary.marks]
    return [
        {"x": _x(t, summary), "sign": sign, "title": f"{clock(t).strip()}: {words}"}
        for t, sign, words in prompts + marks
    ]


def _rows(events: tuple[Event, ...]) -> list[Row]:
    rows = []
    for event in events:
        t = clock(event.t).strip()
        match event:
            case Utterance():
                who = "you" if event.speaker == "me" else "they"
                rows.append(
                    Row(event.speaker, clock(event.t0).strip(), who, clean(event.text), f"t{round(event.t * 10)}")
                )
            case Escalation():
                reasons = clean("; ".join(event.reasons))
                rows.append(Row(f"level l{event.level}", t, "", f"{Level(event.level).name.lower()}: {reasons}"))
            case Prompt():
                rows.append(Row("prompt", t, "◆", f"{event.headline}: {event.say}"))
            case Mark():
                rows.append(Row("mark", t, "▲", f"your mark {clean(event.note)}".strip()))
            case _:
                pass
    return rows
