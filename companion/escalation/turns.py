"""Utterances joined to turns: a turn with pauses in it is heard in pieces, and counts once, as far as it was heard."""

from __future__ import annotations

from dataclasses import dataclass, replace

from companion.escalation.heat import heat
from companion.events import Speaker, Utterance, Voice


@dataclass(frozen=True, slots=True)
class HeardTurn:
    """One turn as far as it was heard.

    ``said``: its newest utterance, whose reading is of the whole turn, with the most pressed voice of any of them;
    ``sharpest``: the utterance whose words are quoted; ``letters``, ``words`` and ``speech_s`` count all of them.
    ``pieces``: begin and end of each, in seconds.
    """

    said: Utterance
    sharpest: Utterance
    heat: float
    letters: int
    words: int
    speech_s: float
    pieces: tuple[tuple[float, float], ...]

    @property
    def speaker(self) -> Speaker:
        """Whose it is."""
        return self.said.speaker

    @property
    def t0(self) -> float:
        """Where it began."""
        return self.pieces[0][0]

    @property
    def t1(self) -> float:
        """Where it has ended so far."""
        return self.said.t1


def begun(utterance: Utterance) -> HeardTurn:
    """A turn that begins."""
    return HeardTurn(
        said=utterance,
        sharpest=utterance,
        heat=heat(utterance),
        letters=sum(c.isalnum() for c in utterance.text),
        words=len(utterance.text.split()),
        speech_s=utterance.t1 - utterance.t0,
        pieces=((utterance.t0, utterance.t1),),
    )


def continued(turn: HeardTurn, utterance: Utterance) -> HeardTurn:
    """The turn with another piece; where nothing could be read from that, what was read before stands."""
    piece = begun(utterance)
    read = utterance if utterance.levels else replace(turn.said, t=utterance.t, t1=utterance.t1)
    said = replace(read, voice=_more_pressed(turn.said.voice, utterance.voice))
    now = heat(said)
    return HeardTurn(
        said=said,
        sharpest=utterance if now >= turn.heat else turn.sharpest,
        heat=now,
        letters=turn.letters + piece.letters,
        words=turn.words + piece.words,
        speech_s=turn.speech_s + piece.speech_s,
        pieces=(*turn.pieces, *piece.pieces),
    )


def _more_pressed(before: Voice | None, now: Voice | None) -> Voice | None:
    if before is None or now is None:
        return before or now
    return max(before, now, key=lambda voice: (voice.settled, voice.effort))
