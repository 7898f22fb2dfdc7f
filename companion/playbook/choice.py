"""Which move fits the moment: pure rules over what was said and what was already suggested."""

from __future__ import annotations

from dataclasses import dataclass, replace

from companion.events import Utterance
from companion.playbook.book import Playbook

LONG_HEAT_S = 100.0
"""Heat that lasts this long calls for a break (or a restart) rather than one more sentence."""
BOTH_S = 40.0
"""Both sides count as reactive when each was sharp within this."""
STRONG = 0.5
"""Probability of a driver that is acted upon by itself."""
PRESSED_SD = 2.0
"""Vocal effort of the user's own voice, in standard deviations, that calls for a breath."""
SHARP = {"anger", "hurt", "threat", "identity", "bad_faith"}
HOT = {"anger": "anger", "annoyance": "anger", "disgust": "anger"}
"""Emotions that stand for a driver where none was recognised in a heated talk."""
NAMED = 0.3
FAILED_REPAIRS = 2
REFUSED_S = 60.0


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that asks for a move, and the driver it answers."""

    move: str
    driver: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What the coach remembers of the call; times in audio seconds."""

    heated_since: float = float("inf")
    them_sharp: float = float("-inf")
    me_sharp: float = float("-inf")
    last_move: str = ""
    last_level: int = 0
    tries: int = 0
    bad_faith: int = 0
    refused_at: float = float("-inf")
    refused_move: str = ""

    def heated(self, t: float) -> Scene:
        """A heated stretch begins at ``t``."""
        return replace(self, heated_since=t, tries=0)

    def hear(self, utterance: Utterance) -> Scene:
        """Something was said."""
        drivers = {d.id for d in utterance.drivers}
        scene = self
        if utterance.speaker == "me" and "defensive" in drivers:
            scene = replace(scene, me_sharp=utterance.t)
        if utterance.speaker == "them" and drivers & SHARP:
            scene = replace(scene, them_sharp=utterance.t)
        if "bad_faith" in drivers:
            scene = replace(scene, bad_faith=scene.bad_faith + 1)
        return scene

    def suggested(self, move: str, t: float, level: int) -> Scene:
        """A move was shown."""
        del t
        return replace(self, last_move=move, last_level=level, tries=self.tries + 1)

    def refused(self, t: float) -> Scene:
        """The user dismissed the last move."""
        return replace(self, refused_at=t, refused_move=self.last_move)


def choose(playbook: Playbook, scene: Scene, utterance: Utterance, level: int) -> Moment | None:
    """The move for what was just said, or None when nothing is known that would help."""
    driver = leading_driver(utterance, level)
    if driver is None:
        return None
    now = utterance.t
    both = now - scene.them_sharp < BOTH_S and now - scene.me_sharp < BOTH_S
    lasting = level >= 2 and now - scene.heated_since > LONG_HEAT_S
    preferred = list(playbook.drivers[driver])
    if driver != "bad_faith" and lasting and scene.tries >= FAILED_REPAIRS:
        preferred = ["restart" if both or driver in ("anger", "hurt") else "take_break", "take_break", *preferred]
    worked = level < scene.last_level
    for move in preferred:
        repeated = move == scene.last_move and not worked
        refused = move == scene.refused_move and now - scene.refused_at < REFUSED_S
        if not repeated and not refused:
            return Moment(move, driver)
    return None


def leading_driver(utterance: Utterance, level: int) -> str | None:
    """The driver to answer: the leading one where it is strong enough, else what a heated voice or word stands for."""
    for driver in utterance.drivers:
        if driver.score >= (STRONG if level < 2 else 0.0):
            return driver.id
    voice = utterance.voice
    if utterance.speaker == "me":
        pressed = voice is not None and voice.settled and voice.effort >= PRESSED_SD
        return "defensive" if pressed and level >= 2 else None
    if level >= 2:
        for name, probability in utterance.emotions.items():
            if name in HOT and probability >= NAMED:
                return HOT[name]
    return None
