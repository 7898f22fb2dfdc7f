"""What is believed at a moment, and what it becomes with a turn: a pure fold, so that a turn can be taken again.

A turn with pauses in it arrives in pieces, each read as the whole turn so far. It is one piece of evidence: with every
piece the state *before* the turn is taken once more, with what is known of the turn by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from companion.escalation import belief as filter_
from companion.escalation import dynamics, usual
from companion.escalation.belief import Belief
from companion.escalation.dynamics import Manner, Sign
from companion.escalation.heat import SHARP, blend
from companion.escalation.turns import HeardTurn
from companion.escalation.usual import Usual
from companion.events import SPEAKERS, Level, Speaker

TELLING_LETTERS = 14
"""A turn of fewer letters tells less than a whole one."""
LEAST_WEIGHT = 0.4
"""How much a turn tells that has hardly a letter, as a part of a whole one."""
NOTHING_SHARP = np.array([0.90, 0.08, 0.015, 0.005])
"""What a turn with no heat of its own says of its side, however heated the talk around it is."""
HEATED_BELIEF = 0.5
"""Above this belief in heated, what is usual is learnt slowly."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side: its running heat 0-1, the belief over its own level, what is usual for it, how it takes part."""

    score: float = 0.0
    belief: Belief = field(default_factory=filter_.calm)
    usual: Usual = field(default_factory=Usual)
    manner: Manner = field(default_factory=Manner)
    signs: tuple[Sign, ...] = ()


def _both() -> dict[Speaker, Side]:
    return {speaker: Side() for speaker in SPEAKERS}


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The talk, now and ``before`` the last turn, and both sides. ``last``: who had that turn."""

    talk: Belief = field(default_factory=filter_.calm)
    before: Belief = field(default_factory=filter_.calm)
    sides: Mapping[Speaker, Side] = field(default_factory=_both)
    last: Speaker | None = None

    @property
    def scores(self) -> dict[str, float]:
        """The running heat of each side."""
        return {speaker: side.score for speaker, side in self.sides.items()}


def after(state: State, recent: Sequence[HeardTurn], *, with_dynamics: bool) -> State:
    """The state after the last of the ``recent`` turns (both sides', the last minute or so), from that before it."""
    turn = recent[-1]
    side = state.sides[turn.speaker]
    manner = dynamics.learn(side.manner, turn, alone=state.last == turn.speaker)
    found = dynamics.signs(side.manner, manner, recent) if with_dynamics else ()
    heated = filter_.at_least(state.talk)[Level.HEATED - 1] >= HEATED_BELIEF
    now = replace(
        side,
        score=blend(side.score, turn.heat),
        usual=usual.learn(side.usual, turn.heat, turn.speech_s, heated=heated),
        manner=manner,
        signs=found,
    )
    talk = state.talk
    if turn.said.levels:
        reading = np.asarray(turn.said.levels, np.float64)
        counts = usual.discount(side.usual, turn.heat)
        voice = turn.said.voice
        evidence = {
            "effort": voice.effort if voice is not None and voice.settled else 0.0,
            "weight": counts * min(1.0, LEAST_WEIGHT + (1 - LEAST_WEIGHT) * turn.letters / TELLING_LETTERS),
            "lean": dynamics.lean(found),
        }
        talk = filter_.update(talk, reading, **evidence)
        own = counts * min(1.0, turn.heat / SHARP)  # a sharp turn is wholly its side's own
        now = replace(now, belief=filter_.update(side.belief, own * reading + (1 - own) * NOTHING_SHARP, **evidence))
    return State(talk, state.talk, {**state.sides, turn.speaker: now}, turn.speaker)


def relaxed(state: State, seconds: float, half_life_s: float) -> State:
    """The state after ``seconds`` in which nobody spoke."""
    sides = {
        speaker: replace(side, belief=filter_.relax(side.belief, seconds, half_life_s))
        for speaker, side in state.sides.items()
    }
    talk, before = (filter_.relax(belief, seconds, half_life_s) for belief in (state.talk, state.before))
    return replace(state, talk=talk, before=before, sides=sides)
