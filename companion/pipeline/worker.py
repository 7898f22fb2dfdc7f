"""The inference worker: one thread for what an utterance needs at its end, one for looks at what goes on meanwhile.

Finals come before pauses, and neither waits for a look; stale looks are never shown.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal

from companion.events import Event, Health, Partial, Speaker
from companion.pipeline.pace import Effort, Pace
from companion.pipeline.understanding import OnlyWords, Understanding
from companion.speech.agreement import Agreement
from companion.speech.ear import Speech

_log = logging.getLogger(__name__)
REST = 2.0
"""Rest after a look at an utterance that goes on, in multiples of what looks take: the call needs the processor too."""
LEAST_REST_S = 0.25


class Worker:
    """Takes speech from the session's thread and puts events into its inbox.

    ``load`` builds the understanding (it takes seconds, so it happens here), in steps that give None until it is there;
    ``deliver`` receives events; ``failed`` receives the error that ended the worker. ``side_by_side``: whether there is
    a core for looks, or they must not be begun while something else is worked on.
    """

    def __init__(
        self,
        load: Callable[[], Iterable[Understanding | None]],
        deliver: Callable[[Event], None],
        failed: Callable[[Exception], None],
        *,
        partials: bool = True,
        side_by_side: bool = True,
    ) -> None:
        self._load = load
        self._deliver = deliver
        self._failed = failed
        self._lock = threading.Condition()
        self._finals: deque[tuple[Speech, float]] = deque()
        self._at_pause: dict[Speaker, Speech] = {}
        self._look: Speech | None = None
        self._looking = False
        self.side_by_side = side_by_side
        self._pausing: dict[Speaker, tuple[float, float]] = {}
        self._texts: dict[Speaker, tuple[float, float, str]] = {}
        self._shown: dict[Speaker, tuple[float, float]] = {}
        self._ended: dict[Speaker, float] = {}
        self._agreements: dict[Speaker, tuple[float, Agreement]] = {}
        self._partials_shown = partials
        self._ready = 0.0
        self._stopping = False
        self._busy = False
        self._pace = Pace(has_smaller=False)
        self._only_words = OnlyWords()
        self._partial_cost = 0.3
        self._partial_done = 0.0
        self._thread = threading.Thread(target=partial(self._guarded, self._run), name="inference", daemon=True)
        self._looker: threading.Thread | None = None

    def start(self) -> None:
        """Begin to load, then to work."""
        self._thread.start()

    def submit(self, speech: Speech) -> None:
        """Queue a stretch of speech; a partial replaces the one before it, a final makes it stale."""
        with self._lock:
            if speech.whole:
                self._at_pause.pop(speech.speaker, None)
                if self._look is not None and self._look.speaker == speech.speaker:
                    self._look = None
                self._ended[speech.speaker] = speech.t0
                self._finals.append((speech, time.monotonic()))
            elif speech.paused:
                self._at_pause[speech.speaker] = speech
                self._pausing[speech.speaker] = (speech.t0, speech.t1)
            else:
                self._look = speech
            self._lock.notify_all()

    def goes_on(self, speaker: Speaker) -> None:
        """The pause in which ``speaker`` was is over, without having been an end: less is wanted of it."""
        with self._lock:
            self._pausing.pop(speaker, None)

    def text_of(self, speaker: Speaker, t0: float, t1: float) -> str | None:
        """What was said from ``t0`` to the pause at ``t1``, once that is known."""
        with self._lock:
            begun, paused, text = self._texts.get(speaker, (-1.0, -1.0, ""))
        return text if (begun, paused) == (t0, t1) else None

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being worked on."""
        with self._lock:
            return not self._finals and not self._busy

    @property
    def behind(self) -> bool:
        """Whether finals wait, or came too late of late: nothing else is begun then."""
        with self._lock:
            return bool(self._finals) or self._pace.effort is not Effort.FULL

    def wants_partial(self, speaker: Speaker, t0: float) -> bool:
        """Whether there is time for a look at the utterance begun at ``t0``.

        Nothing else waits, and looks take a third of the time at most; until something was shown they rest less.
        """
        with self._lock:
            free = not self._finals and self._look is None and not self._looking and self._pace.effort is Effort.FULL
            free = free and (self.side_by_side or not (self._busy or self._at_pause))
            fresh = self._shown.get(speaker, (-1.0, -1.0))[0] != t0
        rest_s = LEAST_REST_S if fresh else max(LEAST_REST_S, REST * self._partial_cost)
        return free and time.monotonic() - self._partial_done > rest_s

    def known_until(self, speaker: Speaker, t0: float) -> float:
        """The latest pause of the utterance begun at ``t0`` up to which its words are known, else ``t0``."""
        with self._lock:
            begun, paused, text = self._texts.get(speaker, (-1.0, -1.0, ""))
        return paused if begun == t0 and text else t0

    def stop(self, timeout_s: float) -> bool:
        """Finish the finals that wait, then end; False when that took too long."""
        with self._lock:
            self._stopping = True
            self._at_pause.clear()
            self._look = None
            self._lock.notify_all()
        self._thread.join(timeout_s)
        if self._looker is not None:
            self._looker.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do a thread's work; the session hears of an error, whatever it is."""
        try:
            work()
        except Exception as error:  # noqa: BLE001  # the thread's last stand
            _log.exception("inference failed")
            self._failed(error)

    def _run(self) -> None:
        self._deliver(Health(part="speech", state="starting", message="Loading the speech model …"))
        understanding = self._loaded()
        if understanding is None:
            return
        self._pace = Pace(has_smaller=understanding.has_smaller)
        self._deliver(Health(part="speech", state="ok", message="Listening."))
        self._ready = time.monotonic()
        looking = partial(self._guarded, lambda: self._look_on(understanding))
        self._looker = threading.Thread(target=looking, name="looks", daemon=True)
        self._looker.start()
        while (job := self._next()) is not None:
            self._do(understanding, *job)

    def _loaded(self) -> Understanding | None:
        """The understanding; None where the end came first, and nothing waits to be heard."""
        for found in self._load():
            if found is not None:
                return found
            with self._lock:
                if self._stopping and not self._finals:
                    break
        return None

    def _next(self) -> tuple[Speech, float] | None:
        with self._lock:
            self._busy = False
            while True:
                if self._finals:
                    self._busy = True
                    return self._finals.popleft()
                if self._stopping:
                    return None
                if self._at_pause:
                    self._busy = True
                    return self._at_pause.popitem()[1], time.monotonic()
                self._lock.wait()

    def _do(self, understanding: Understanding, speech: Speech, since: float) -> None:
        if not speech.whole:
            understanding.foresee(speech, lambda text: self._show(speech, text), lambda: self._may_be_end(speech))
            return
        with self._lock:
            self._agreements.pop(speech.speaker, None)
        utterance = understanding.hear(speech)
        if utterance is not None:
            for news in self._only_words.news(understanding, utterance.language):
                self._deliver(news)
            self._deliver(utterance)
        self._keep_pace(understanding, time.monotonic() - max(since, self._ready))

    def _look_on(self, understanding: Understanding) -> None:
        """The looks' own thread."""
        while (speech := self._next_look()) is not None:
            begun = time.monotonic()
            before = self._words_before(speech)
            self._show(speech, f"{before} {understanding.words_so_far(speech)}".strip())
            with self._lock:
                self._looking = False
                self._partial_done = time.monotonic()
                self._partial_cost = 0.5 * self._partial_cost + 0.5 * (self._partial_done - begun)

    def _next_look(self) -> Speech | None:
        with self._lock:
            while not self._stopping:
                if (speech := self._look) is not None:
                    self._look, self._looking = None, True
                    return speech
                self._lock.wait()
            return None

    def _may_be_end(self, speech: Speech) -> bool:
        """Whether the pause after ``speech`` still lasts, or has ended the utterance."""
        end = (speech.t0, speech.t1)
        with self._lock:
            due = any((f.speaker, f.t0, f.t1) == (speech.speaker, *end) for f, _ in self._finals)
            return due or self._pausing.get(speech.speaker) == end

    def _words_before(self, speech: Speech) -> str:
        """The words up to the pause at which the sound of this look begins."""
        with self._lock:
            begun, paused, text = self._texts.get(speech.speaker, (-1.0, -1.0, ""))
        return text if begun == speech.t0 and paused <= speech.samples_t0 + 0.01 else ""

    def _show(self, speech: Speech, text: str) -> None:
        with self._lock:
            if speech.paused:
                self._texts[speech.speaker] = (speech.t0, speech.t1, text)
            seen_t0, seen_t1 = self._shown.get(speech.speaker, (-1.0, -1.0))
            over = self._ended.get(speech.speaker) == speech.t0
            if over or (seen_t0 == speech.t0 and seen_t1 > speech.t1):
                return  # what is known by now is newer
            if text:
                self._shown[speech.speaker] = (speech.t0, speech.t1)
            t0, agreement = self._agreements.get(speech.speaker, (speech.t0, Agreement()))
            if t0 != speech.t0:
                agreement = Agreement()
            self._agreements[speech.speaker] = (speech.t0, agreement)
            shown, stable = agreement.update(text, paused=speech.paused)
            if shown and self._partials_shown:
                self._deliver(Partial(speaker=speech.speaker, t0=speech.t0, text=shown, stable=stable))

    def _keep_pace(self, understanding: Understanding, lag_s: float) -> None:
        with self._lock:
            waiting = len(self._finals)
        change = self._pace.note(lag_s, waiting, time.monotonic())
        if change is None:
            return
        understanding.use_smaller(change.effort is Effort.SMALLER_MODEL)
        state: Literal["ok", "degraded"] = "ok" if change.effort is Effort.FULL else "degraded"
        self._deliver(Health(part="machine", state=state, message=change.message))
