"""The four questions after a call, each with the evidence that was gathered; the answers are the user's."""

from __future__ import annotations

from collections.abc import Mapping

from companion.plain import clock
from companion.review.summary import Summary
from companion.terms import seen_in

ASKED: Mapping[str, str] = {
    "difficulty": "What created the difficulty in the first place?",
    "approach": "How did your approach affect the dynamics?",
    "differently": "What would you do differently?",
    "concerns": "What did you learn about their real concerns and constraints?",
}
"""Id -> question, in their order."""
QUESTIONS = tuple(ASKED.values())
NEXT = "next"
"""The id of the answer that ``companion prep`` offers before the next call."""
NEXT_ASKED = "One thing to try next time"
LIMITS = (
    "These are guesses of models that learnt from other conversations. They read words, and your own voice; they can't "
    "know intentions, history, culture or humour. The level belongs to the talk, not to a person. That a talk became "
    "calmer after a suggestion does not mean that it was because of it. What was not heard, or heard wrongly, is "
    "missing here."
)
_MUCH_TALK = 0.6
_LONG_TURN_S = 60.0
_FEW_QUESTIONS_S = 300.0
"""Less than one question in so many seconds of the user's own talk is few."""


def evidence(summary: Summary) -> tuple[tuple[str, ...], ...]:
    """Sentences for each of the four questions, in their order; none where nothing was found."""
    return _difficulty(summary), _approach(summary), _differently(summary), _concerns(summary)


def next_ideas(summary: Summary) -> tuple[str, ...]:
    """Things that the user might try next time, the one with the strongest evidence first; never empty."""
    me = summary.sides["me"]
    heated = bool(summary.moments)
    ideas: list[str] = []
    if dict(me.drivers).get("defensive", 0) >= 2:
        ideas.append("When I feel the urge to explain, ask one question first.")
    unused = [s for s in summary.suggested if s.outcome not in ("used", "dismissed")]
    if heated and len(unused) >= 2 and len(unused) == len(summary.suggested):
        ideas.append("Take one suggestion and say it in my own words.")
    if summary.share_me > _MUCH_TALK:
        ideas.append("Let them finish, and count to two before I answer.")
    if me.longest_s > _LONG_TURN_S:
        ideas.append("Stop after three sentences and ask how that sounds to them.")
    if heated and me.talk_s and me.talk_s / max(1, me.questions) > _FEW_QUESTIONS_S / 5:
        ideas.append("Ask what is behind it before I answer to it.")
    if heated:
        ideas.append("Name what I hear in their voice before I speak about the matter.")
    ideas.append("Begin by asking what would make this a good call for them.")
    return tuple(dict.fromkeys(ideas))


def _difficulty(summary: Summary) -> tuple[str, ...]:
    out = [f"{clock(m.t).strip()}: {'; '.join(m.reasons[:2])}" for m in summary.moments[:3]]
    if len(summary.moments) > 3:
        out.append(f"and {len(summary.moments) - 3} more such moments")
    return tuple(out) or ("The talk stayed calm or merely tense.",)


def _approach(summary: Summary) -> tuple[str, ...]:
    me = summary.sides["me"]
    many = "question" if me.questions == 1 else "questions"
    out = [f"You talked {summary.share_me:.0%} of the time, and asked {me.questions} {many}."]
    if me.longest_s >= 20:
        out.append(f"Your longest turn was {me.longest_s:.0f} s.")
    defended = dict(me.drivers).get("defensive", 0)
    if defended:
        out.append(f"{defended} of your turns may have been defending.")
    if summary.overlap_s >= 2:
        out.append(f"You both spoke at once for {summary.overlap_s:.0f} s.")
    return tuple(out)


def _differently(summary: Summary) -> tuple[str, ...]:
    return tuple(
        f"{clock(s.prompt.t).strip()}: “{s.prompt.headline}”: {s.told}; {_after(s.helped)}" for s in summary.suggested
    )


def _after(helped: bool | None) -> str:
    if helped is None:
        return "little was said in the minute after."
    return "the minute after was calmer." if helped else "the minute after was no calmer."


def _concerns(summary: Summary) -> tuple[str, ...]:
    drivers = ", ".join(f"{seen_in('them', name)} ({count})" for name, count in summary.sides["them"].drivers)
    return (f"On their side there may have been: {drivers}.",) if drivers else ()
