"""Why the level changed, in words that a person can check: the quote, the feature, the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from companion.escalation.heat import SHARP
from companion.escalation.state import Side
from companion.escalation.turns import HeardTurn
from companion.escalation.usual import is_sharper
from companion.events import Speaker, Utterance

LONGEST_QUOTE = 64
"""Characters of a quote."""
MOST = 3

WHO = {"me": ("you", "your"), "them": ("they", "their")}
SEEN_AS = {
    "anger": "anger",
    "threat": "an attack on competence",
    "fear": "worry",
    "hurt": "hurt",
    "demand": "a demand out of proportion",
    "withdrawal": "shutting down",
    "objection": "objection after objection",
    "pressure": "pressure from elsewhere",
    "distrust": "distrust",
    "identity": "felt disrespect",
    "worldview": "two views of what this is about",
    "impasse": "positions that repeat",
    "bad_faith": "moved goalposts",
    "defensive": "defending",
}
MILD = SHARP / 2
"""The heat below which a turn is quoted as calm."""
EMOTION_WORDS = {"anger": "angry", "annoyance": "annoyed", "disgust": "disgusted", "disapproval": "disapproving"}
NAMED_EMOTION = 0.35


def rising(recent: Sequence[HeardTurn], sides: Mapping[Speaker, Side]) -> tuple[str, ...]:
    """Reasons for a step up, from the turns of the last minute or so (the latest last) and both sides; never empty."""
    if not recent:
        return ("the turn of the talk",)
    out: list[str] = []
    for turn in sorted(recent[-4:], key=lambda turn: turn.heat, reverse=True)[:2]:
        out += _words(turn.said, turn.sharpest.text)
    latest = recent[-1]
    compared = [r for turn in recent[-2:] for r in _voice(turn.said)]
    compared += [sign.words for sign in sides[latest.speaker].signs]
    hot = [turn for turn in recent if turn.heat >= SHARP]
    if len(hot) >= 3:
        compared.append(f"{len(hot)} sharp turns within {max(latest.t1 - hot[0].t0, 1):.0f} s")
    if is_sharper(sides[latest.speaker].usual, latest.heat):
        compared.append(f"sharper than {WHO[latest.speaker][1]} usual in this talk")
    # at least one comparison, where there is one, beside the quotes
    out = [*out[: MOST - 1], *compared] if compared else out
    if not out:
        out.append(f"the turn of the talk around {quote(latest.sharpest.text)}")
    return tuple(dict.fromkeys(out))[:MOST]


def falling(recent: Sequence[HeardTurn], silent_s: float) -> tuple[str, ...]:
    """Reasons for a step down, from the turns of the last minute or so and the seconds of quiet after them.

    Quoted is the newest turn that is mild by itself, if it came after the sharpest: the last turn may be sharp, and yet
    less so than what was believed before.
    """
    if silent_s > 0:
        return (f"{silent_s:.0f} s of quiet",)
    if not recent:
        return ("nothing sharp was said lately",)
    sharpest = max(range(len(recent)), key=lambda i: recent[i].heat)
    mild = [turn for turn in recent[sharpest:] if turn.heat < MILD and turn.said.levels]
    if not mild:
        return ("less sharp, all in all, than before",)
    return (f"calmer turns, the last {quote(mild[-1].said.text)}",)


def asked(*, more: bool) -> tuple[str, ...]:
    """Reasons for a step that the user's change of sensitivity made: nothing was said."""
    return (f"you asked for {'more' if more else 'fewer'} alarms",)


def quote(text: str) -> str:
    """The text in quotation marks, its end cut off at a word where it is long."""
    text = " ".join(text.split())
    if len(text) > LONGEST_QUOTE:
        text = text[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(",.;:") + " …"
    return f"“{text}”"


def _words(utterance: Utterance, text: str) -> list[str]:
    subject, _ = WHO[utterance.speaker]
    if utterance.drivers:
        return [f"{subject}: may be {SEEN_AS[utterance.drivers[0].id]}, {quote(text)}"]
    for name, probability in utterance.emotions.items():
        if name in EMOTION_WORDS and probability >= NAMED_EMOTION:
            return [f"{subject} may be {EMOTION_WORDS[name]}, {quote(text)}"]
    return []


def _voice(utterance: Utterance) -> list[str]:
    voice = utterance.voice
    if voice is None or not voice.settled or voice.effort < 1.5:
        return []
    subject, possessive = WHO[utterance.speaker]
    higher = " and higher" if voice.pitch is not None and voice.pitch > 2 else ""
    return [f"{subject} sound more pressed{higher} than {possessive} usual"]
