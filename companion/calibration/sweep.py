"""What past calls would have been at other sensitivities, and the settings file that the chosen one is written to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from companion.config import Settings
from companion.errors import CompanionError
from companion.events import Escalation, Event, Prompt

SENSITIVITIES = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
Refold = Callable[[Iterable[Event], Settings], list[Event]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All past calls at one sensitivity: alarms (steps up to heated or worse) and prompts, also an hour of talk."""

    sensitivity: float
    alarms: int
    prompts: int
    calls_alarmed: int
    hours: float

    @property
    def alarms_an_hour(self) -> float:
        """Alarms an hour of talk."""
        return self.alarms / self.hours if self.hours else 0.0


def sweep(
    calls: Sequence[Sequence[Event]], settings: Settings, refold: Refold, at: Sequence[float] = SENSITIVITIES
) -> list[Outcome]:
    """Fold every call again at every sensitivity."""
    hours = sum(max((e.t for e in events), default=0.0) for events in calls) / 3600
    out = []
    for value in at:
        tried = replace(settings, escalation=replace(settings.escalation, sensitivity=value))
        folded = [refold(events, tried) for events in calls]
        alarms = [sum(isinstance(e, Escalation) and e.level >= 2 > e.previous for e in events) for events in folded]
        prompts = sum(isinstance(e, Prompt) for events in folded for e in events)
        out.append(Outcome(value, sum(alarms), prompts, sum(a > 0 for a in alarms), hours))
    return out


def write_setting(path: Path, section: str, key: str, value: Any) -> None:
    """Set one value in the user's file, comments kept; the file as it was stays beside it (``.before``)."""
    import tomlkit

    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        document = tomlkit.parse(text)
        document.setdefault(section, tomlkit.table())[key] = value
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path.with_suffix(".toml.before"), text)
        _write(path, tomlkit.dumps(document))
    except OSError as error:
        raise CompanionError(f"{path} cannot be written ({error.strerror}).", "Check its permissions.") from error


def undo(path: Path) -> None:
    """Put the settings file back as it was before the last change; raises ``CompanionError`` when there is none."""
    before = path.with_suffix(".toml.before")
    if not before.is_file():
        raise CompanionError("There is no earlier settings file to go back to.")
    before.replace(path)


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    part.replace(path)
