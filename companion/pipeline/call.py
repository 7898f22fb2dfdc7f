"""A call with sound: one thread owns the ears and the spine, one worker recognises and reads.

The thread never waits for inference: what it hears goes to the worker, what the worker finds comes back into an inbox.
At full speed (``analyze``) the same steps are done one after the other, on the caller's thread.
"""

from __future__ import annotations

import dataclasses
import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np

from companion.clock import Clock
from companion.config import Settings
from companion.control import Listener
from companion.errors import CompanionError
from companion.events import (
    AnotherWanted,
    Event,
    Health,
    Mark,
    Meter,
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
from companion.pipeline.inputs import Heard, Input
from companion.pipeline.spine import Sink, Spine
from companion.pipeline.understanding import OnlyWords, Understanding
from companion.pipeline.worker import Worker
from companion.speech.ear import Ear, Speech, Started
from companion.speech.ending import COMPLETE, ending_after
from companion.speech.transcriber import usable_cores

_log = logging.getLogger(__name__)
_RATE = 16_000
_READ_S = 0.02
"""How long a read may wait for sound: what the user does waits as long to be heard."""
_METER_S = 0.1
_SILENT_DBFS = -100.0
_GAP_S = 0.25
"""Sound that begins this much later than where its ear is leaves a gap, which is skipped."""
_FIRST_PARTIAL_S = 0.5
"""Speech before the first look: less gives guesses, more keeps the reader waiting."""
_FRAME_S = 0.032
_LOOK_AFTER_S = 0.06
"""Silence after which the work for the end of an utterance begins: the wait for the end then hides it. A closed lip
within a word is shorter."""
_DRAIN_S = 120.0
"""How long the last words may take after the end."""


class Call:
    """A session over an ``Input``; implements ``control.Session``."""

    def __init__(
        self,
        source: Input,
        ears: Callable[[], dict[Speaker, Ear]],
        load: Callable[[], Iterable[Understanding | None]],
        *,
        started: SessionStarted,
        settings: Settings,
        sinks: Sequence[Sink],
        clock: Clock,
        longest_s: float | None = None,
    ) -> None:
        self._source = source
        self._make_ears = ears
        self._load = load
        self._started = started
        self._settings = settings
        self._sinks = list(sinks)
        self._clock = clock
        self._longest_s = longest_s
        self._inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._ending = threading.Event()
        self._reason = "finished"
        self._done = threading.Event()
        self._now = 0.0
        self._zero = 0.0
        self._ears: dict[Speaker, Ear] = {}
        self._loudest: dict[Speaker, list[float]] = {"me": [], "them": []}
        self._metered = 0.0
        self._asked: dict[Speaker, tuple[float, float]] = {}
        self._spine: Spine
        self._hand_over: Callable[[Speech], None]
        self._worker: Worker | None = None
        self._only_words = OnlyWords()
        self.failure: Exception | None = None
        """What ended the session, when it failed."""

    # ---- control.Session

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

    @property
    def troubles(self) -> list[CompanionError]:
        """What went wrong on the way without ending the session."""
        return self._spine.troubles if hasattr(self, "_spine") else []

    # ---- at full speed, on the caller's thread

    def run(self, progress: Callable[[float], None] | None = None) -> None:
        """Hear the whole input at once; ``progress`` is told the audio second reached. Raises what went wrong."""
        understanding = next(found for found in self._load() if found is not None)
        self._hand_over = lambda speech: self._hear_now(understanding, speech)
        try:
            self._begin()
            while not self._ending.is_set() and (heard := self._source.read(_READ_S)) is not None:
                self._hear(heard)
                self._foresee(understanding)
                self._settle()
                if progress is not None:
                    progress(self._now)
            self._flush()
            self._finish()
        except BaseException:
            self._reason = "failed" if not self._ending.is_set() else self._reason
            self._finish()
            raise

    def _hear_now(self, understanding: Understanding, speech: Speech) -> None:
        utterance = understanding.hear(speech)
        if utterance is not None:
            for event in (*self._only_words.news(understanding, utterance.language), utterance):
                self._inbox.put(event)

    def _foresee(self, understanding: Understanding) -> None:
        """At full speed a pause is looked into when it is as long as the shortest that may end an utterance."""
        usual = self._settings.speech.pause_s
        for speaker, ear in self._ears.items():
            speech = ear.candidate(usual * COMPLETE - _FRAME_S)
            if speech is not None and self._asked.get(speaker) != (speech.t0, speech.t1):
                self._asked[speaker] = (speech.t0, speech.t1)
                understanding.foresee(speech, lambda text, ear=ear: ear.expect(ending_after(text, usual).pause_s))  # type: ignore[misc]

    # ---- live, on the session's own thread

    def _run_live(self) -> None:
        worker = self._worker = Worker(
            self._load, self._inbox.put, self._fail,
            partials=self._settings.speech.partials, side_by_side=usable_cores() > 1,
        )  # fmt: skip
        self._hand_over = worker.submit
        worker.start()
        try:
            self._begin()
            while not self._ending.is_set():
                heard = self._source.read(_READ_S)
                if heard is None:
                    break
                self._hear(heard)
                self._settle()
                self._look_ahead(worker)
            self._flush()
            self._await(worker)
        except Exception as error:  # noqa: BLE001  # the thread's last stand: the session must end in order, whatever it is
            _log.exception("session failed")
            self._fail(error)
        finally:
            self._finish()

    def _fail(self, error: Exception) -> None:
        self.failure = self.failure or error
        message = error.message if isinstance(error, CompanionError) else "Something went wrong; see the log."
        self._inbox.put(Health(part="machine", state="lost", message=message))
        self.end("failed")

    def _await(self, worker: Worker) -> None:
        deadline = time.monotonic() + _DRAIN_S
        while worker.alive and not worker.idle and time.monotonic() < deadline:
            self._settle()
            time.sleep(0.02)
        worker.stop(5.0)

    # ---- the steps, shared

    def _begin(self) -> None:
        self._ears = self._make_ears()
        self._source.open()
        self._zero = self._clock.now()
        self._spine = Spine(self._settings, self._sinks, lambda: self._clock.now() - self._zero)
        self._spine.take(self._started)
        self._settle()

    def _hear(self, heard: Sequence[Heard]) -> None:
        for part in heard:
            ear = self._ears[part.speaker]
            self._measure(part)
            if part.t - ear.now > _GAP_S:
                for decision in ear.flush():
                    self._note(decision)
                ear.skip_to(part.t)
            elif ear.now - part.t > _GAP_S:
                self._asked.pop(part.speaker, None)
                for decision in ear.rewind(part.t):
                    self._note(decision)
            known = max(0, round((ear.end - part.t) * _RATE))
            listen = part.listen[known:] if part.listen is not None else None
            for decision in ear.feed(part.samples[known:], listen):
                self._note(decision)
            self._now = max(self._now, ear.now)

    def _note(self, decision: object) -> None:
        if isinstance(decision, Speech):
            self._hand_over(decision)
        elif isinstance(decision, Started):
            self._spine.take(SpeechStarted(t=self._now, speaker=decision.speaker, t0=decision.t0))
        else:
            assert hasattr(decision, "t1")
            self._spine.take(SpeechEnded(t=self._now, speaker=decision.speaker, t1=decision.t1))  # type: ignore[attr-defined]

    def _settle(self) -> None:
        """Take in what came meanwhile: the worker's findings, the user's wishes, the ears' health, time itself."""
        for health in self._source.health():
            self._inbox.put(health)
        while True:
            try:
                event = self._inbox.get_nowait()
            except queue.Empty:
                break
            self._obey(event)
            if not isinstance(event, Mark):
                t = max(self._now, event.t1) if isinstance(event, Utterance) else self._now
                event = dataclasses.replace(event, t=t)
            self._spine.take(event)
        self._spine.tick(self._now)
        if self._longest_s is not None and self._now >= self._longest_s:
            self.end("limit")

    def _obey(self, event: Event) -> None:
        if isinstance(event, Paused):
            for ear in self._ears.values():
                for decision in ear.flush():
                    self._note(decision)
            self._source.pause()
        elif isinstance(event, Resumed):
            self._source.resume()

    def _look_ahead(self, worker: Worker) -> None:
        speech = self._settings.speech
        # with one core, a look begun now would keep a final waiting
        may_end = not worker.side_by_side and any(ear.in_pause for ear in self._ears.values())
        for speaker, ear in self._ears.items():
            if ear.speaking and not ear.in_pause:
                worker.goes_on(speaker)
            at_pause = ear.candidate(_LOOK_AFTER_S)
            if at_pause is not None:
                if self._asked.get(speaker) != (at_pause.t0, at_pause.t1) and not worker.behind:
                    self._asked[speaker] = (at_pause.t0, at_pause.t1)
                    worker.submit(at_pause)
                text = worker.text_of(speaker, at_pause.t0, at_pause.t1)
                if text is not None:
                    ear.expect(ending_after(text, speech.pause_s).pause_s)
            elif (
                speech.partials
                and ear.speaking
                and not ear.in_pause
                and not may_end
                and worker.wants_partial(speaker, ear.began)
            ):
                so_far = ear.so_far(worker.known_until(speaker, ear.began))
                if so_far is not None and len(so_far.samples) >= _FIRST_PARTIAL_S * _RATE:
                    worker.submit(so_far)

    def _measure(self, part: Heard) -> None:
        if self._worker is None:
            return
        if len(part.samples):
            power = float(np.mean(np.square(part.samples, dtype=np.float64)))
            self._loudest[part.speaker].append(10 * math.log10(power + 1e-12))
        if self._now - self._metered >= _METER_S:
            self._metered = self._now
            for speaker, ear in self._ears.items():
                level = max(self._loudest[speaker], default=_SILENT_DBFS)
                self._loudest[speaker].clear()
                self._spine.take(Meter(t=self._now, speaker=speaker, rms_dbfs=level, speaking=ear.speaking))

    def _flush(self) -> None:
        for ear in self._ears.values():
            for decision in ear.flush():
                self._note(decision)
        self._settle()

    def _finish(self) -> None:
        try:
            self._source.close()
            if hasattr(self, "_spine"):
                self._settle()
                self._spine.take(SessionEnded(t=self._now, reason=self._reason))
        finally:
            self._done.set()  # whatever a sink does, whoever waits must learn that it is over
