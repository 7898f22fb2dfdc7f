"""The first run before a live call: shown once, with a hearing test on the devices of the settings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from companion import locations
from companion.errors import CompanionError

if TYPE_CHECKING:
    from companion.config import Settings
    from companion.events import Speaker

_LOOK_S = 0.1
_SILENT_DBFS = -100.0


def welcome(settings: Settings) -> bool:
    """Show the first screens where they were never gone through; whether to go on to the call."""
    marker = locations.welcomed_path()
    if marker.exists():
        return True
    from companion.tui.welcome import WelcomeApp

    if not WelcomeApp(settings.screen.theme, lambda: DeviceHearing(settings)).run():
        return False
    try:
        marker.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        marker.touch(mode=0o600)
    except OSError as error:
        raise CompanionError(f"{marker} cannot be written ({error.strerror}).", "Check its permissions.") from error
    return True


class DeviceHearing:
    """``tui.welcome.Hearing`` over the very devices that a call would open."""

    def __init__(self, settings: Settings) -> None:
        from companion.clock import SystemClock
        from companion.pipeline.hearing import LiveInput

        self._input = LiveInput(settings, SystemClock())

    def open(self) -> None:
        self._input.open()

    def levels(self) -> Mapping[Speaker, float]:
        import numpy as np

        loudest: dict[Speaker, float] = {"me": _SILENT_DBFS, "them": _SILENT_DBFS}
        for heard in self._input.read(_LOOK_S) or ():
            if len(heard.samples):
                power = float(np.mean(np.square(heard.samples, dtype=np.float64)))
                loudest[heard.speaker] = max(loudest[heard.speaker], 10 * math.log10(power + 1e-12))
        return loudest

    def close(self) -> None:
        self._input.close()
