"""A call that is there as text: the turns of a transcript ``.jsonl`` read as if they were heard at their times."""

from __future__ import annotations

import json
import math
import queue
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from companion.clock import Clock
from companion.control import Listener
from companion.errors import CompanionError, UsageError
from companion.events import (
    AnotherWanted,
    Event,
    Health,
    Mark,
    Paused,
    PromptClosed,
    Resumed,
    SensitivityChanged,
    SessionEnded,
    SessionStarted,
    Speaker,
    SpeechEnded,
    SpeechStarted,
    Utterance,
)
from companion.pipeline.inputs import FULL_SPEED
from companion.pipeline.spine import Sink, Spine
from companion.pipeline.understanding import Conversation, OnlyWords
from companion.plain import whole

WORDS_A_SECOND = 2.7
"""Speaking rate where a transcript gives no times (conversation: Tauroza & Allison 1990, less the pauses)."""
USUAL_GAP_S = 0.4
LONGEST_TEXT = 4000
"""Characters of one turn; more is no turn."""
LONGEST_S = 48 * 3600.0
"""No call lasts longer: a time beyond it is a date, or in milliseconds."""
_LINE_END = re.compile(r"\r\n|\r|\n")
"""What ends a line of JSON; strings may hold U+2028 and its like (RFC 8259), where ``splitlines`` would cut them."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a transcript, in seconds; ``estimated`` where the file doesn't say both when it began and ended."""

    speaker: Speaker
    text: str
    t0: float
    t1: float
    estimated: bool = False


def read_transcript(path: Path) -> list[Turn]:
    """The turns of a ``.jsonl`` file, in the order of the file; lines without ``text`` are skipped.

    Raises ``UsageError`` naming the first line that is not as it must be.
    """
    turns: list[Turn] = []
    end = 0.0
    for number, line in enumerate(_LINE_END.split(_read(path)), 1):
        if not line.strip():
            continue
        row = _row(path, number, line)
        if row.get("text") is None:
            continue
        turn = _turn(path, number, row, end)
        turns.append(turn)
        end = turn.t1
    if not any(turn.text for turn in turns):
        raise UsageError(f"{path} holds no turns.", 'A transcript has lines like {"speaker": "me", "text": "Hello."}.')
    return turns


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "not a regular file"
            raise UsageError(f"{path} is {what}.", "Name a transcript (.jsonl) or a recording.")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {path}.", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} cannot be read as text.", "A transcript is UTF-8, one JSON object a line.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}).", "Check the path and its permissions.") from error


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:  # too deeply nested is not ours either
        raise UsageError(f"{path}, line {number}, is not JSON.", "Mend or remove that line.") from error
    if not isinstance(row, dict):
        raise UsageError(f"{path}, line {number}, is not a JSON object.", "Mend or remove that line.")
    return row


def _turn(path: Path, number: int, row: dict[str, Any], end: float) -> Turn:
    text = row["text"]
    if not isinstance(text, str):
        raise UsageError(f'{path}, line {number}: "text" must be a text.', "Mend that line.")
    text = " ".join(whole(text).split())[:LONGEST_TEXT]
    times = {key: row[key] for key in ("t0", "t1", "gap") if row.get(key) is not None}
    for key, value in times.items():
        # the comparison comes first: an int of hundreds of digits does not fit a float
        credible = isinstance(value, int | float) and not isinstance(value, bool) and -LONGEST_S <= value <= LONGEST_S
        if not credible or not math.isfinite(value):
            raise UsageError(
                f'{path}, line {number}: "{key}" must be a number of seconds, at most {LONGEST_S:.0f}.',
                "Mend that line.",
            )
    t0 = max(0.0, float(times.get("t0", end + times.get("gap", USUAL_GAP_S))))
    t1 = max(t0, float(times.get("t1", t0 + max(0.4, len(text.split()) / WORDS_A_SECOND))))
    if t1 > LONGEST_S:
        raise UsageError(f"{path}, line {number}: the call would be longer than two days.", "Mend its times.")
    estimated = "t0" not in times or "t1" not in times
    return Turn("me" if row.get("speaker") == "me" else "them", text, t0, t1, estimated)


