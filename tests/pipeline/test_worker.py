"""The worker keeps pace: what it gives up when late, that it gives up no utterance, and that a look delays none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from companion.events import Event, Health, Partial, Utterance
from companion.pipeline import pace
from companion.pipeline.worker import Worker
from companion.speech.ear import RATE, Speech
from tests.pipeline.fakes import CountingUnderstanding, GermanSpoken


class Slow(CountingUnderstanding):
    """Takes its time with the usual model, none with the smaller."""

    has_smaller = True

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.models: list[str] = []
        self.smaller = False

    def use_smaller(self, wanted: bool) -> None:
        self.smaller = wanted

    def hear(self, speech: Speech) -> Utterance | None:
        self.models.append("smaller" if self.smaller else "usual")
        time.sleep(0.0 if self.smaller else self.seconds)
        return super().hear(speech)


def speech(t0: float, *, whole: bool = True) -> Speech:
    return Speech("them", t0, t0 + 1.0, t0, np.zeros(RATE, np.float32), 0.9, whole=whole)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_backlog_brings_the_smaller_model_loses_nothing_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "LATE_S", 0.05)
    monkeypatch.setattr(pace, "VERY_LATE_S", 0.1)
    monkeypatch.setattr(pace, "IN_TIME_S", 0.04)
    monkeypatch.setattr(pace, "PROVEN_S", 0.2)
    mind, out = Slow(0.06), list[Event]()
    worker = Worker(lambda: [mind], out.append, pytest.fail)
    worker.start()
    until(lambda: any(isinstance(e, Health) and e.state == "ok" for e in out))
    for i in range(6):
        worker.submit(speech(float(i)))
    until(lambda: worker.idle)
    assert [e.t0 for e in out if isinstance(e, Utterance)] == [0, 1, 2, 3, 4, 5]
    assert mind.models[0] == "usual" and mind.models[-1] == "smaller"
    told = [e for e in out if isinstance(e, Health) and e.part == "machine"]
    assert told[-1].state == "degraded" and "smaller" in told[-1].message
    assert not worker.wants_partial("them", 9.0)

    mind.seconds = 0.0  # the machine is free again
    for i in range(60):
        worker.submit(speech(10.0 + i))
        time.sleep(0.02)
    until(lambda: worker.idle)
    told = [e for e in out if isinstance(e, Health) and e.part == "machine"]
    assert told[-1].message == "Caught up."
    assert mind.models[-1] == "usual"
    assert worker.stop(5)
    assert len([e for e in out if isinstance(e, Utterance)]) == 66


def test_a_look_at_a_pause_is_known_to_the_session_by_its_times() -> None:
    mind, out = CountingUnderstanding(), list[Event]()
    worker = Worker(lambda: [mind], out.append, pytest.fail)
    worker.start()
    worker.submit(Speech("me", 1.0, 2.0, 1.0, np.zeros(RATE, np.float32), 0.9, whole=False, paused=True))
    until(lambda: worker.text_of("me", 1.0, 2.0) is not None)
    assert worker.text_of("me", 1.0, 2.5) is None
    assert worker.known_until("me", 1.0) == 2.0
    assert worker.known_until("me", 3.0) == 3.0
    assert worker.stop(5)


class Attentive(CountingUnderstanding):
    """Says whether the pause still lasted when the words were known."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self.meanwhile = meanwhile
        self.paused: list[bool] = []

    def foresee(
        self, speech: Speech, on_text: Callable[[str], None], pauses: Callable[[], bool] = lambda: True
    ) -> None:
        self.meanwhile()
        on_text("so")
        self.paused.append(pauses())


@pytest.mark.parametrize(
    ("meanwhile", "wanted"), [("nothing", True), ("goes on", False), ("ends", True), ("ends, another begins", True)]
)
def test_work_at_a_pause_is_left_when_speech_goes_on_but_not_when_it_was_the_end(meanwhile: str, wanted: bool) -> None:
    def happen() -> None:
        if meanwhile.startswith("ends"):
            worker.submit(Speech("me", 1.0, 2.0, 1.0, np.zeros(RATE, np.float32), 0.9))
        if meanwhile in ("goes on", "ends, another begins"):
            worker.goes_on("me")

    mind = Attentive(happen)
    worker = Worker(lambda: [mind], list[Event]().append, pytest.fail)
    worker.start()
    worker.submit(Speech("me", 1.0, 2.0, 1.0, np.zeros(RATE, np.float32), 0.9, whole=False, paused=True))
    until(lambda: bool(mind.paused))
    assert mind.paused == [wanted]
    assert worker.stop(5)


