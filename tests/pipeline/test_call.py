"""A call with sound: what is heard comes out whole, live and at full speed, and ends in order whatever happens."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from companion.clock import Clock, ManualClock, SystemClock
from companion.config import Settings
from companion.errors import CompanionError
from companion.events import (
    Event,
    Health,
    Mark,
    Meter,
    Partial,
    Paused,
    PromptClosed,
    Resumed,
    SensitivityChanged,
    SessionEnded,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    Utterance,
)
from companion.pipeline.call import Call
from companion.pipeline.inputs import FULL_SPEED, FileInput
from companion.speech.ear import Ear, Speech
from companion.speech.endpoint import Endpointer
from tests.pipeline.fakes import CountingUnderstanding, GermanSpoken, LoudnessVad, blocks

TALK = (
    [(1.0, False), (2.0, True), (4.0, False), (1.5, True), (1.5, False)],
    [(4.0, False), (2.0, True), (4.0, False)],
)


def make(
    sink: Callable[[Event], None],
    *,
    speed: float = FULL_SPEED,
    understanding: CountingUnderstanding | None = None,
    load: Callable[[], object] | None = None,
    clock: Clock | None = None,
    talk=TALK,
    **more,
) -> Call:
    mind = understanding or CountingUnderstanding()
    clock = clock or SystemClock()
    return Call(
        FileInput(blocks(*talk), clock, speed),
        lambda: {s: Ear(s, LoudnessVad(), Endpointer()) for s in ("me", "them")},
        load or (lambda: [mind]),
        started=SessionStarted(source="x", started_unix=0.0), settings=Settings(), sinks=[sink], clock=clock, **more,
    )  # fmt: skip


def spans(events: list[Event]) -> list[tuple[str, float, float]]:
    return [(e.speaker, round(e.t0, 1), round(e.t1, 1)) for e in events if isinstance(e, Utterance)]


SAID = [("me", 1.0, 3.0), ("them", 4.0, 6.0), ("me", 7.0, 8.5)]


def test_at_full_speed_everything_said_comes_out_in_order() -> None:
    out: list[Event] = []
    make(out.append, clock=ManualClock()).run()
    assert spans(out) == SAID
    assert isinstance(out[0], SessionStarted)
    assert out[-1] == SessionEnded(t=out[-1].t, at=out[-1].at, reason="finished")
    assert sum(isinstance(e, SpeechStarted) for e in out) == sum(isinstance(e, SpeechEnded) for e in out) == 3
    assert [e.t for e in out] == sorted(e.t for e in out)


@pytest.mark.parametrize("mind", [GermanSpoken(), CountingUnderstanding()])
def test_at_full_speed_it_is_told_once_that_feelings_are_not_read_from_a_language(mind: CountingUnderstanding) -> None:
    out: list[Event] = []
    make(out.append, clock=ManualClock(), understanding=mind).run()
    told = [e for e in out if isinstance(e, Health)]
    assert [e.part for e in told] == ([] if mind.understands("en") else ["affect"])
    assert spans(out) == SAID


def test_live_it_is_the_same_with_meters_and_partials_besides() -> None:
    out: list[Event] = []
    session = make(out.append, speed=8.0)
    session.start(lambda _: None)
    assert session.wait(20)
    assert spans(out) == SAID
    assert any(isinstance(e, Meter) and e.rms_dbfs > -10 for e in out)
    assert any(isinstance(e, Partial) for e in out)
    assert session.failure is None


def test_a_slow_machine_loses_no_final() -> None:
    mind = CountingUnderstanding()
    mind.free.clear()
    out: list[Event] = []
    session = make(out.append, speed=16.0, understanding=mind)
    session.start(lambda _: None)
    time.sleep(1.0)
    assert spans(out) == []
    mind.free.set()
    assert session.wait(20)
    assert spans(out) == SAID


def test_the_work_for_an_end_begins_at_the_pause_and_its_words_decide_when_it_ends() -> None:
    class Complete(CountingUnderstanding):
        def words_so_far(self, speech: Speech) -> str:
            return "That is all." if speech.paused else "That is"

    out: list[Event] = []
    make(out.append, clock=ManualClock(), understanding=Complete()).run()
    assert spans(out) == SAID
    ended = {round(e.t1, 1): e.t - e.t1 for e in out if isinstance(e, SpeechEnded)}
    assert all(waited < 0.45 for waited in ended.values()), ended


def test_on_one_core_the_other_side_is_not_looked_at_while_one_may_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.pipeline.call.usable_cores", lambda: 1)

    class Remembering(CountingUnderstanding):
        def __init__(self) -> None:
            super().__init__()
            self.looks: list[float] = []

        def words_so_far(self, speech: Speech) -> str:
            if speech.speaker == "them" and not speech.paused:
                self.looks.append(speech.t1)
            return super().words_so_far(speech)

    # given me pausing at second 2, while they speak on
    talk = ([(1.0, False), (1.0, True), (2.5, False)], [(0.5, False), (3.0, True), (1.0, False)])
    mind = Remembering()
    call = make(lambda _: None, speed=1.0, understanding=mind, talk=talk)
    # when it runs at its own speed
    call.start(lambda _: None)
    assert call.wait(30)
    # then nothing keeps the final waiting in the pause, and they are looked at otherwise
    assert mind.looks
    assert not [t1 for t1 in mind.looks if 2.1 < t1 < 2.4]


def test_after_and_the_end_is_waited_for() -> None:
    class Dangling(CountingUnderstanding):
        def words_so_far(self, speech: Speech) -> str:
            return "This one and"

    talk = ([(1.0, False), (1.0, True), (0.7, False), (1.0, True), (1.5, False)], [(5.2, False)])
    out: list[Event] = []
    make(out.append, clock=ManualClock(), understanding=Dangling(), talk=talk).run()
    assert spans(out) == [("me", 1.0, 3.7)]


def test_stable_words_of_partials_only_grow() -> None:
    out: list[Event] = []
    session = make(out.append, speed=2.0)
    session.start(lambda _: None)
    assert session.wait(30)
    for t0 in {e.t0 for e in out if isinstance(e, Partial)}:
        stable = [e.text[: e.stable] for e in out if isinstance(e, Partial) and e.t0 == t0]
        assert all(b.startswith(a) for a, b in zip(stable, stable[1:], strict=False))


def test_what_the_user_does_becomes_events() -> None:
    out: list[Event] = []
    session = make(out.append, speed=4.0)
    session.start(lambda _: None)
    session.mark("here")
    session.set_sensitivity(7.0)
    session.close_prompt(1, "used")
    assert session.wait(20)
    assert [e.note for e in out if isinstance(e, Mark)] == ["here"]
    assert [e.value for e in out if isinstance(e, SensitivityChanged)] == [1.0]
    assert any(isinstance(e, PromptClosed) and e.outcome == "used" for e in out)


def test_a_pause_stops_the_listening_until_it_goes_on() -> None:
    out: list[Event] = []
    session = make(out.append, speed=8.0)
    session.start(lambda _: None)
    session.pause()
    time.sleep(0.5)
    before = len(spans(out))
    session.resume()
    assert session.wait(20)
    assert before == 0
    assert spans(out) == SAID
    kinds = [e.type for e in out if isinstance(e, Paused | Resumed)]
    assert kinds == ["paused", "resumed"]


def test_it_ends_when_told_and_keeps_what_was_said() -> None:
    out: list[Event] = []
    session = make(out.append, clock=ManualClock(), longest_s=3.9)
    session.run()
    assert out[-1].reason == "limit"
    assert spans(out) == SAID[:1]


@pytest.mark.parametrize("error", [CompanionError("The model is gone.", "Pull it."), ZeroDivisionError()])
def test_a_failure_ends_the_session_in_order_and_is_told(error: Exception) -> None:
    def load() -> object:
        raise error

    out: list[Event] = []
    session = make(out.append, speed=8.0, load=load)
    session.start(lambda _: None)
    assert session.wait(20)
    assert session.failure is error
    assert out[-1].reason == "failed"
    told = [e.message for e in out if isinstance(e, Health) and e.state == "lost"]
    assert told and "Traceback" not in told[0]


def test_a_sink_that_fails_is_let_go_and_the_call_goes_on() -> None:
    def full_disk(event: Event) -> None:
        raise CompanionError("The disk is full.", "Free some space.")

    out: list[Event] = []
    session = make(full_disk, clock=ManualClock())
    session._sinks.append(out.append)
    session.run()
    assert spans(out) == SAID
    assert [str(e) for e in session.troubles] == ["The disk is full. Free some space."]
    assert any(isinstance(e, Health) and "disk is full" in e.message for e in out)
