"""Why the level changed, in words that a person can check: the quote, the feature, the comparison."""

from __future__ import annotations

from collections.abc import Sequence

from companion.escalation.heat import heat
from companion.events import Utterance

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
EMOTION_WORDS = {"anger": "angry", "annoyance": "annoyed", "disgust": "disgusted", "disapproval": "disapproving"}
NAMED_EMOTION = 0.35


def rising(recent: Sequence[Utterance]) -> tuple[str, ...]:
    """Reasons for a step up, from the utterances of the last minute or so (the latest last); never empty."""
    if not recent:
        return ("the turn of the talk",)
    out: list[str] = []
    for utterance in sorted(recent[-4:], key=heat, reverse=True)[:2]:
        out += _words(utterance)
    out += [r for u in recent[-2:] for r in _voice(u)]
    hot = [u for u in recent if heat(u) >= 0.5]
    if len(hot) >= 3:
        out.append(f"{len(hot)} sharp turns within {max(recent[-1].t1 - hot[0].t0, 1):.0f} s")
    if not out:
        out.append(f"the turn of the talk around {quote(recent[-1].text)}")
    return tuple(dict.fromkeys(out))[:MOST]


def falling(recent: Sequence[Utterance], silent_s: float) -> tuple[str, ...]:
    """Reasons for a step down."""
    if silent_s > 8:
        return (f"{silent_s:.0f} s of quiet",)
    if not recent:
        return ("nothing sharp was said lately",)
    return (f"calmer turns, the last {quote(recent[-1].text)}",)


def quote(text: str) -> str:
    """The text in quotation marks, its end cut off at a word where it is long."""
    text = " ".join(text.split())
    if len(text) > LONGEST_QUOTE:
        text = text[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(",.;:") + " …"
    return f"“{text}”"


def _words(utterance: Utterance) -> list[str]:
    subject, _ = WHO[utterance.speaker]
    if utterance.drivers:
        return [f"{subject}: may be {SEEN_AS[utterance.drivers[0].id]}, {quote(utterance.text)}"]
    for name, probability in utterance.emotions.items():
        if name in EMOTION_WORDS and probability >= NAMED_EMOTION:
            return [f"{subject} may be {EMOTION_WORDS[name]}, {quote(utterance.text)}"]
    return []


def _voice(utterance: Utterance) -> list[str]:
    voice = utterance.voice
    if voice is None or not voice.settled or voice.effort < 1.5:
        return []
    subject, possessive = WHO[utterance.speaker]
    higher = " and higher" if voice.pitch is not None and voice.pitch > 2 else ""
    return [f"{subject} sound more pressed{higher} than {possessive} usual"]
