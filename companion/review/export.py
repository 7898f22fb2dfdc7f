"""A session in other formats: Markdown, JSON, CSV, and captions (SRT, WebVTT)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping

from companion import wire
from companion.events import Escalation, Event, Prompt, Titled, Utterance
from companion.plain import clean, clock
from companion.review import people
from companion.review.summary import summarise
from companion.review.text import told

Events = tuple[Event, ...]
WHO: dict[str, str] = {"me": "You", "them": "They"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a spreadsheet recognises a formula; speech must not become one."""


def as_json(events: Events, title: str) -> str:
    """All events as they are, in a list; the title is one of them, so that ``companion sessions import`` has it too."""
    if title and not any(isinstance(e, Titled) for e in events):
        events = (*events, Titled(title=title))
    return json.dumps([wire.to_dict(e) for e in events], ensure_ascii=False, indent=1) + "\n"


def as_csv(events: Events, title: str) -> str:
    """An utterance a row."""
    del title
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["t0", "t1", "speaker", "level", "drivers", "text", "person", "name"])
    level, given = 0, people.names(events)
    for event in events:
        if isinstance(event, Escalation):
            level = event.level
        elif isinstance(event, Utterance):
            drivers = " ".join(f"{d.id}:{d.score:.2f}" for d in event.drivers)
            times = (f"{event.t0:.3f}", f"{event.t1:.3f}")
            name = people.called(given, event.speaker, event.person)
            writer.writerow([*times, event.speaker, level, drivers, _cell(event.text), event.person or "", _cell(name)])
    return out.getvalue()


def as_markdown(events: Events, title: str) -> str:
    """The review, then the transcript with levels and prompts."""
    who = people.names(events)
    out = [f"# {_marked(title)}", "", "```", *told(summarise(events), title), "```", "", "## Transcript", ""]
    for event in sorted(events, key=lambda e: e.t):
        match event:
            case Utterance():
                out.append(f"- `{clock(event.t0).strip()}` **{_marked(_voice(who, event))}**: {_marked(event.text)}")
            case Escalation():
                reasons = _marked("; ".join(event.reasons))
                out.append(f"- `{clock(event.t).strip()}` *level {event.level}: {reasons}*")
            case Prompt():
                out.append(f"- `{clock(event.t).strip()}` ◆ **{event.headline}**: {event.say}")
            case _:
                pass
    return "\n".join(out) + "\n"


def as_srt(events: Events, title: str) -> str:
    """SubRip captions."""
    del title
    who = people.names(events)
    blocks = [
        f"{n}\n{_time(u.t0, ',')} --> {_time(u.t1, ',')}\n{_caption(_voice(who, u))}: {_caption(u.text)}\n"
        for n, u in enumerate(_spoken(events), 1)
    ]
    return "\n".join(blocks)


def as_vtt(events: Events, title: str) -> str:
    """WebVTT captions with voices."""
    del title
    who = people.names(events)
    blocks = [
        f"{_time(u.t0, '.')} --> {_time(u.t1, '.')}\n"
        f"<v {_escaped(_caption(_voice(who, u)))}>{_escaped(_caption(u.text))}\n"
        for u in _spoken(events)
    ]
    return "WEBVTT\n\n" + "\n".join(blocks)


FORMATS: Mapping[str, Callable[[Events, str], str]] = {
    "md": as_markdown,
    "json": as_json,
    "srt": as_srt,
    "vtt": as_vtt,
    "csv": as_csv,
}


def _voice(given: Mapping[str, str], said: Utterance) -> str:
    return people.called(given, said.speaker, said.person, WHO)


def _cell(text: str) -> str:
    text = clean(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _spoken(events: Events) -> list[Utterance]:
    return sorted((e for e in events if isinstance(e, Utterance)), key=lambda u: u.t0)


def _time(seconds: float, point: str) -> str:
    thousandths = round(seconds * 1000)
    hours, rest = divmod(thousandths, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def _caption(text: str) -> str:
    return clean(text).replace("-->", "→").strip() or "…"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _marked(text: str) -> str:
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>#|" else c for c in clean(text))