def test_that_feelings_are_not_read_from_a_language_is_told_once_before_its_first_words() -> None:
    out: list[Event] = []
    worker = Worker(lambda: [GermanSpoken()], out.append, pytest.fail)
    worker.start()
    for t0 in (0.0, 2.0):
        worker.submit(speech(t0))
    assert worker.stop(10)
    assert [e.type for e in out if isinstance(e, Utterance) or (isinstance(e, Health) and e.part == "affect")] == [
        "health", "utterance", "utterance",
    ]  # fmt: skip


class Looking(CountingUnderstanding):
    """A look that lasts until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.begun = threading.Event()

    def words_so_far(self, speech: Speech) -> str:
        self.begun.set()
        assert self.go_on.wait(10)
        return super().words_so_far(speech)


def look(t0: float, t1: float) -> Speech:
    return Speech("them", t0, t1, t0, np.zeros(round((t1 - t0) * RATE), np.float32), 0.9, whole=False)


def working(mind: CountingUnderstanding, *, side_by_side: bool = True) -> tuple[Worker, list[Event]]:
    out: list[Event] = []
    worker = Worker(lambda: [mind], out.append, pytest.fail, side_by_side=side_by_side)
    worker.start()
    until(lambda: any(isinstance(e, Health) and e.state == "ok" for e in out))
    return worker, out


def test_a_look_keeps_no_final_waiting_and_is_not_shown_after_it() -> None:
    mind = Looking()
    worker, out = working(mind)
    worker.submit(look(3.0, 4.5))
    assert mind.begun.wait(10)
    worker.submit(Speech("them", 3.0, 5.0, 3.0, np.zeros(2 * RATE, np.float32), 0.9, whole=True))
    until(lambda: any(isinstance(e, Utterance) for e in out))
    mind.go_on.set()
    assert worker.stop(5)
    assert not any(isinstance(e, Partial) for e in out)


def test_with_one_core_no_look_is_wanted_while_a_final_is_worked_on() -> None:
    for side_by_side in (True, False):
        mind = CountingUnderstanding()
        worker, _ = working(mind, side_by_side=side_by_side)
        mind.free.clear()
        worker.submit(speech(1.0))
        until(lambda w=worker: not w.behind)  # taken, and held up
        assert worker.wants_partial("me", 2.0) is side_by_side
        mind.free.set()
        assert worker.stop(5)


def test_an_end_while_the_models_load_does_not_wait_for_the_rest_of_them() -> None:
    steps, going, told = [], threading.Event(), threading.Event()

    def load() -> Iterator[CountingUnderstanding | None]:
        for step in range(3):
            steps.append(step)
            told.set()
            assert going.wait(10)
            yield None
        yield CountingUnderstanding()

    worker = Worker(load, list[Event]().append, pytest.fail)
    worker.start()
    assert told.wait(10)
    ending = threading.Thread(target=lambda: worker.stop(10.0))
    ending.start()
    until(lambda: worker._stopping)
    going.set()
    ending.join(10)
    assert steps == [0]
    assert not worker.alive


def test_what_was_said_while_the_models_load_is_heard_although_the_end_comes_first() -> None:
    mind, out, going = CountingUnderstanding(), list[Event](), threading.Event()

    def load() -> Iterator[CountingUnderstanding | None]:
        assert going.wait(10)
        yield None
        yield mind

    worker = Worker(load, out.append, pytest.fail)
    worker.start()
    worker.submit(speech(0.0))
    ending = threading.Thread(target=lambda: worker.stop(10.0))
    ending.start()
    until(lambda: worker._stopping)
    going.set()
    ending.join(10)
    assert [e.t0 for e in out if isinstance(e, Utterance)] == [0.0]
