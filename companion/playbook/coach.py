"""The coach: which prompt, when, and when to hold its tongue. Pure: events and time in, events out.

It would rather be silent than wrong: it speaks only in a heated talk (or soon after one), at a gap in the talk, never
into the user's own sentence, with time between prompts, and a budget.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from companion.config import CoachSettings
from companion.events import (
    Escalation,
    Event,
    Prompt,
    PromptClosed,
    SessionEnded,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    Utterance,
)
from companion.playbook.book import Playbook
from companion.playbook.choice import Moment, Scene, choose

WAITS_S = 12.0
"""A suggestion that finds no gap within this has missed its moment."""
AFTERMATH_S = 150.0
"""How long after a heated stretch a tense talk may still be helped."""
SETTLES_S = 4.0
"""After a step down nothing is suggested for this long: it recovers by itself."""
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class _Pending:
    moment: Moment
    since: float


class Coach:
    """Takes the events of a session in time order, the tracker's included; answers with prompts."""

    def __init__(self, playbook: Playbook, settings: CoachSettings) -> None:
        self._playbook = playbook
        self._settings = settings
        self._scene = Scene()
        self._level = 0
        self._heated_last = float("-inf")
        self._stepped_down = float("-inf")
        self._speaking = {"me": False, "them": False}
        self._pending: _Pending | None = None
        self._open: Prompt | None = None
        self._shown: deque[float] = deque()
        self._level_at_last = 0
        self._said: dict[str, int] = {}
        self._count = 0
        self._limit = ""

    def step(self, event: Event) -> list[Event]:
        """Take the next event."""
        if isinstance(event, SpeechStarted):
            self._speaking[event.speaker] = True
        elif isinstance(event, SpeechEnded):
            self._speaking[event.speaker] = False
        elif isinstance(event, Escalation):
            self._notice_level(event)
        elif isinstance(event, Utterance):
            self._consider(event)
        elif isinstance(event, PromptClosed):
            self._closed(event)
            return []
        elif isinstance(event, SessionStarted):
            self._limit = event.prep.get("limit", "")
        elif isinstance(event, SessionEnded):
            return self._close("ended", event.t)
        return self.tick(event.t)

    def tick(self, now: float) -> list[Event]:
        """Let time pass: show what waits when there is a gap, take away what has passed."""
        out = self._expire(now)
        pending = self._pending
        if pending is None:
            return out
        if now - pending.since > WAITS_S:
            self._pending = None
        elif self._may_speak(now):
            self._pending = None
            out += self._show(pending.moment, now)
        return out

    def _notice_level(self, event: Escalation) -> None:
        if event.level < event.previous:
            self._stepped_down = event.t
        if event.level >= 2 and event.previous < 2:
            self._scene = self._scene.heated(event.t)
        if event.level >= 2 or event.previous >= 2:
            self._heated_last = event.t
        self._level = event.level

    def _consider(self, utterance: Utterance) -> None:
        if self._level >= 2:
            self._heated_last = utterance.t
        self._scene = self._scene.hear(utterance)
        if not self._settings.enabled or not self._worth_helping(utterance.t):
            self._pending = None
            return
        moment = choose(self._playbook, self._scene, utterance, self._level)
        if moment is not None:
            self._pending = _Pending(moment, utterance.t)

    def _worth_helping(self, now: float) -> bool:
        if self._level >= 2:
            return True
        return self._level == 1 and now - self._heated_last < AFTERMATH_S and now - self._stepped_down > SETTLES_S

    def _may_speak(self, now: float) -> bool:
        if self._speaking["me"] or self._speaking["them"]:
            return False
        while self._shown and self._shown[0] < now - HOUR_S:
            self._shown.popleft()
        if len(self._shown) >= self._settings.per_hour:
            return False
        since = now - self._shown[-1] if self._shown else float("inf")
        rises = self._level > self._level_at_last and since >= self._settings.shown_s
        return since >= self._settings.min_gap_s or rises

    def _show(self, moment: Moment, now: float) -> list[Event]:
        out = self._close("replaced", now)
        move = self._playbook.moves[moment.move]
        turn = self._said.get(move.id, 0)
        self._said[move.id] = turn + 1
        self._count += 1
        self._open = Prompt(
            t=now,
            id=self._count,
            move=move.id,
            driver=moment.driver,
            headline=move.headline,
            say=move.say[turn % len(move.say)],
            why=f"Your limit: {self._limit}" if move.id == "walk_away" and self._limit else move.why,
            kind=move.kind,
            level=self._level,
            expires=now + self._settings.expires_s,
        )
        self._shown.append(now)
        self._level_at_last = self._level
        self._scene = self._scene.suggested(move.id, now, self._level)
        return [*out, self._open]

    def _expire(self, now: float) -> list[Event]:
        prompt = self._open
        if prompt is None or now - prompt.t < self._settings.shown_s:
            return []
        passed = now >= prompt.expires or (self._level < prompt.level and self._level <= 1)
        return self._close("expired", now) if passed else []

    def _close(self, outcome: str, now: float) -> list[Event]:
        if self._open is None:
            return []
        closed = PromptClosed(t=now, id=self._open.id, outcome=outcome)
        self._open = None
        return [closed]

    def _closed(self, event: PromptClosed) -> None:
        if self._open is not None and self._open.id == event.id:
            self._open = None
        if event.outcome == "dismissed":
            self._scene = self._scene.refused(event.t)
