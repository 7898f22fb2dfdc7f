"""The playbook: moves as data, ours with the user's own laid over it, checked in words."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from companion.errors import UsageError
from companion.terms import DRIVERS, MOVES

MOST_HEADLINE_WORDS = 5
"""What is read in a glance of two seconds."""
MOST_SAY_WORDS = 15
MOST_WHY_WORDS = 25
SLOTS = ("name", "subject")
"""What a line may be filled with: ``{name}`` of the other person, ``{subject}`` of the call."""
_FIELDS = ("kind", "headline", "headlines", "why", "say", "also")
_LINE_FIELDS = ("text", "drivers", "levels", "again")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_SLOT = re.compile(r"\{([^{}]*)\}")
_NEXT_SENTENCE = re.compile(r"(?<!\b[DM][rs])(?<!\bMrs)(?<!\bProf)[.!?…][\"'”’)]*\s+[\"'“‘(]*[^\W\d_a-zß-ÿ]")
"""The end of a sentence with another one behind it."""
_MISSPELT = 0.8
"""An id this near to one of ours is taken for a misspelling of it, not for a move of the user's own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One wording. Empty ``drivers`` and ``levels`` fit all; ``again``: only once the move was shown before."""

    text: str
    drivers: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One suggestion with its wordings; ``kind`` is "say" or "do"; ``headlines`` replace the headline by driver."""

    id: str
    kind: str
    headline: str
    why: str
    say: tuple[Line, ...]
    headlines: Mapping[str, str]

    def headline_for(self, driver: str) -> str:
        """The headline for a driver."""
        return self.headlines.get(driver, self.headline)


@dataclass(frozen=True, slots=True)
class Playbook:
    """All moves, and which of them help against each driver, the best first."""

    moves: Mapping[str, Move]
    drivers: Mapping[str, tuple[str, ...]]


def load(own: str = "") -> Playbook:
    """Our playbook with the user's file ``own`` over it; raises ``UsageError`` naming what is wrong where.

    A move of the user's file replaces the fields that it gives; ``also`` adds lines to ours instead. A move with an id
    of its own is added to ours.
    """
    ours = Path(__file__).with_name("playbook.toml")
    data = _read(ours)
    if not own:
        return _build(data, ours)
    try:
        path = Path(own).expanduser()
    except RuntimeError as error:  # "~" of nobody
        raise _missing(own) from error
    theirs = _read(path)
    _check_names(theirs, path)
    for name, fields in theirs.get("moves", {}).items():
        move = {**data["moves"].get(name, {"kind": "say", "say": []}), **fields}
        also = move.pop("also", [])
        if not isinstance(also, list) or not isinstance(move["say"], list):
            raise UsageError(f'{path}: "moves.{name}.{"say" if isinstance(also, list) else "also"}" must be a list.')
        move["say"] = [*also, *move["say"]]
        data["moves"][name] = move
    data["drivers"].update(theirs.get("drivers", {}))
    return _build(data, path)


def offered_less(playbook: Playbook, moves: Sequence[str]) -> Playbook:
    """The playbook with these moves behind all others of each driver."""
    drivers = {name: tuple(sorted(wanted, key=lambda m: m in moves)) for name, wanted in playbook.drivers.items()}
    return Playbook(playbook.moves, drivers)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise _missing(path) from error
    except OSError as error:
        what = f"The playbook {path} cannot be read ({error.strerror})."
        raise UsageError(what, "Check the path and its permissions.") from error
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, or nested too deeply
        raise UsageError(f"The playbook {path} cannot be read: {error}.", "Mend that line.") from error


def _missing(path: str | Path) -> UsageError:
    return UsageError(f"There is no playbook {path}.", "Check coach.playbook in your settings.")


def _check_names(data: Mapping[str, Any], path: Path) -> None:
    for name in data:
        if name not in ("moves", "drivers"):
            raise UsageError(f'{path}: "{name}" is not known.', _nearest(name, ("moves", "drivers")))
    drivers = _section(data, "drivers", path)
    for name in drivers:
        if name not in DRIVERS:
            raise UsageError(f'{path}: "drivers.{name}" is not known.', _nearest(name, DRIVERS))
    moves = _section(data, "moves", path)
    for name in moves:
        if name not in MOVES:
            _check_id(name, path)
        fields = _section(moves, name, path, "moves.")
        for key in fields:
            if key not in _FIELDS:
                raise UsageError(f'{path}: "moves.{name}.{key}" is not known.', _nearest(key, _FIELDS))
        if name not in MOVES:
            _check_added(name, fields, drivers, path)


def _section(data: Mapping[str, Any], name: str, path: Path, under: str = "") -> Mapping[str, Any]:
    part: object = data.get(name, {})
    if not isinstance(part, Mapping):
        raise UsageError(f'{path}: "{under}{name}" is a section.', f"Write it as [{under}{name}].")
    return part


def _check_id(name: str, path: Path) -> None:
    """Raise ``UsageError`` for an id that is one of ours misspelt, or that is none."""
    near = difflib.get_close_matches(name.lower(), MOVES, n=1, cutoff=_MISSPELT)
    if near:
        hint = f'Did you mean "{near[0]}"? A move of your own needs an id that is less like it.'
        raise UsageError(f'{path}: "moves.{name}" is not known.', hint)
    if not _ID.fullmatch(name):
        hint = 'An id is written with a-z, 0-9 and "_", such as [moves.ask_for_time].'
        raise UsageError(f'{path}: "moves.{name}" cannot be an id.', hint)


def _check_added(name: str, fields: Mapping[str, Any], drivers: Mapping[str, Any], path: Path) -> None:
    """Raise ``UsageError`` when a move of the user's own lacks something."""
    given = {"say" if key == "also" else key for key in fields}
    for key in ("headline", "why", "say"):
        if key not in given:
            near = difflib.get_close_matches(name, MOVES, n=1, cutoff=0.4)
            hint = f'Add it, or did you mean "{near[0]}"?' if near else "Add it."
            raise UsageError(f'{path}: "moves.{name}" is a move of your own and has no "{key}".', hint)
    if not any(isinstance(wanted, list) and name in wanted for wanted in drivers.values()):
        hint = f'Add it to one under [drivers], such as anger = ["{name}", "acknowledge"].'
        raise UsageError(f'{path}: no driver names "{name}".', hint)


