"""How quick it is to look back: a call of three hours, a journal of 200 calls, other settings on past calls.

    .venv/bin/python bench/review.py [--calls 200] [--json]

Calls are made from the bundled transcript, repeated until long enough. Prints a line a figure, medians, beside the aims
of issue 7: open a three-hour call within 1 s, search 200 calls within 100 ms, fold again at 1,000 times real time.
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


class Told:
    """Prints each figure as it comes: a line of a table, or of JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def head(self, title: str) -> None:
        if not self._as_json:
            print(f"\n{title:60} {'measured':>12}   aim", flush=True)

    def __call__(
        self, what: str, value: float, unit: str, *, most: float = 0.0, least: float = 0.0, note: str = ""
    ) -> None:
        """A figure; ``most`` or ``least``: its aim, where it has one."""
        if self._as_json:
            print(json.dumps({"what": what, "value": round(value, 4), "unit": unit, "most": most or None,
                              "least": least or None, "note": note}), flush=True)  # fmt: skip
            return
        digits = 0 if value >= 100 else 1 if value >= 10 else 2
        aim = f"<= {most:g} {unit}" if most else f">= {least:,.0f} {unit}" if least else ""
        missed = bool(most and value > most) or bool(least and value < least)
        print(f"  {what:58} {value:9,.{digits}f} {unit:2}   {aim:9}{'  MISSED' if missed else ''}"
              f"{f'  ({note})' if note else ''}".rstrip(), flush=True)  # fmt: skip


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
    """From the start of the program until the transcript stands on a terminal.

    Its modules are compiled, as they are after the first start anywhere, whatever the surroundings say of bytecode.
    """
    import pty

    begun = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.update(COMPANION_HOME=home, TERM="xterm-256color", COLUMNS="120", LINES="40",
                          PYTHONPYCACHEPREFIX=str(Path(home) / "compiled"))  # fmt: skip
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


def open_calls(told: Told, home: str, journal, session: str) -> None:
    from companion.review.report import render

    told.head("A call of three hours")
    told("found and read from the journal", timed(lambda: journal.load(session)), "s")
    told("opened: read, folded, drawn", statistics.median(asyncio.run(first_picture(journal, session)) for _ in range(3)),
         "s", most=1.0)  # fmt: skip
    on_a_terminal(home, session)  # the first start compiles
    told("companion review on a terminal, from the start of Python",
         statistics.median(on_a_terminal(home, session) for _ in range(5)), "s", most=1.0)  # fmt: skip
    told("its report as one page", timed(lambda: render(journal.load(session).events, "x"), 3), "s")


def search_calls(told: Told, journal, calls: int) -> None:
    from companion.sessions.search import Query, search

    told.head(f"Search over {calls} calls")
    for name, query in (
        ("a rare word", Query(words="catalogues")), ("a frequent word", Query(words="you")),
        ("two words, level, driver", Query(words="you the", level=2, driver="anger")),
        ("as one types", Query(words="catal", prefix=True)), ("a driver alone", Query(driver="hurt")),
        ("nothing to be found", Query(words="xylophone")),
    ):  # fmt: skip
        note = f"{len(search(journal, query))} shown"
        told(name, 1000 * timed(lambda q=query: search(journal, q)), "ms", most=100, note=note)


def fold_again(told: Told, once: list, three: list) -> None:
    from companion.calibration.candidates import grid
    from companion.calibration.fit import WANTED, Labels
    from companion.config import EscalationSettings, Settings
    from companion.pipeline.spine import refold
    from companion.pipeline.trace import climb, steps, trace
    from companion.pipeline.tuning import tune

    usual = EscalationSettings()
    told.head("Folded again under other settings, times real time")
    told("the whole spine", three[-1].t / timed(lambda: refold(three, Settings()), 3), "x", least=1000)
    laid = steps([c.settings for c in grid(usual) if c.settings.half_life_s == usual.half_life_s])
    count = len(laid[2])
    spent = timed(lambda: climb(trace(three, usual), laid), 3)
    told(f"{count} settings at once, each", three[-1].t * count / spent, "x", least=1000)
    past = [(str(n), long_call(once, 600.0)) for n in range(100)]
    told.head("Calibrate over 100 calls of ten minutes")
    told("without verdicts", timed(lambda: tune(past, usual, usual), 1), "s")
    labels = Labels(tuple(range(20)), (90.0,) * 20, (WANTED,) * 20)
    told("with 20 verdicts", timed(lambda: tune(past, usual, usual, labels=labels), 1), "s",
         note=f"{len(grid(usual))} settings")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    from companion.sessions.journal import Journal

    told = Told(as_json=args.json)
    once = bundled()
    three = long_call(once, THREE_HOURS_S)
    half = long_call(once, 1800.0)
    with tempfile.TemporaryDirectory() as home:
        journal = Journal.open(Path(home) / "data" / "sessions.db")
        for n in range(args.calls):
            keep(journal, half, f"call {n}", 1.7e9 + n * 86_400)
        session = keep(journal, three, "three hours", 1.79e9)
        if not args.json:
            hours = args.calls * half[-1].t / 3600
            print(
                f"A journal of {args.calls} calls and one of three hours ({len(three)} events), {hours + 3:.0f} hours"
            )
        open_calls(told, home, journal, session)
        search_calls(told, journal, args.calls)
        journal.close()
    fold_again(told, once, three)


if __name__ == "__main__":
    main()