class TranscriptCall:
    """A session over a transcript; implements ``control.Session``."""

    def __init__(
        self,
        turns: Sequence[Turn],
        load: Callable[[], Conversation],
        *,
        started: SessionStarted,
        spine: Callable[[Sequence[Sink], Callable[[], float]], Spine],
        sinks: Sequence[Sink],
        clock: Clock,
        speed: float = FULL_SPEED,
        longest_s: float | None = None,
    ) -> None:
        self._turns = turns
        self._load = load
        self._started = started
        self._make_spine = spine
        self._sinks = list(sinks)
        self._clock = clock
        self._speed = speed
        self._longest_s = longest_s
        self._inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._ending = threading.Event()
        self._done = threading.Event()
        self._reason = "finished"
        self._now = 0.0
        self._zero = 0.0
        self._paused = False
        self.failure: Exception | None = None
        """What ended the session, when it failed."""
        self.troubles: list[CompanionError] = []
        """What went wrong on the way without ending the session."""

    def start(self, listener: Listener) -> None:
        self._sinks.append(listener)
        threading.Thread(target=self._run_live, name="session", daemon=True).start()

    def pause(self) -> None:
        self._inbox.put(Paused())

    def resume(self) -> None:
        self._inbox.put(Resumed())

    def now(self) -> float:
        return self._now

    def mark(self, note: str = "", t: float | None = None) -> None:
        self._inbox.put(Mark(t=self._now if t is None else t, note=note))

    def close_prompt(self, prompt_id: int, outcome: Literal["used", "dismissed"]) -> None:
        self._inbox.put(PromptClosed(id=prompt_id, outcome=outcome))

    def another(self) -> None:
        self._inbox.put(AnotherWanted())

    def set_sensitivity(self, value: float) -> None:
        self._inbox.put(SensitivityChanged(value=min(1.0, max(-1.0, value))))

    def end(self, reason: str = "user") -> None:
        if not self._ending.is_set():
            self._reason = reason
            self._ending.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        return self._done.wait(timeout_s)

    def run(self, progress: Callable[[float], None] | None = None) -> None:
        """Read the whole transcript; ``progress`` is told the second reached. Raises what went wrong."""
        conversation = self._load()
        self._zero = self._clock.now()
        spine = self._make_spine(self._sinks, lambda: self._clock.now() - self._zero)
        self.troubles = spine.troubles
        spine.take(self._started)
        try:
            for event in self._events(conversation):
                if not self._reach(spine, event.t):
                    break
                spine.take(event)
                if progress is not None:
                    progress(event.t)
            self._settle(spine)
        except BaseException:
            self._reason = "failed" if not self._ending.is_set() else self._reason
            raise
        finally:
            spine.take(SessionEnded(t=self._now, reason=self._reason))
            self._done.set()

    def _run_live(self) -> None:
        try:
            self.run()
        except Exception as error:  # noqa: BLE001  # the thread's last stand: the session must end in order, whatever it is
            self.failure = error
            message = error.message if isinstance(error, CompanionError) else "Something went wrong; see the log."
            for sink in self._sinks:
                sink(Health(part="machine", state="lost", message=message))
                sink(SessionEnded(reason="failed"))
        finally:
            self._done.set()  # whatever a sink does, whoever waits must learn that it is over

    def _events(self, conversation: Conversation) -> Iterator[Event]:
        """What would be heard, in the order of its times; each turn is read when it has ended."""
        only_words = OnlyWords()
        moments: list[tuple[float, int, Turn]] = []
        for turn in self._turns:
            moments += [(turn.t0, 2, turn), (turn.t1, 0, turn), (turn.t1, 1, turn)]
        for t, kind, turn in sorted(moments, key=lambda m: (m[0], m[1])):
            if kind == 2:
                yield SpeechStarted(t=t, speaker=turn.speaker, t0=t)
            elif kind == 0:
                yield SpeechEnded(t=t, speaker=turn.speaker, t1=t)
            elif turn.text:
                yield from (replace(news, t=t) for news in only_words.news(conversation, self._started.language))
                understood = conversation.read(
                    turn.speaker, turn.text, turn.t0, turn.t1, self._started.language, whole=True
                )
                reading = understood.reading
                yield Utterance(
                    t=t,
                    speaker=turn.speaker,
                    t0=turn.t0,
                    t1=turn.t1,
                    text=turn.text,
                    language=self._started.language,
                    emotions=reading.emotions,
                    drivers=reading.drivers,
                    levels=reading.levels,
                    continues=understood.continues,
                    estimated=turn.estimated,
                )

    def _reach(self, spine: Spine, t: float) -> bool:
        """Let time come up to ``t``; False when the session ends before."""
        while True:
            self._settle(spine)
            reached = t if self._speed == FULL_SPEED else self._now
            if self._longest_s is not None and reached > self._longest_s:
                self.end("limit")
            if self._ending.is_set():
                return False
            if self._speed == FULL_SPEED and not self._paused:
                break
            if self._paused:
                self._clock.wait(0.05, self._ending)
                self._zero += 0.05
                continue
            self._now = max(self._now, min(t, (self._clock.now() - self._zero) * self._speed))
            spine.tick(self._now)
            if self._now >= t:
                break
            self._clock.wait(min(0.05, (t - self._now) / self._speed), self._ending)
        self._now = max(self._now, t)
        spine.tick(t)
        return True

    def _settle(self, spine: Spine) -> None:
        while True:
            try:
                event = self._inbox.get_nowait()
            except queue.Empty:
                return
            if isinstance(event, Paused | Resumed):
                self._paused = isinstance(event, Paused)
            spine.take(event if isinstance(event, Mark) else replace(event, t=self._now))
