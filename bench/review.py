"""How quick it is to look back: a call of three hours, a journal of 200 calls, other settings on past calls.

    .venv/bin/python bench/review.py [--calls 200]

Calls are made from the bundled transcript, repeated until long enough. Prints one JSON object a figure; the aims are
those of issue 7: open a three-hour call within 1 s, search 200 calls within 100 ms, fold again at 1,000 times real time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPANION = Path(sys.executable).with_name("companion")
THREE_HOURS_S = 3 * 3600.0


def told(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def timed(run: Callable[[], object], times: int = 5) -> float:
    """The median of some runs, in seconds."""
    out = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        out.append(time.perf_counter() - begun)
    return statistics.median(out)


def bundled() -> list:
    """The bundled call as events, through the real text reader."""
    from companion.config import Settings
    from companion.pipeline.build import Source, open_file

    events: list = []
    open_file(Source(ROOT / "models" / "demo" / "call.jsonl"), Settings(), [events.append]).run()
    return events


def long_call(once: list, seconds: float) -> list:
    """The call again and again, one after the other, with words as a recogniser gives them."""
    from companion.config import Settings
    from companion.events import SessionEnded, SessionStarted, Utterance, Word
    from companion.pipeline.spine import CAUSES, refold

    causes = [e for e in once if isinstance(e, CAUSES) and not isinstance(e, SessionStarted | SessionEnded)]
    length = once[-1].t + 2.0
    out: list = [once[0]]
    shift = 0.0
    while shift < seconds:
        for e in causes:
            moved = {name: getattr(e, name) + shift for name in ("t", "t0", "t1", "at") if hasattr(e, name)}
            if isinstance(e, Utterance):
                step = (e.t1 - e.t0) / max(1, len(e.text.split()))
                words = [Word(w, e.t0 + shift + i * step, e.t0 + shift + (i + 1) * step, 0.9)
                         for i, w in enumerate(e.text.split())]  # fmt: skip
                moved["words"] = tuple(words)
            out.append(replace(e, **moved))
        shift += length
    return refold([*out, SessionEnded(t=shift, reason="finished")], Settings())


def keep(journal, events: list, title: str, started: float) -> str:
    from companion.sessions.carrying import bring_back

    return bring_back(journal, [replace(events[0], started_unix=started, source=title), *events[1:]])


async def first_picture(journal, session: str) -> float:
    from companion.tui.review import ReviewApp

    begun = time.perf_counter()
    app = ReviewApp(journal, session, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        while not str(app.screen_stack[0].query_one("#transcript").visual):
            await pilot.pause(0)
        return time.perf_counter() - begun


def on_a_terminal(home: str, session: str) -> float:
    """From the start of the program until the transcript stands on a terminal."""
    import pty

    begun = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(COMPANION_HOME=home, TERM="xterm-256color", COLUMNS="120", LINES="40")
        os.execv(COMPANION, [str(COMPANION), "review", session])
    seen = b""
    try:
        while b"because" not in seen:
            seen += os.read(terminal, 1 << 16)
        return time.perf_counter() - begun
    finally:
        os.write(terminal, b"q")
        os.close(terminal)
        os.waitpid(pid, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    args = parser.parse_args()
    from companion.calibration.candidates import grid
    from companion.config import EscalationSettings, Settings
    from companion.pipeline.spine import refold
    from companion.pipeline.trace import climb, steps, trace
    from companion.pipeline.tuning import tune
    from companion.review.report import render
    from companion.sessions.journal import Journal
    from companion.sessions.search import Query, search

    once = bundled()
    three = long_call(once, THREE_HOURS_S)
    half = long_call(once, 1800.0)
    with tempfile.TemporaryDirectory() as home:
        journal = Journal.open(Path(home) / "data" / "sessions.db")
        begun = time.perf_counter()
        for n in range(args.calls):
            keep(journal, half, f"call {n}", 1.7e9 + n * 86_400)
        told(
            what="a journal",
            calls=args.calls,
            hours=round(args.calls * half[-1].t / 3600),
            seconds_to_write=round(time.perf_counter() - begun, 1),
        )
        session = keep(journal, three, "three hours", 1.79e9)
        told(what="load a three-hour call, s", events=len(three), median=round(timed(lambda: journal.load(session)), 3))
        told(what="first picture of a three-hour call, s", aim=1.0,
             median=round(statistics.median(asyncio.run(first_picture(journal, session)) for _ in range(3)), 3))  # fmt: skip
        told(what="companion review on a terminal, three hours, program start included, s",
             median=round(statistics.median(on_a_terminal(home, session) for _ in range(3)), 3))  # fmt: skip
        told(
            what="report of a three-hour call, s",
            median=round(timed(lambda: render(journal.load(session).events, "x"), 3), 3),
        )
        for name, query in (
            ("a rare word", Query(words="catalogues")), ("a frequent word", Query(words="you")),
            ("two words, level, driver", Query(words="you the", level=2, driver="anger")),
            ("as one types", Query(words="catal", prefix=True)), ("a driver alone", Query(driver="hurt")),
        ):  # fmt: skip
            told(what=f"search {args.calls} calls for {name}, ms", aim=100, found=len(search(journal, query)),
                 median=round(1000 * timed(lambda q=query: search(journal, q)), 1))  # fmt: skip
        journal.close()
    spent = timed(lambda: refold(three, Settings()), 3)
    told(
        what="fold a three-hour call again, times real time",
        aim=1000,
        times=round(three[-1].t / spent),
        seconds=round(spent, 2),
    )
    candidates = [c.settings for c in grid(EscalationSettings())]
    laid = steps([c for c in candidates if c.half_life_s == 90.0])
    spent = timed(lambda: climb(trace(three, EscalationSettings()), laid), 3)
    told(what="the same under many settings at once, times real time each", settings=len(laid[2]),
         times=round(three[-1].t * len(laid[2]) / spent), seconds=round(spent, 2))  # fmt: skip
    ten = long_call(once, 600.0)
    spent = timed(lambda: tune([(str(n), ten) for n in range(100)], EscalationSettings(), EscalationSettings()), 1)
    told(what="calibrate over 100 calls of ten minutes without labels, s", seconds=round(spent, 1))
    from companion.calibration.fit import WANTED, Labels

    labels = Labels(tuple(range(20)), (90.0,) * 20, (WANTED,) * 20)
    spent = timed(
        lambda: tune([(str(n), ten) for n in range(100)], EscalationSettings(), EscalationSettings(), labels=labels), 1
    )
    told(what="the same with 20 labels", settings=len(candidates), seconds=round(spent, 1))


if __name__ == "__main__":
    main()
