"""A session to read in a terminal: the timeline, the moments, what was suggested, the four questions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from companion.events import Level
from companion.plain import clean, clock
from companion.review.debrief import ASKED, LIMITS, NEXT, NEXT_ASKED, evidence
from companion.review.summary import Moment, Suggested, Summary
from companion.review.trends import Trend
from companion.review.trends import told as trends_told

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 72


def told(summary: Summary, title: str, found: Sequence[Trend] = (), *, width: int = _WIDTH) -> Iterator[str]:
    """The review, line by line; ``found``: the call against the user's own earlier ones."""
    when = time.strftime("%A %d %B %Y, %H:%M", time.localtime(summary.started_unix))
    yield f"{clean(title)}"
    yield f"{when}, {clock(summary.duration_s).strip()}, {_ending(summary)}"
    yield ""
    yield from timeline(summary, width)
    yield ""
    yield _levels(summary)
    if summary.prep:
        yield f"\n{PREPARED}"
        for asked, answer in prepared(summary):
            yield f"  {asked}: {answer}"
    if summary.moments:
        yield "\nWhere it heated up"
        for moment in summary.moments:
            yield from _moment(summary, moment)
    if summary.suggested:
        yield "\nWhat was suggested"
        for suggested in summary.suggested:
            yield _suggestion(suggested)
    for mark in summary.marks:
        yield f"  {clock(mark.t)}  ▲ your mark {clean(mark.note)}".rstrip()
    if found:
        yield "\nAgainst your own earlier calls"
        for line in trends_told(found):
            yield f"  {line}"
    yield from _debrief(summary)
    yield f"\n{LIMITS}"


PREPARED = "What you wrote before the call"
PREP_ASKED: Mapping[str, str] = {
    "who": "Whom you would talk to",
    "stake": "What was at stake for you",
    "history": "What had happened before",
    "pressures": "What might press on them",
    "success": "A success for everyone",
    "limit": "Your limit",
    "words": "Words that set you off",
    "try": "The one thing to try",
}
"""The questions of ``companion prep`` by their ids, shortly."""


def prepared(summary: Summary) -> list[tuple[str, str]]:
    """What the user wrote before the call: what was asked, in words, and the answer."""
    return [(PREP_ASKED.get(name, clean(name)), clean(answer)) for name, answer in summary.prep.items()]


VERDICTS = {"right": "right", "wrong": "a false alarm", "unsure": "not sure", "missed": "it should have spoken"}
"""What the user said of a moment, in words."""


def _moment(summary: Summary, moment: Moment) -> Iterator[str]:
    verdict = VERDICTS.get(summary.labels.get(moment.t, ""), "")
    said = f"  (you: {verdict})" if verdict else ""
    yield f"  {clock(moment.t)}  {Level(moment.level).name.lower()} because {clean('; '.join(moment.reasons))}{said}"
    yield f"         {clean(summary.who(moment.speaker, moment.person))}: “{clean(moment.quote)}”"


def _suggestion(s: Suggested) -> str:
    fell = f", from {Level(s.before).name.lower()} to {Level(s.after).name.lower()} within a minute"
    return f"  {clock(s.prompt.t)}  ◆ {s.prompt.headline}: {s.prompt.say}  ({s.told}{fell})"


def _debrief(summary: Summary) -> Iterator[str]:
    for (key, question), facts in zip(ASKED.items(), evidence(summary), strict=True):
        yield f"\n{question}"
        for fact in facts:
            yield f"  - {clean(fact)}"
        if key in summary.answers:
            yield f"  Your answer: {clean(summary.answers[key])}"
    if NEXT in summary.answers:
        yield f"\n{NEXT_ASKED}: {clean(summary.answers[NEXT])}"


def timeline(summary: Summary, width: int) -> Iterator[str]:
    """The whole call as bars, with prompts and marks below."""
    length = max(summary.duration_s, 1.0)
    bars = []
    for column in range(width):
        until = length * (column + 1) / width
        score = next((s for t, s, _ in reversed(summary.points) if t <= until), 0.0)
        peak = max((s for t, s, _ in summary.points if until - length / width < t <= until), default=score)
        bars.append(_BARS[min(7, round(peak * 7))])
    signs = [" "] * width
    for t, sign in [(s.prompt.t, "◆") for s in summary.suggested] + [(m.t, "▲") for m in summary.marks]:
        signs[min(width - 1, int(width * t / length))] = sign
    yield "".join(bars)
    yield "".join(signs).rstrip()
    yield f"{clock(0).strip()}{clock(length).strip():>{width - 4}}"


def _levels(summary: Summary) -> str:
    spent = [f"{clock(s).strip()} {Level(n).name.lower()}" for n, s in enumerate(summary.in_level) if s >= 1]
    return f"{', '.join(spent)}. You talked {summary.share_me:.0%} of the time."


def _ending(summary: Summary) -> str:
    return {
        "interrupted": "interrupted: the program ended in the middle",
        "failed": "ended early by a failure",
        "signal": "stopped",
    }.get(summary.reason, "ended in order")
