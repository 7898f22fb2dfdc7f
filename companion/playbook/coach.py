"""The coach: which prompt, when, and when to hold its tongue. Pure: events and time in, events out.

It would rather be silent than wrong: it speaks only in a heated talk (or soon after one), at a gap in the talk, never
into the user's own sentence, with time between prompts, and a budget.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from companion.config import CoachSettings
from companion.events import (
    AnotherWanted,
    Escalation,
    Event,
    Paused,
    Prompt,
    PromptClosed,
    SessionEnded,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    Utterance,
)
from companion.playbook.aftermath import Aftermath
from companion.playbook.book import Playbook
from companion.playbook.choice import Moment, another, choose
from companion.playbook.notes import Notes
from companion.playbook.scene import Scene, Tried
from companion.playbook.subject import Subjects
from companion.playbook.wording import fill, word

WAITS_S = 12.0
"""A suggestion that finds no gap within this has missed its moment."""
GAP_S = 1.0
"""A gap is a moment: what was not shown within this of its beginning waits for the next one."""
LATE_S = 2.0
"""Words that are known later than this after they were said came too late for the gap that followed them."""
AFTERMATH_S = 150.0
"""How long after a heated stretch a tense talk may still be helped."""
SETTLES_S = 8.0
"""After a step down nothing is suggested for this long: it recovers by itself."""
MILD_TURNS = 2
"""After so many of their turns in a row without a driver it recovers by itself, though the level still lags."""
PATIENCE = 1.5
"""Each dismissal in a row makes the least time between prompts this much longer."""
HOUR_S = 3600.0
ANSWER_S = 3.0
"""The user's turn that is this long is an answer; when they have spoken after it, a prompt's moment has passed."""
REMEMBERED = 12
"""Turns of the user that are kept, so that what was said is not suggested."""


@dataclass(frozen=True, slots=True)
class _Pending:
    moment: Moment
    since: float


class Coach:
    """Takes the events of a session in time order, the tracker's included; answers with prompts and their effects."""

    def __init__(self, playbook: Playbook, settings: CoachSettings) -> None:
        self._playbook = playbook
        self._settings = settings
        self._scene = Scene()
        self._notes = Notes({})
        self._subjects = Subjects()
        self._aftermath = Aftermath()
        self._heated_last = float("-inf")
        self._stepped_down = float("-inf")
        self._milder = 0
        self._speaking = {"me": False, "them": False}
        self._gap_since = 0.0
        self._pending: _Pending | None = None
        self._open: Prompt | None = None
        self._answered = False
        self._passed = False
        self._spoken = False
        self._dismissed: set[int] = set()
        self._shown: deque[float] = deque()
        self._last_at = float("-inf")
        self._level_at_last = 0
        self._last_heard: Utterance | None = None
        self._my_words: deque[str] = deque(maxlen=REMEMBERED)
        self._lines: Counter[str] = Counter()
        self._count = 0

    def step(self, event: Event) -> list[Event]:
        """Take the next event."""
        match event:
            case SpeechStarted():
                self._speaking[event.speaker] = True
            case SpeechEnded():
                self._speaking[event.speaker] = False
                self._gap_since = event.t
            case Escalation():
                self._notice_level(event)
            case Utterance():
                self._hear(event)
            case Paused():
                self._pending = None
                return self._close("expired", event.t)
            case PromptClosed():
                self._answer(event)
                return []
            case AnotherWanted():
                return self._another(event.t)
            case SessionStarted():
                self._notes = Notes(event.prep)
                self._subjects = Subjects(event.prep.get("who", ""))
            case SessionEnded():
                return [*self._close("ended", event.t), *self._aftermath.due(event.t, over=True)]
            case _:
                pass
        return self.tick(event.t)

    def tick(self, now: float) -> list[Event]:
        """Let time pass: show what waits when there is a gap, take away what has passed."""
        out = [*self._expire(now), *self._aftermath.due(now)]
        pending = self._pending
        if pending is None:
            return out
        if now - pending.since > WAITS_S or not self._worth_helping(now):
            self._pending = None
        elif self._may_speak(now, pending):
            self._pending = None
            out += self._show(pending.moment, now)
        return out

    # ---- what happens

    def _notice_level(self, event: Escalation) -> None:
        if event.level < event.previous:
            self._stepped_down = event.t
        if event.level >= 2 or event.previous >= 2:
            self._heated_last = event.t
        self._scene = self._scene.moved(event.t, event.level)
        self._aftermath.level(event.level)
        self._pending = None  # what waited belongs to the talk as it was; the words that moved it follow

    def _hear(self, said: Utterance) -> None:
        if self._scene.level >= 2:
            self._heated_last = said.t
        if said.speaker == "me":
            self._my_words.append(said.text)
            self._notice_use(said)
        else:
            self._notes.hear(said.text, said.t)
            self._last_heard = said
            if not said.continues:
                self._milder += 1
            if said.drivers:
                self._milder = 0
            self._passed = self._passed or self._answered
        self._subjects.hear(said.speaker, said.text)
        self._scene = self._scene.hear(said)
        if not self._settings.enabled or not self._worth_helping(said.t):
            self._pending = None
            return
        moment = choose(self._playbook, self._scene, said, self._scene.level, self._notes)
        since = min(said.t, said.t1 + LATE_S)
        if moment is not None and said.t - since <= WAITS_S:
            self._pending = _Pending(moment, since)

    def _notice_use(self, said: Utterance) -> None:
        used = self._aftermath.spoke(said.text, said.t0, said.t)
        if used is not None:
            self._scene = self._scene.used(used)
        if self._open is not None and said.t0 >= self._open.t:
            self._answered = self._answered or said.t1 - said.t0 >= ANSWER_S or used == self._open.id
            self._spoken = self._spoken or used == self._open.id

    def _answer(self, event: PromptClosed) -> None:
        """The user pressed a key."""
        if self._open is not None and self._open.id == event.id:
            self._open = None
        if event.outcome == "dismissed" and event.id not in self._dismissed:
            self._dismissed.add(event.id)
            self._scene = self._scene.dismissed(event.id, event.t)
        elif event.outcome == "used":
            self._scene = self._scene.used(event.id)
            self._aftermath.used(event.id)

    def _another(self, now: float) -> list[Event]:
        """The user wants another suggestion than the one that is shown, or one where none is shown."""
        moment = another(self._playbook, self._scene, self._open, self._last_heard, now)
        self._pending = None
        return self._show(moment, now, asked_for=True)

    # ---- whether to speak

    def _worth_helping(self, now: float) -> bool:
        if now - self._stepped_down <= SETTLES_S:
            return False
        if self._milder >= MILD_TURNS and self._scene.level <= 2:
            return False
        if self._scene.level >= 2:
            return True
        return self._scene.level == 1 and now - self._heated_last < AFTERMATH_S

    def _may_speak(self, now: float, pending: _Pending) -> bool:
        if self._speaking["me"] or self._speaking["them"]:
            return False
        if now - max(self._gap_since, pending.since) > GAP_S:
            return False
        while self._shown and self._shown[0] < now - HOUR_S:
            self._shown.popleft()
        if len(self._shown) >= self._settings.per_hour:
            return False
        since = now - self._last_at
        rises = self._scene.level > self._level_at_last and since >= self._settings.shown_s
        least = max(self._settings.min_gap_s, self._settings.shown_s)
        return since >= least * PATIENCE**self._scene.refused_in_a_row or rises

    # ---- showing and taking away

    def _show(self, moment: Moment, now: float, *, asked_for: bool = False) -> list[Event]:
        """Put a moment's move on the screen; what the user asked for does not count against the budget."""
        out = self._close("replaced", now)
        move = self._playbook.moves[moment.move]
        level = self._scene.level
        slots = self._subjects.slots()
        line = word(move, moment.driver, level, shown=self._lines, said=self._my_words, slots=slots)
        self._lines[line] += 1
        self._count += 1
        note = self._notes.said(moment.note) if moment.note else ""
        self._open = Prompt(
            t=now,
            id=self._count,
            move=move.id,
            driver=moment.driver,
            headline=move.headline_for(moment.driver),
            say=fill(line, slots),
            why=f"{NOTED[moment.note]} {note}" if note else move.why,
            kind=move.kind,
            level=level,
            expires=now + self._settings.expires_s,
        )
        self._answered = self._passed = self._spoken = False
        self._last_at = now
        if not asked_for:
            self._shown.append(now)
            self._level_at_last = level
        self._scene = self._scene.suggested(Tried(self._count, move.id, moment.driver, now, level, level))
        self._aftermath.shown(self._open)
        return [*out, self._open]

    def _expire(self, now: float) -> list[Event]:
        prompt = self._open
        if prompt is None or now - prompt.t < self._settings.shown_s:
            return []
        if self._spoken:
            return self._close("used", now)
        calmed = self._scene.level < prompt.level and self._scene.level <= 1
        return self._close("expired", now) if now >= prompt.expires or calmed or self._passed else []

    def _close(self, outcome: str, now: float) -> list[Event]:
        if self._open is None:
            return []
        closed = PromptClosed(t=now, id=self._open.id, outcome="used" if self._spoken else outcome)
        self._open = None
        return [closed]


NOTED = {
    "limit": "Your limit:",
    "pressures": "You expected pressure on them:",
    "success": "You wrote what success would be:",
    "history": "You noted of before:",
    "words": "You know what sets you off:",
}
"""How the user's own notes are told with a suggestion."""
