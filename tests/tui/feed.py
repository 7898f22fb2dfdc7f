"""One invented call as events, and a session that plays them: every test of the screen is driven by it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

from companion.events import (
    Escalation,
    Event,
    Health,
    Mark,
    Meter,
    Partial,
    Paused,
    Prompt,
    PromptClosed,
    Resumed,
    SensitivityChanged,
    SessionEnded,
    SessionStarted,
    Temperature,
    Utterance,
)

TALK = (
    ("me", "Morning. Thanks for making the time, I know it's a full week.", 0.03, 0),
    ("them", "Sure. Let's go through the renewal then.", 0.04, 0),
    ("me", "Happy to. We kept the price for this year, and support stays the same.", 0.05, 0),
    ("them", "The same support that left us waiting two days in March?", 0.25, 1),
    ("me", "That was one ticket, and it was answered within the agreed time.", 0.30, 1),
    ("them", "Do you even hear yourself? Forty people could not work, and you talk about a ticket.", 0.62, 2),
    ("me", "Well, to be fair, the contract says next business day.", 0.71, 2),
)
PROMPT = Prompt(
    t=96.0, id=1, move="acknowledge", driver="anger", headline="Acknowledge the anger", level=2, expires=140.0,
    say="This has clearly been hard on you, and I want to hear all of it.",
    why="Somebody who feels heard has less reason to be loud; agreeing is not needed for that.",
)  # fmt: skip


def calm() -> list[Event]:
    """The first three turns."""
    return _turns(3)


def heated() -> list[Event]:
    """The whole talk, a mark, and a prompt that is open while they go on speaking."""
    return [
        *_turns(7),
        Mark(t=90.0, note="here"),
        PROMPT,
        Partial(t=98.0, speaker="them", t0=97.0, text="No, I am not going to", stable=9),
    ]


def tense() -> list[Event]:
    """The first five turns: an edge, and nothing to say about it."""
    return _turns(5)


def defended() -> list[Event]:
    """The whole talk, and the user's own stress."""
    breath = dataclasses.replace(
        PROMPT, move="stay_centred", driver="defensive", kind="do", headline="Breathe, then be curious",
        say="Breathe out slowly. Count to three before you speak.",
        why="Arguing back feeds it; a slow breath gives you your choice back. It is their situation, not you.",
    )  # fmt: skip
    return [*_turns(7), breath]


def breaking() -> list[Event]:
    """It is about to end, and the machine is behind."""
    leave = dataclasses.replace(
        PROMPT, t=110.0, move="walk_away", driver="bad_faith", headline="Prepare a graceful exit", level=3,
        say="I'd rather part on good terms than sign something we'd both regret.",
        why="Your limit: Not below 40 a unit.",
    )  # fmt: skip
    return [
        *_turns(7),
        Escalation(t=105.0, level=3, previous=2, score=0.9, reasons=("they: may be bad faith, “Then we are done.”",)),
        Temperature(t=105.0, score=0.9, level=3),
        Health(part="machine", state="degraded", message="The machine is behind; words come late."),
        leave,
    ]


def over() -> list[Event]:
    """The whole talk to its end."""
    return [*heated(), PromptClosed(t=110.0, id=1, outcome="used"), SessionEnded(t=134.0, reason="finished")]


def _turns(count: int) -> list[Event]:
    out: list[Event] = [
        SessionStarted(source="x", started_unix=0.0),
        Health(part="speech", state="ok", message="Listening."),
    ]
    level = 0
    for n, (speaker, text, score, now) in enumerate(TALK[:count]):
        t = 14.0 * n + 5
        out.append(Utterance(t=t, speaker=speaker, t0=t - 4, t1=t, text=text))
        if now != level:
            why = (f"they: may be anger, “{text}”",)
            out.append(Escalation(t=t, level=now, previous=level, score=score, reasons=why))
            level = now
        out.append(Temperature(t=t, score=score, level=now))
        out += [Meter(t=t, speaker="me", rms_dbfs=-22.0), Meter(t=t, speaker="them", rms_dbfs=-38.0)]
    return out


class PlayedSession:
    """A session that answers as a real one does: every command comes back as an event."""

    def __init__(self, events: list[Event]) -> None:
        self._events = events
        self._tell: Callable[[Event], None] = lambda _: None
        self.asked: list[tuple[str, object]] = []
        self.reached = 99.0

    def start(self, listener: Callable[[Event], None]) -> None:
        self._tell = listener
        self.play(self._events)

    def play(self, events: list[Event]) -> None:
        for event in events:
            self._tell(event)

    def pause(self) -> None:
        self._tell(Paused(t=99.0))

    def resume(self) -> None:
        self._tell(Resumed(t=99.0))

    def now(self) -> float:
        return self.reached

    def mark(self, note: str = "", t: float | None = None) -> None:
        self._tell(Mark(t=self.reached if t is None else t, note=note))
        self.asked.append(("mark", note))

    def close_prompt(self, prompt_id: int, outcome: str) -> None:
        self.asked.append((outcome, prompt_id))
        self._tell(PromptClosed(t=99.0, id=prompt_id, outcome=outcome))

    def another(self) -> None:
        self.asked.append(("another", None))
        self._tell(dataclasses.replace(PROMPT, id=2, move="take_break", headline="Take a short break"))

    def set_sensitivity(self, value: float) -> None:
        self._tell(SensitivityChanged(t=99.0, value=value))

    def end(self, reason: str = "user") -> None:
        self.asked.append(("end", reason))
        self._tell(SessionEnded(t=100.0, reason=reason))

    def wait(self, timeout_s: float | None = None) -> bool:
        return True


class StillHearing:
    """Ears in a quiet room where one side was heard."""

    def open(self) -> None:
        self.looks = 0

    def levels(self) -> dict[str, float]:
        time.sleep(0.02)
        self.looks += 1
        return {"me": -22.0, "them": -100.0}

    def close(self) -> None:
        self.closed = True
