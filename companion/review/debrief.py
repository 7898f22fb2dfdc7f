"""The four questions after a call, each with the evidence that was gathered; the answers are the user's."""

from __future__ import annotations

from companion.plain import clock
from companion.review.summary import Summary

QUESTIONS = (
    "What created the difficulty in the first place?",
    "How did your approach affect the dynamics?",
    "What would you do differently?",
    "What did you learn about their real concerns and constraints?",
)
LIMITS = (
    "These are guesses of models that learnt from other conversations. They read words, and your own voice; they can't "
    "know intentions, history, culture or humour. The level belongs to the talk, not to a person."
)


def evidence(summary: Summary) -> tuple[tuple[str, ...], ...]:
    """Sentences for each of the four questions, in their order; none where nothing was found."""
    return _difficulty(summary), _approach(summary), _differently(summary), _concerns(summary)


def _difficulty(summary: Summary) -> tuple[str, ...]:
    return tuple(f"{clock(m.t).strip()}: {'; '.join(m.reasons[:2])}" for m in summary.moments[:3]) or (
        "The talk stayed calm or merely tense.",
    )


def _approach(summary: Summary) -> tuple[str, ...]:
    me = summary.sides["me"]
    out = [f"You talked {summary.share_me:.0%} of the time, and asked {me.questions} questions."]
    defended = dict(me.drivers).get("defensive", 0)
    if defended:
        out.append(f"{defended} of your turns may have been defending.")
    if summary.overlap_s >= 2:
        out.append(f"{summary.overlap_s:.0f} s of overlap.")
    return tuple(out)


def _differently(summary: Summary) -> tuple[str, ...]:
    return tuple(
        f"{clock(s.prompt.t).strip()}: “{s.prompt.headline}” was {s.outcome}; "
        + ("the talk calmed down within a minute." if s.after < s.before else "the level did not fall within a minute.")
        for s in summary.suggested
    )


def _concerns(summary: Summary) -> tuple[str, ...]:
    drivers = ", ".join(f"{name.replace('_', ' ')} ({count})" for name, count in summary.sides["them"].drivers)
    return (f"On their side there may have been: {drivers}.",) if drivers else ()
