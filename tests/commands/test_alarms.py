"""What a sensitivity means is counted on past calls, once there are enough of them."""

from __future__ import annotations

from companion import locations
from companion.commands.alarms import SENSITIVITIES, alarms_an_hour
from companion.config import Settings
from companion.events import SessionEnded, SessionStarted, Utterance
from companion.sessions.journal import Journal


def keep(minutes: float, *, heated: bool) -> None:
    journal = Journal.open(locations.journal_path())
    writer = journal.begin(SessionStarted(source="x", started_unix=1.0), "a call")
    sharp = (0.01, 0.04, 0.85, 0.10) if heated else (0.97, 0.02, 0.005, 0.005)
    for n in range(8):
        t = 60.0 * minutes * n / 8
        writer.append(Utterance(t=t, speaker="them", t0=t, t1=t + 3, text="We waited for two days.", levels=sharp))
    writer.append(SessionEnded(t=60.0 * minutes, reason="finished"))
    journal.close()


def test_too_few_calls_tell_nothing() -> None:
    keep(5.0, heated=True)
    assert alarms_an_hour(Settings()) is None


def test_calls_are_folded_again_at_every_sensitivity() -> None:
    keep(20.0, heated=True)
    keep(40.0, heated=False)
    counted = alarms_an_hour(Settings())
    assert counted is not None
    assert tuple(counted) == SENSITIVITIES
    assert counted[0.0] >= 1.0
