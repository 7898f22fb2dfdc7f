"""What a sensitivity means: alarms an hour, counted on the user's own past calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companion.config import Settings

CALLS = 20
MOST_HOURS = 2.0
"""The latest calls tell enough, and it is counted while a call begins."""
LEAST_HOURS = 0.5
"""Less talk than this tells nothing."""
SENSITIVITIES = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
"""Every place that + and - lead to."""


def alarms_an_hour(settings: Settings) -> Mapping[float, float] | None:
    """Sensitivity -> steps up to heated or worse, an hour of the latest past calls; None when there are too few."""
    from companion.commands.keeping import journal
    from companion.pipeline.tuning import rates

    calls, hours = [], 0.0
    with journal() as kept:
        for session in kept.sessions()[:CALLS]:
            events = kept.load(session.id).events
            hours += max((e.t for e in events), default=0.0) / 3600
            calls.append((session.id, events))
            if hours >= MOST_HOURS:
                break
    if hours < LEAST_HOURS:
        return None
    return rates(calls, settings.escalation, SENSITIVITIES)
