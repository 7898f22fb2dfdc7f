"""How a side takes part: speaking over the other, turns that shrink or don't end, pace, and sharper turn by turn.

Each is a sign, with words that a person can check and a small weight. Signs never stand alone: they only lean on what
the words already say (``belief.update``), and all together are bounded. Each is against the same side's own usual.
Where times were only estimated, only the trend is left: it is from the words, and is told but weighs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from companion.escalation.turns import HeardTurn
from companion.events import Speaker

MOST = 0.3
"""All signs together, as the natural log by which each higher level is favoured (voice: up to 1.05)."""
WEIGHT = {"over": 0.2, "shorter": 0.15, "long": 0.1, "faster": 0.15, "trend": 0.0}
"""Each sign's part of it. Small on purpose: in lively, friendly talk people overlap and speed up as well. The trend is
told as a reason but weighs nothing: the running belief follows it already, and counting it twice made levels worse."""
OVER_S = 0.5
"""Speech at once for less than this is how turns change hands (Heldner & Edlund 2010: most overlaps are shorter)."""
OVER_WORDS = 3
"""Fewer words spoken into the other's turn are listening ("yes, right"), not speaking over."""
OVER_TIMES, OVER_WITHIN_S = 3, 60.0
KNOWN_TURNS = 6
"""Turns after which a side's usual length and pace may be relied upon."""
MEMORY = 0.9
"""How much of a side's usual length and pace is kept from turn to turn."""
SHORT, SHORT_TURNS, USUAL_WORDS = 0.4, 3, 8.0
"""So many turns in a row below this part of the usual are shrinking; only where that is at least so many words."""
LONG, LONG_S = 3.0, 45.0
"""Speaking so many times as long as usual, and at least so many seconds, without the other saying a word."""
FASTER, FASTER_TURNS, TELLING_LETTERS = 1.25, 2, 25
"""So many turns in a row at this part of the usual pace; turns of fewer letters say nothing about it."""
TREND_TURNS, TREND_RISE = 3, 0.3
"""So many turns of a side, each sharper than the one before, and by this much in all."""

WHO: dict[Speaker, tuple[str, str, str]] = {"me": ("you", "your", "them"), "them": ("they", "their", "you")}


@dataclass(frozen=True, slots=True)
class Sign:
    """Something in how a side takes part: its words for the screen, and its weight."""

    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Manner:
    """A side's usual: words a turn, seconds without the other, letters a second; and how its last turns were.

    ``lengths``: words of the last turns, ``paces``: letters a second of the last telling ones, ``heats``: their heat;
    ``run_s``: seconds it has spoken since the other side did.
    """

    turns: int = 0
    words: float = 0.0
    seconds: float = 0.0
    pace: float = 0.0
    telling: int = 0
    lengths: tuple[int, ...] = ()
    paces: tuple[float, ...] = ()
    heats: tuple[float, ...] = ()
    run_s: float = 0.0


def learn(manner: Manner, turn: HeardTurn, *, alone: bool) -> Manner:
    """The manner after a turn; ``alone``: the other side has said nothing since this side's turn before."""
    run_s = turn.speech_s + (manner.run_s if alone else 0.0)
    out = replace(
        manner,
        turns=manner.turns + 1,
        heats=(*manner.heats, turn.heat)[-TREND_TURNS:],
        words=_moved(manner.words, turn.words, manner.turns),
        seconds=_moved(manner.seconds, run_s, manner.turns),
        lengths=(*manner.lengths, turn.words)[-SHORT_TURNS:],
        run_s=run_s,
    )
    if turn.letters < TELLING_LETTERS or turn.speech_s <= 0.0:
        return out
    pace = turn.letters / turn.speech_s
    return replace(
        out,
        pace=_moved(manner.pace, pace, manner.telling),
        telling=manner.telling + 1,
        paces=(*manner.paces, pace)[-FASTER_TURNS:],
    )


def _moved(usual: float, now: float, seen: int) -> float:
    """The running mean of the first turns, then one that forgets slowly."""
    kept = min(seen / (seen + 1), MEMORY)
    return usual * kept + now * (1 - kept)


def signs(usual: Manner, now: Manner, recent: Sequence[HeardTurn]) -> tuple[Sign, ...]:
    """What is unusual about a side's latest turn, the last of ``recent`` (turns of both sides, the last minute or so).

    ``usual``: its manner before that turn; ``now``: after it.
    """
    turn = recent[-1]
    subject, possessive, other = WHO[turn.speaker]
    out: list[Sign] = []
    if not turn.said.estimated:
        over = _spoken_over(recent, turn)
        if over >= OVER_TIMES:
            words = f"{subject} began to speak over {other} {over} times within a minute"
            out.append(Sign(words, WEIGHT["over"]))
        out += _against_usual(usual, now, subject, possessive, turn)
    risen = now.heats[-1] - now.heats[0]
    if len(now.heats) == TREND_TURNS and risen >= TREND_RISE and all(a < b for a, b in pairwise(now.heats)):
        out.append(Sign(f"{possessive} last {TREND_TURNS} turns: each sharper than the one before", WEIGHT["trend"]))
    return tuple(out)


def _against_usual(usual: Manner, now: Manner, subject: str, possessive: str, turn: HeardTurn) -> list[Sign]:
    out: list[Sign] = []
    known = usual.turns >= KNOWN_TURNS
    shrunk = known and usual.words >= USUAL_WORDS and max(now.lengths) < SHORT * usual.words
    if shrunk and len(now.lengths) == SHORT_TURNS:
        words = f"{possessive} turns get shorter: {turn.words} words, usually {usual.words:.0f}"
        out.append(Sign(words, WEIGHT["shorter"]))
    if known and now.run_s >= max(LONG_S, LONG * usual.seconds):
        words = f"{subject} have spoken for {now.run_s:.0f} s on end, usually {usual.seconds:.0f} s"
        out.append(Sign(words, WEIGHT["long"]))
    fast = len(now.paces) == FASTER_TURNS and min(now.paces) >= FASTER * usual.pace
    if usual.telling >= KNOWN_TURNS and fast and turn.letters >= TELLING_LETTERS:
        times = now.paces[-1] / usual.pace
        out.append(Sign(f"{subject} speak faster than {possessive} usual ({times:.1f} times)", WEIGHT["faster"]))
    return out


def _spoken_over(recent: Sequence[HeardTurn], turn: HeardTurn) -> int:
    """How often this side began in the midst of the other's speech, and stayed, within the last minute."""
    others = [piece for t in recent if t.speaker != turn.speaker and not t.said.estimated for piece in t.pieces]
    since = turn.t1 - OVER_WITHIN_S
    return sum(
        any(a + OVER_S <= t.t0 <= min(b, t.t1) - OVER_S for a, b in others)
        for t in recent
        if t.speaker == turn.speaker and t.words >= OVER_WORDS and t.t0 >= since
    )


def lean(found: Sequence[Sign]) -> float:
    """All signs together, bounded."""
    return min(MOST, sum(sign.weight for sign in found))
