"""``companion devices --test``: five seconds in which one sees that both sides are heard."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import click
import numpy as np

from companion.events import SPEAKERS, Speaker

if TYPE_CHECKING:
    from companion.audio.chunks import Chunk
    from companion.clock import Clock
    from companion.events import Health

TEST_S = 5.0
FRAME_S = 0.1
"""The bars move so often on a terminal; elsewhere a line is printed every half second."""
LINE_S = 0.5
NAMES = {"me": "your side", "them": "their side"}
SILENT_DBFS = -70.0
"""The bar's left end; a quiet room is about here."""
HEARD_DBFS = -50.0
"""A side that was once louder than this has certainly been heard."""
_BAR = 40


class Ears(Protocol):
    """What is needed of ``LiveEars``."""

    def read(self, timeout_s: float) -> list[Chunk]:
        """What was heard since the last read."""
        ...

    def drain_health(self) -> list[Health]:
        """What changed."""
        ...


@dataclass(slots=True)
class Seen:
    """What was seen of a side. Levels in dB below full scale; ``said``: the last of its health."""

    now: float = -math.inf
    loudest: float = -math.inf
    anything: bool = False
    state: str = ""
    said: str = ""

    def take(self, power: float) -> None:
        """A moment's mean square."""
        self.now = 10 * math.log10(power) if power > 0 else -math.inf
        self.loudest = max(self.loudest, self.now)
        self.anything = self.anything or power > 0


def watch(ears: Ears, clock: Clock, show: Callable[[dict[Speaker, Seen]], None], step_s: float) -> dict[Speaker, Seen]:
    """Listen for ``TEST_S``; ``show`` is given what was seen every ``step_s``."""
    seen: dict[Speaker, Seen] = {speaker: Seen() for speaker in SPEAKERS}
    end = clock.now() + TEST_S
    while (begin := clock.now()) < end:
        powers: dict[Speaker, list[np.ndarray]] = {speaker: [] for speaker in SPEAKERS}
        while clock.now() < begin + step_s:
            for chunk in ears.read(0.05):
                powers[chunk.speaker].append(chunk.samples)
        for health in ears.drain_health():
            if health.part in seen:
                side = seen["me" if health.part == "me" else "them"]
                side.state, side.said = health.state, health.message
        for speaker, parts in powers.items():
            sound = np.concatenate(parts) if parts else np.zeros(0, np.float32)
            if len(sound):
                seen[speaker].take(float(np.mean(np.square(sound, dtype=np.float64))))
        show(seen)
    return seen


def verdict(speaker: Speaker, side: Seen) -> str:
    """What came out of it, in a sentence with the next step."""
    name = NAMES[speaker].capitalize()
    if side.state in ("lost", "degraded"):
        return f"{name}: {side.said}"
    if side.loudest >= HEARD_DBFS:
        return f"{name} is heard, up to {side.loudest:.0f} dB."
    if speaker == "them":
        if side.anything:
            return f"{name} is very quiet: turn the call's volume up and try again."
        return f"{name} delivered silence. Play something, a video or a test call, and try again."
    if side.anything:
        return f"{name} is open but quiet. Speak while this runs; if the bar stays short, turn the level up."
    return f"{name} delivers nothing at all: is the microphone muted, or the permission missing?"


def bar(speaker: Speaker, side: Seen) -> str:
    """One side's level as a line: as wide as 80 columns allow."""
    level = max(SILENT_DBFS, min(0.0, side.now))
    filled = round((level - SILENT_DBFS) / -SILENT_DBFS * _BAR)
    told = f"{side.now:4.0f} dB" if side.now > SILENT_DBFS else " silent"
    return f"  {NAMES[speaker]:10} {'█' * filled}{'·' * (_BAR - filled)} {told}"


def printer(*, terminal: bool) -> Callable[[dict[Speaker, Seen]], None]:
    """Shows both bars: in place on a terminal, as lines elsewhere."""
    drawn = False

    def show(seen: dict[Speaker, Seen]) -> None:
        nonlocal drawn
        if terminal and drawn:
            click.echo("\x1b[2A", nl=False, color=True)
        drawn = True
        for speaker, side in seen.items():
            click.echo(bar(speaker, side) + ("\x1b[K" if terminal else ""), color=terminal or None)

    return show


def run(microphone: str | None, system: str | None, *, quiet: bool) -> dict[Speaker, Seen]:
    """Open both sides as a call would, and show them; raises ``CompanionError`` when neither can be opened."""
    import dataclasses

    from companion import config
    from companion.audio.live import LiveEars
    from companion.clock import SystemClock

    audio = config.load().audio
    audio = dataclasses.replace(audio, microphone=microphone or audio.microphone, system=system or audio.system)
    clock = SystemClock()
    ears = LiveEars(audio, clock)
    terminal = sys.stdout.isatty()
    ears.open()
    try:
        if quiet:
            return watch(ears, clock, lambda _: None, LINE_S)
        click.echo(f"Listening for {TEST_S:.0f} s: speak, and let something play.")
        return watch(ears, clock, printer(terminal=terminal), FRAME_S if terminal else LINE_S)
    finally:
        ears.close()