def _nearest(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    return f'Did you mean "{near[0]}"?' if near else f"Valid are: {', '.join(known)}."


def _build(data: Mapping[str, Any], path: Path) -> Playbook:
    moves = {name: _move(name, fields, path) for name, fields in data["moves"].items()}
    drivers = {}
    for name, wanted in data["drivers"].items():
        if not isinstance(wanted, list) or not wanted or not all(isinstance(move, str) for move in wanted):
            raise UsageError(f'{path}: "drivers.{name}" names no move.', 'Write a list, such as ["acknowledge"].')
        for move in wanted:
            if move not in moves:
                raise UsageError(f'{path}: "drivers.{name}" names "{move}".', _nearest(move, tuple(moves)))
        drivers[name] = tuple(wanted)
    return Playbook(moves, drivers)


def _move(name: str, fields: Mapping[str, Any], path: Path) -> Move:
    where = f'{path}: "moves.{name}'
    _check_text(fields["headline"], f'{where}.headline"', MOST_HEADLINE_WORDS)
    _check_text(fields["why"], f'{where}.why"', MOST_WHY_WORDS)
    if _NEXT_SENTENCE.search(fields["why"]):
        raise UsageError(f'{where}.why" has more than one sentence.', "Keep one.")
    if fields["kind"] not in ("say", "do"):
        raise UsageError(f'{where}.kind" must be "say" or "do".')
    headlines = fields.get("headlines", {})
    if not isinstance(headlines, Mapping):
        raise UsageError(f'{where}.headlines" must be a table.', 'Such as { hurt = "Acknowledge the hurt" }.')
    for driver, headline in headlines.items():
        if driver not in DRIVERS:
            raise UsageError(f'{where}.headlines.{driver}" is not known.', _nearest(driver, DRIVERS))
        _check_text(headline, f'{where}.headlines.{driver}"', MOST_HEADLINE_WORDS)
    say = fields["say"]
    if not isinstance(say, list) or not say:
        raise UsageError(f'{where}.say" must be a list of sentences.')
    lines = tuple(_line(line, f'{where}.say"') for line in say)
    if all("{" in line.text or line.drivers or line.levels or line.again for line in lines):
        raise UsageError(f'{where}.say" has no sentence that always fits.', "Add one without slots and conditions.")
    return Move(name, fields["kind"], fields["headline"], fields["why"], lines, dict(headlines))


def _check_text(text: object, where: str, most: int) -> None:
    if not isinstance(text, str) or not text.strip():
        raise UsageError(f"{where} must be a text.")
    if len(text.split()) > most:
        raise UsageError(f"{where} has more than {most} words.", "Shorten it.")
    if "{" in text or "}" in text:
        raise UsageError(f"{where} has a slot: “{text}”", "Only the sentences of say and also are filled.")


def _line(line: object, where: str) -> Line:
    data = {"text": line} if isinstance(line, str) else line
    if not isinstance(data, Mapping) or not isinstance(data.get("text"), str) or not data["text"].strip():
        raise UsageError(f"{where} must be a list of sentences.", 'Each a text, or a table with "text".')
    for key in data:
        if key not in _LINE_FIELDS:
            raise UsageError(f'{where}: "{key}" is not known.', _nearest(key, _LINE_FIELDS))
    text = data["text"]
    if len(text.split()) > MOST_SAY_WORDS:
        raise UsageError(f"{where} has a sentence of more than {MOST_SAY_WORDS} words: “{text}”", "Shorten it.")
    _check_slots(text, where)
    drivers, levels = data.get("drivers", []), data.get("levels", [])
    if not isinstance(drivers, list):
        raise UsageError(f'{where}: "drivers" must be a list.', 'Such as ["hurt"].')
    for driver in drivers:
        if driver not in DRIVERS:
            raise UsageError(f'{where}: "drivers" names "{driver}".', _nearest(str(driver), DRIVERS))
    # true and 1.0 equal 1, but are no levels
    if not isinstance(levels, list) or any(type(level) is not int or level not in (1, 2, 3) for level in levels):
        raise UsageError(f'{where}: "levels" must be a list of 1, 2 and 3.')
    if not isinstance(data.get("again", False), bool):
        raise UsageError(f'{where}: "again" must be true or false.')
    return Line(text, tuple(drivers), tuple(levels), again=bool(data.get("again", False)))


def _check_slots(text: str, where: str) -> None:
    """Raise ``UsageError`` for a slot that is not known, and for a brace that makes none."""
    for name in _SLOT.findall(text):
        if name not in SLOTS:
            raise UsageError(f"{where}: the slot {{{name}}} is not known.", f"Known are: {', '.join(SLOTS)}.")
    if set("{}") & set(_SLOT.sub("", text)):
        raise UsageError(f"{where} has a single brace: “{text}”", "A slot is written {name} or {subject}.")
