"""Which move fits the moment: pure rules over what was said and what was already suggested.

Each rule says no more than it knows: where none fits, nothing is suggested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from companion.events import Prompt, Utterance
from companion.playbook.book import Playbook
from companion.playbook.notes import Notes
from companion.playbook.scene import FEELINGS, RECENT_S, Scene

LONG_HEAT_S = 100.0
"""Heat that lasts this long calls for a restart, then a break, rather than one more sentence. Both sooner, after two
attempts or as soon as both sides are reactive, made 8 to 11 in 100 right moves wrong (``bench/coach_oracle.py``)."""
LONG_BREAKING_S = 45.0
"""A talk that is breaking for this long calls for a graceful exit."""
BOTH_S = 40.0
"""Both sides count as reactive when each was sharp within this."""
STRONG = 0.7
"""Probability of a driver that is acted upon in a talk that is merely tense."""
EARLIER = 0.5
"""Weight of what they showed in the turn before, against what they show now."""
SECOND_S = 45.0
"""The next best move is tried when the first has had this long; before, silence is better."""
PRESSED_SD = 2.0
"""Vocal effort of the user's own voice, in standard deviations, that calls for a breath."""
HURRIED = 1.35
"""The user's own pace against their usual, likewise, when the effort is raised too."""
HURRIED_SD = 1.0
HOT = {"anger": "anger", "annoyance": "anger", "disgust": "anger"}
"""Emotions that stand for a driver where none was recognised in a heated talk."""
NAMED = 0.3
FAILED_REPAIRS = 2
ANSWERED_S = 60.0
"""A driver that was answered may be answered again after this, also in a talk that is merely tense."""
ASKED_S = 60.0
"""When the user asks for a suggestion, what they last showed counts this long."""
TACTICS = frozenset({"demand", "threat", "objection", "distrust"})
"""Drivers that are part of the game once somebody acts in bad faith."""
SOLVING = frozenset({"reframe", "bridge_worlds"})
"""Moves that come after a feeling was heard, never before."""
UNHEARD_S = 45.0
"""A feeling that was shown this lately comes first."""
ANSWERS = {"anger": "acknowledge", "hurt": "own_it", "identity": "save_face"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that asks for a move, the driver it answers, and which of the user's notes belongs to it."""

    move: str
    driver: str
    note: str = ""


def choose(playbook: Playbook, scene: Scene, said: Utterance, level: int, notes: Notes | None = None) -> Moment | None:
    """The move for what was just said, or None when nothing is known that would help."""
    notes = notes or Notes({})
    if said.speaker == "me":
        return _centred(playbook, scene, said, level)
    now = said.t
    ranked = _ranked(scene, said, level)
    urgent = []
    if level >= 2 and notes.limit_reached(now):
        urgent.append(Moment("walk_away", ranked[0] if ranked else "demand", "limit"))
    if now - scene.breaking > LONG_BREAKING_S and scene.this_stretch:
        urgent.append(Moment("walk_away", ranked[0] if ranked else "anger", "limit"))
    if level >= 2 and notes.sets_off(said.text):
        urgent.append(Moment("stay_centred", "defensive", "words"))
    found = (_allowed(scene, now, moment) for moment in urgent)
    answers = (_for_driver(playbook, scene, said, driver, level, notes) for driver in ranked)
    return next((moment for moment in (*found, *answers) if moment is not None), None)


def another(playbook: Playbook, scene: Scene, shown: Prompt | None, heard: Utterance | None, now: float) -> Moment:
    """What to suggest when the user asks for another: the next move for the driver, round and round.

    Without a driver lately, a breath, which never harms.
    """
    driver = shown.driver if shown is not None else ""
    if not driver and heard is not None and heard.drivers and now - heard.t < ASKED_S:
        driver = heard.drivers[0].id
    moves = playbook.drivers.get(driver, ("stay_centred",))
    last = shown.move if shown is not None else ""
    after = moves.index(last) + 1 if last in moves else 0
    offered = [*moves[after:], *moves[:after]]
    move = next((m for m in offered if now >= scene.waits.get(m, now)), offered[0])
    return Moment(move, driver or "none", NOTES.get(move, ""))


def _centred(playbook: Playbook, scene: Scene, said: Utterance, level: int) -> Moment | None:
    """The user's own words, pace or effort."""
    if level < 2 or not (any(d.id == "defensive" for d in said.drivers) or pressed(said)):
        return None
    move = playbook.drivers["defensive"][0]
    if _lasting(scene, said.t, level) and _both(scene, said.t):
        move = "take_break"
    return _allowed(scene, said.t, Moment(move, "defensive", "words" if move == "stay_centred" else ""))


def pressed(said: Utterance) -> bool:
    """Whether a voice is more pressed, or hurried, than the speaker's usual."""
    voice = said.voice
    if voice is None or not voice.settled:
        return False
    hurried = voice.pace is not None and voice.pace >= HURRIED and voice.effort >= HURRIED_SD
    return voice.effort >= PRESSED_SD or hurried


def _ranked(scene: Scene, said: Utterance, level: int) -> list[str]:
    """Drivers to answer, the leading one first: what they show now and, less, what they showed just before.

    Of a turn before, where they show nothing now, only the leading driver counts. When a talk is on its way down
    (merely tense after heat), only what is plain and was not answered just before.
    """
    weights: dict[str, float] = {d.id: d.score for d in said.drivers}
    answered = {a.driver for a in scene.tried if a.t >= scene.stretch and said.t - a.t < ANSWERED_S}
    if level < 2:
        # nobody is shown the door while the talk comes down
        weights = {d: w for d, w in weights.items() if w >= STRONG and d not in answered and d != "bad_faith"}
    else:
        nothing = not weights
        for t, found in scene.heard[-2:]:
            if t < said.t and said.t - t < RECENT_S:
                lead = next(iter(found), "")
                for driver, score in found.items():
                    if driver in weights or (nothing and driver == lead and driver not in answered):
                        weights[driver] = weights.get(driver, 0.0) + EARLIER * score
        if not weights:
            weights = {HOT[e]: p for e, p in said.emotions.items() if e in HOT and p >= NAMED}
    ranked = sorted(weights, key=lambda d: -weights[d])
    if scene.deceived and ranked and (ranked[0] == "bad_faith" or ranked[0] in TACTICS):
        # who answers the tactics of somebody acting in bad faith with warmth only gives more away
        return ["bad_faith"] if level >= 2 else []
    return ranked


def _for_driver(
    playbook: Playbook, scene: Scene, said: Utterance, driver: str, level: int, notes: Notes
) -> Moment | None:
    now = said.t
    preferred = list(playbook.drivers[driver])
    failed = [a for a in scene.this_stretch if not a.worked]
    if driver != "bad_faith" and _lasting(scene, now, level) and len(failed) >= FAILED_REPAIRS:
        begun_anew = any(a.move == "restart" for a in scene.this_stretch)
        preferred = ["take_break" if begun_anew else "restart", *preferred]
    elif level >= 3 and driver in FEELINGS and scene.this_stretch:
        preferred = ["take_break", *preferred]
    elif notes.under_pressure(said.text) and "name_the_situation" in preferred:
        preferred = ["name_the_situation"]
    elif driver == "fear" and any(d.id == "pressure" for d in said.drivers):
        preferred = ["name_the_situation", *preferred]
    solving = next((i for i, move in enumerate(preferred) if move in SOLVING), None)
    if solving is not None and scene.unheard and now - scene.unheard_at < UNHEARD_S:
        preferred.insert(solving, ANSWERS[scene.unheard])
    first = preferred[0]
    shown = [a.t for a in scene.tried if a.move == first]
    if shown and now - shown[-1] < SECOND_S:
        preferred = preferred[:1]
    for move in preferred:
        found = _allowed(scene, now, Moment(move, driver, NOTES.get(move, "")))
        if found is not None:
            return found
    return None


NOTES: Mapping[str, str] = {
    "walk_away": "limit",
    "name_the_situation": "pressures",
    "reframe": "success",
    "own_it": "history",
    "rebuild_trust": "history",
    "restart": "history",
    "stay_centred": "words",
}
"""Which of the user's notes a move is told with."""


def _allowed(scene: Scene, now: float, moment: Moment) -> Moment | None:
    """The moment, unless its move was just shown and did not work, or was dismissed lately."""
    last = scene.tried[-1] if scene.tried else None
    if last is not None and last.move == moment.move and not last.worked:
        return None
    return None if now < scene.waits.get(moment.move, now) else moment


def _both(scene: Scene, now: float) -> bool:
    return now - scene.them_sharp < BOTH_S and now - scene.me_sharp < BOTH_S


def _lasting(scene: Scene, now: float, level: int) -> bool:
    return level >= 2 and now - scene.stretch > LONG_HEAT_S
