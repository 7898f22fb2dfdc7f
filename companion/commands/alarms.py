"""What a sensitivity means: alarms an hour, counted on the user's own past calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companion.config import Settings

CALLS = 20
"""The latest calls tell enough."""
SENSITIVITIES = tuple(n / 4 for n in range(-4, 5))
LEAST_HOURS = 0.5
"""Less talk than this tells nothing."""


def alarms_an_hour(settings: Settings) -> Mapping[float, float] | None:
    """Sensitivity -> alarms an hour of the latest past calls, folded again; None when there are too few."""
    from companion.commands.keeping import journal
    from companion.pipeline.tuning import rates

    with journal() as kept:
        calls = [(session.id, kept.load(session.id).events) for session in kept.sessions()[:CALLS]]
    if sum(max((e.t for e in events), default=0.0) for _, events in calls) < LEAST_HOURS * 3600:
        return None
    return rates(calls, settings.escalation, SENSITIVITIES)
