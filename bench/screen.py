"""How quick and how quiet the live screen is, measured from outside: a real terminal (pty) around the real screen.

    .venv/bin/python bench/screen.py [--quick]

- key to reaction: from the byte written to the terminal to the reaction read from it, while recognition runs at full
  load in the same process; for keys of the screen itself, and for keys that go through the session and come back;
- event to screen: from an event leaving the session's thread to its words read from the terminal, under the same load;
- idle: processor share of one core while both sides are silent (levels still arrive ten times a second);
- eight hours: events, Home and End, and PageUp with 5,760 turns in the transcript, under the same load, and the memory.

A table of what was measured beside what is wanted; the exit code is 1 where something is not met. Run it on a machine
that does nothing else.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOURS_8 = 5760
"""Turns in eight hours, twelve a minute."""
COLUMNS, ROWS = 120, 36
KEY_MS, EVENT_MS, IDLE_PERCENT = 50.0, 100.0, 3.0
"""What is wanted: p95 of a key and of an event, and of one core while nothing happens."""


# ---- inside the terminal


class Pacer:
    """A session that talks to the screen as a real one does, and writes down when it told what."""

    def __init__(self, log: Path, before: int, every_s: float | None) -> None:
        self._log = log.open("w", encoding="utf-8", buffering=1)
        self._before = before
        self._every_s = every_s
        self._tell: Callable[[object], None] = lambda _: None
        self._over = threading.Event()
        self._paused = False
        self.t = 0.0

    def start(self, listener: Callable[[object], None]) -> None:
        self._tell = listener
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        from companion.events import Meter, Partial, SessionStarted, Temperature, Utterance

        self._tell(SessionStarted(source="bench", started_unix=0.0))
        for n in range(self._before):
            self.t += 5.0
            who = "me" if n % 2 else "them"
            text = f"turn zz{n} about the renewal, the ticket of March and what the contract says of business days"
            self._tell(Utterance(t=self.t, speaker=who, t0=self.t - 4, t1=self.t, text=text))
        number, due = 0, time.monotonic() + 1.0
        while not self._over.wait(0.1):
            self.t += 0.1
            for who in ("me", "them"):
                self._tell(Meter(t=self.t, speaker=who, rms_dbfs=-85.0))
            if self._every_s is None:
                continue
            self._tell(Partial(t=self.t, speaker="them", t0=self.t, text=f"words on the way {self.t:.1f}", stable=9))
            if time.monotonic() >= due:
                due += self._every_s
                number += 1
                self._log.write(json.dumps([f"qq{number}qq", time.monotonic()]) + "\n")
                said = f"qq{number}qq is what they said just now"
                self._tell(Utterance(t=self.t, speaker="them", t0=self.t - 1, t1=self.t, text=said))
                self._tell(Temperature(t=self.t, score=0.1, level=0))

    def end(self, reason: str = "user") -> None:
        from companion.events import SessionEnded

        if not self._over.is_set():
            self._over.set()
            self._tell(SessionEnded(t=self.t, reason="signal"))

    def wait(self, timeout_s: float | None = None) -> bool:
        return True

    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def mark(self, note: str = "") -> None: ...
    def another(self) -> None: ...
    def close_prompt(self, prompt_id: int, outcome: str) -> None: ...
    def set_sensitivity(self, value: float) -> None: ...


def full_load() -> None:
    """Recognition without a pause, on as many threads as a session uses, for ever."""
    import numpy as np

    from companion.audio.files import open_audio
    from companion.pipeline.build import speech_model_path
    from companion.speech.transcriber import Transcriber

    model = Transcriber(speech_model_path("base"), name="base", language="en", threads=0, glossary=())
    call = open_audio(ROOT / "models" / "demo" / "call.ogg")
    sound = np.concatenate([sides["them"] for _, sides in call if sides.get("them") is not None])[: 16_000 * 60]
    while True:
        for begin in range(0, len(sound), 16_000 * 7):
            part = sound[begin : begin + 16_000 * 7]
            model.transcribe(part)


def child(mode: str, log: Path) -> None:
    from companion.config import Settings
    from companion.tui.around import Around
    from companion.tui.watching import run

    if mode in ("load", "real", "long"):
        threading.Thread(target=full_load, daemon=True).start()
    if mode == "real":
        from companion.pipeline.build import Source, open_file

        session: object = open_file(Source(ROOT / "models" / "demo" / "call.ogg"), Settings(), speed=1.0)
    else:
        session = Pacer(log, HOURS_8 if mode == "long" else 0, None if mode == "idle" else 0.5)
    run(session, Settings(), Around("bench"))  # type: ignore[arg-type]


# ---- outside


class Terminal:
    """What a person sees and types, with times."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._lock = threading.Condition()
        self._read: list[tuple[float, bytes]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                select.select([self._handle], [], [])
                data = os.read(self._handle, 65536)
            except OSError:
                return
            if not data:
                return
            with self._lock:
                self._read.append((time.monotonic(), data))
                self._lock.notify_all()

    def type(self, keys: bytes) -> float:
        os.write(self._handle, keys)
        return time.monotonic()

    def seen(self, pattern: bytes | Callable[[bytes], object], since: float, within_s: float) -> float | None:
        """When what a regular expression means, or a function knows, came up after a moment; None when it did not."""
        found = pattern if callable(pattern) else partial(re.search, pattern)
        deadline = time.monotonic() + within_s
        with self._lock:
            while True:
                joined = b""
                for at, data in self._read:
                    if at >= since:
                        joined += data
                        if found(joined):
                            return at
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._lock.wait(left)

    def all(self) -> bytes:
        """What was read since it was forgotten."""
        with self._lock:
            return b"".join(data for _, data in self._read)

    def forget(self) -> None:
        with self._lock:
            self._read.clear()


@contextmanager
def screen(mode: str, log: Path) -> Iterator[tuple[Terminal, int]]:
    pid, handle = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.environ["COLORTERM"] = "truecolor"
        os.execv(sys.executable, [sys.executable, __file__, "--child", mode, "--log", str(log)])
    fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    terminal = Terminal(handle)
    try:
        if terminal.seen(b"CALM|NO WORDS YET", 0.0, 30.0) is None:
            raise SystemExit(f"the screen did not come up ({mode})")
        yield terminal, pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(handle)


class Table:
    """Figures as rows, each beside its aim (or none)."""

    def __init__(self) -> None:
        self.missed = 0
        print(f"{'':52}{'p50':>8}{'p95':>8}{'worst':>8}{'aim':>10}")

    def waits(self, what: str, seconds: list[float], aim_ms: float | None) -> None:
        """Waits, of which the 95th percentile has an aim."""
        ms = sorted(1000 * s for s in seconds)
        p95 = ms[int(0.95 * (len(ms) - 1))]
        self._row(what, f"{statistics.median(ms):8.1f}{p95:8.1f}{ms[-1]:8.1f}", p95, aim_ms, "ms")

    def value(self, what: str, value: float, aim: float | None, unit: str) -> None:
        """One figure."""
        self._row(what, f"{value:16.1f}{'':8}", value, aim, unit)

    def _row(self, what: str, figures: str, value: float, aim: float | None, unit: str) -> None:
        missed = aim is not None and value > aim
        self.missed += missed
        wanted = f"<= {aim:g} {unit}" if aim is not None else unit
        print(f"{what:52}{figures}{wanted:>10}{'   MISSED' if missed else ''}", flush=True)


def alternating(
    terminal: Terminal, keys: tuple[tuple[bytes, bytes], ...], count: int, rest_s: float = 0.13
) -> list[float]:
    """Type keys in turn, each with the text that answers it; seconds until each answer was read."""
    waits = []
    for n in range(count):
        key, answer = keys[n % len(keys)]
        terminal.forget()
        typed = terminal.type(key)
        at = terminal.seen(answer, typed, 3.0)
        waits.append(at - typed if at is not None else 3.0)
        time.sleep(rest_s + 0.017 * (n % 7))
    return waits


def pages_back(terminal: Terminal, count: int) -> list[float]:
    """Seconds until each PageUp, from the end on, brought a turn from before all that were seen."""
    lowest = HOURS_8

    def numbers(data: bytes) -> list[int]:
        return [int(n) for n in re.findall(rb"turn zz(\d+) ", data)]

    def earlier(data: bytes) -> bool:
        return any(n < lowest for n in numbers(data))

    terminal.type(b"\x1b[F")
    time.sleep(0.5)
    waits: list[float] = []
    while len(waits) < count:
        terminal.forget()
        typed = terminal.type(b"\x1b[5~")
        at = terminal.seen(earlier, typed, 3.0 if lowest < HOURS_8 else 0.2)
        # the first pages hold what was told since the beginning
        if at is not None or lowest < HOURS_8:
            waits.append(at - typed if at is not None else 3.0)
        time.sleep(0.2 + 0.017 * (len(waits) % 7))
        lowest = min([lowest, *numbers(terminal.all())])
    return waits


def events_to_screen(terminal: Terminal, log: Path, seconds: float) -> list[float]:
    begun = time.monotonic()
    time.sleep(seconds)
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    waits = []
    for token, told_at in rows:
        if begun < told_at < begun + seconds - 1.0:
            at = terminal.seen(token.encode(), told_at, 0.5)
            waits.append(at - told_at if at is not None else 3.0)
    return waits


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", choices=["idle", "load", "real", "long"])
    parser.add_argument("--log", type=Path)
    parser.add_argument("--quick", action="store_true", help="a third of the time")
    args = parser.parse_args()
    if args.child:
        child(args.child, args.log)
        return
    part = 1 / 3 if args.quick else 1.0
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "told.jsonl"
        idle(table, log, part)
        loaded(table, log, part)
        called(table, log, part)
        eight_hours(table, log, part)
    sys.exit(1 if table.missed else 0)


def idle(table: Table, log: Path, part: float) -> None:
    """Nobody says anything."""
    with screen("idle", log) as (_, pid):
        time.sleep(4.0)
        before, begun = cpu(pid), time.monotonic()
        time.sleep(20.0 * part)
        share = (cpu(pid) - before) / (time.monotonic() - begun)
        table.value("nothing happens: of one core", 100 * share, IDLE_PERCENT, "%")


def loaded(table: Table, log: Path, part: float) -> None:
    """Recognition takes all there is."""
    with screen("load", log) as (terminal, pid):
        time.sleep(8.0)
        before, begun = cpu(pid), time.monotonic()
        hide = ((b"t", b"words are hidden"), (b"t", b"qq"))
        waits = alternating(terminal, hide, round(210 * part))
        table.waits("full load: key to reaction", waits, KEY_MS)
        waits = events_to_screen(terminal, log, 30.0 * part)
        table.waits("full load: event to screen", waits, EVENT_MS)
        table.value("full load: cores busy", (cpu(pid) - before) / (time.monotonic() - begun), None, "cores")


def called(table: Table, log: Path, part: float) -> None:
    """A real session, and full load beside it."""
    with screen("real", log) as (terminal, _):
        time.sleep(8.0)
        presses = 2 * round(50 * part)
        # the footer is drawn anew with the key lit; where the session answers within that frame, with its next word
        waits = alternating(terminal, ((b" ", b"pause|listen"),), presses, rest_s=0.35)
        table.waits("call and full load: key to its light", waits, KEY_MS)
        answers = ((b" ", b"PAUSED"), (b" ", b"CALM|TENSE|HEATED|BREAKING"))
        waits = alternating(terminal, answers, presses, rest_s=0.35)
        table.waits("call and full load: key to the session's own answer", waits, None)


def eight_hours(table: Table, log: Path, part: float) -> None:
    """The words of a long day."""
    with screen("long", log) as (terminal, pid):
        time.sleep(8.0)
        waits = events_to_screen(terminal, log, 20.0 * part)
        table.waits("full load, 8 hours of words: event to screen", waits, EVENT_MS)
        ends = ((b"\x1b[H", b"turn zz0 "), (b"\x1b[F", b"qq"))
        waits = alternating(terminal, ends, round(40 * part))
        table.waits("full load, 8 hours of words: Home, End", waits, KEY_MS)
        waits = pages_back(terminal, round(40 * part))
        table.waits("full load, 8 hours of words: PageUp", waits, KEY_MS)
        table.value("8 hours of words: memory", resident_mb(pid), None, "MB")


if __name__ == "__main__":
    main()
