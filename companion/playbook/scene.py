"""What the coach remembers of the call: pure, a new value after everything that happens. Times in audio seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from companion.events import Utterance

NEVER = float("-inf")
SHARP = frozenset({"anger", "hurt", "threat", "identity", "bad_faith"})
"""Drivers that make a side reactive."""
FEELINGS = frozenset({"anger", "hurt", "identity"})
"""What wants to be heard before anything can be solved."""
HEARING = frozenset({"acknowledge", "own_it", "save_face", "make_it_safe", "restart"})
"""Moves that show that it was heard."""
RECENT_S = 25.0
"""How long what they said may still be answered."""
KEPT_S = 120.0
"""How long what they showed is remembered."""
DECEIVED = 2
"""So many of their turns must show bad faith, within what is remembered, before it is taken for a pattern."""
REFUSED_S = 120.0
"""A dismissed move waits this long; twice as long each further time."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A suggestion that was shown: when, at which level, and the lowest level since."""

    id: int
    move: str
    driver: str
    t: float
    level: int
    lowest: int
    used: bool = False

    @property
    def worked(self) -> bool:
        """Whether the level has fallen since."""
        return self.lowest < self.level


@dataclass(frozen=True, slots=True)
class Scene:
    """The call so far. ``stretch``: when the present heated stretch began; ``unheard``: a feeling not yet answered."""

    level: int = 0
    stretch: float = float("inf")
    breaking: float = float("inf")
    them_sharp: float = NEVER
    me_sharp: float = NEVER
    unheard: str = ""
    unheard_at: float = NEVER
    heard: tuple[tuple[float, Mapping[str, float]], ...] = ()
    tried: tuple[Tried, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    waits: Mapping[str, float] = field(default_factory=dict)
    refused_in_a_row: int = 0

    def moved(self, t: float, level: int) -> Scene:
        """The level changed."""
        stretch = t if level >= 2 > self.level else self.stretch
        breaking = (t if self.level < 3 else self.breaking) if level >= 3 else float("inf")
        tried = tuple(replace(a, lowest=min(a.lowest, level)) for a in self.tried)
        unheard = self.unheard if level else ""
        return replace(self, level=level, stretch=stretch, breaking=breaking, tried=tried, unheard=unheard)

    def hear(self, said: Utterance) -> Scene:
        """Something was said."""
        drivers = {d.id: d.score for d in said.drivers}
        if said.speaker == "me":
            return replace(self, me_sharp=said.t) if "defensive" in drivers else self
        kept = tuple((t, found) for t, found in self.heard if t > said.t - KEPT_S)
        leading = next(iter(drivers), "")
        feeling = leading if leading in FEELINGS else ""
        return replace(
            self,
            heard=(*kept, (said.t, drivers)),
            them_sharp=said.t if SHARP & drivers.keys() else self.them_sharp,
            unheard=feeling or self.unheard,
            unheard_at=said.t if feeling else self.unheard_at,
        )

    def suggested(self, tried: Tried) -> Scene:
        """A move was shown."""
        unheard = "" if tried.move in HEARING else self.unheard
        return replace(self, tried=(*self.tried, tried), unheard=unheard)

    def used(self, prompt_id: int) -> Scene:
        """A suggestion was used."""
        tried = tuple(replace(a, used=a.used or a.id == prompt_id) for a in self.tried)
        return replace(self, tried=tried, refused_in_a_row=0)

    def dismissed(self, prompt_id: int, t: float) -> Scene:
        """A suggestion was not wanted."""
        move = next((a.move for a in self.tried if a.id == prompt_id), "")
        times = self.refused.get(move, 0) + 1
        return replace(
            self,
            refused={**self.refused, move: times},
            waits={**self.waits, move: t + REFUSED_S * 2 ** (times - 1)},
            refused_in_a_row=self.refused_in_a_row + 1,
        )

    @property
    def deceived(self) -> bool:
        """Whether they showed bad faith in more than one of their turns lately: once may be a misunderstanding."""
        return sum("bad_faith" in found for _, found in self.heard) >= DECEIVED

    @property
    def this_stretch(self) -> tuple[Tried, ...]:
        """What was tried since it became heated."""
        return tuple(a for a in self.tried if a.t >= self.stretch)
