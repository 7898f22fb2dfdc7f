"""Marks: they speak of the moment when the key was pressed, in every kind of session."""

from __future__ import annotations

import pytest

from companion.clock import SystemClock
from companion.config import Settings
from companion.control import Session
from companion.events import Event, Mark, SessionStarted
from companion.pipeline.call import Call
from companion.pipeline.inputs import FileInput
from companion.pipeline.spine import Spine
from companion.pipeline.transcript import TranscriptCall, Turn
from companion.pipeline.understanding import Conversation
from companion.playbook.coach import Coach
from companion.speech.ear import Ear
from companion.speech.endpoint import Endpointer
from tests.pipeline.fakes import CountingUnderstanding, KeywordModel, LoudnessVad, blocks

STARTED = SessionStarted(source="x", started_unix=0.0)
SPEED = 4.0
LONG_S = 60.0
"""Longer than a test takes, on a machine that is busy: it ends the call itself."""


def heard(out: list[Event]) -> Session:
    """A call where nobody speaks."""
    clock = SystemClock()
    ears = {s: Ear(s, LoudnessVad(), Endpointer()) for s in ("me", "them")}
    silence = blocks([(LONG_S, False)], [(LONG_S, False)])
    return Call(
        FileInput(silence, clock, SPEED), lambda: ears, lambda: [CountingUnderstanding()],
        started=STARTED, settings=Settings(), sinks=[out.append], clock=clock,
    )  # fmt: skip


def read(out: list[Event]) -> Session:
    """A transcript of one turn, at its end."""
    return TranscriptCall(
        [Turn("me", "Hello.", LONG_S - 1, LONG_S)], lambda: Conversation(KeywordModel(), 5), started=STARTED,
        spine=lambda sinks, at: Spine(Settings(), sinks, at), sinks=[out.append], clock=SystemClock(), speed=SPEED,
    )  # fmt: skip


def reach(session: Session, t: float) -> None:
    """Wait until the session has come to a second."""
    while session.now() < t:
        assert not session.wait(0.01)


@pytest.mark.parametrize("make", [heard, read])
def test_a_mark_stands_where_its_key_was_pressed_and_is_told_when_its_note_is_done(make) -> None:
    out: list[Event] = []
    session = make(out)
    session.start(lambda _: None)
    reach(session, 1.0)
    pressed = session.now()
    reach(session, pressed + 2.0)
    session.mark("a long note", pressed)
    session.mark("at once")
    session.end()
    assert session.wait(20)
    long, short = (e for e in out if isinstance(e, Mark))
    assert long.t == pressed
    assert short.t >= pressed + 2.0
    assert SPEED * long.at > pressed + 1.0


def test_a_mark_of_a_moment_ago_does_not_turn_the_coachs_time_back(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[float] = []
    monkeypatch.setattr(Coach, "step", lambda self, event: times.append(event.t) or [])
    monkeypatch.setattr(Coach, "tick", lambda self, now: times.append(now) or [])
    out: list[Event] = []
    spine = Spine(Settings(), [out.append], lambda: 0.0)
    spine.take(STARTED)
    spine.tick(30.0)
    spine.take(Mark(t=20.0, note="here"))
    spine.tick(31.0)
    assert [e.t for e in out if isinstance(e, Mark)] == [20.0]
    assert times == sorted(times)
