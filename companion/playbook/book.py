"""The playbook: moves as data, ours with the user's own laid over it, checked in words."""

from __future__ import annotations

import difflib
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
SLOTS = ("name", "subject")
"""What a line may be filled with: ``{name}`` of the other person, ``{subject}`` of the call."""
_FIELDS = ("kind", "headline", "headlines", "why", "say", "also")
_LINE_FIELDS = ("text", "drivers", "levels", "again")


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

    A move of the user's file replaces the fields that it gives; ``also`` adds lines to ours instead.
    """
    ours = Path(__file__).with_name("playbook.toml")
    data = _read(ours)
    if not own:
        return _build(data, ours)
    path = Path(own).expanduser()
    theirs = _read(path)
    _check_names(theirs, path)
    for name, fields in theirs.get("moves", {}).items():
        move = {**data["moves"][name], **fields}
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
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"There is no playbook {path}.", "Check coach.playbook in your settings.") from error
    except (OSError, ValueError, RecursionError) as error:  # no UTF-8, no TOML, or nested too deeply
        raise UsageError(f"The playbook {path} cannot be read: {error}.", "Mend that line.") from error


def _check_names(data: Mapping[str, Any], path: Path) -> None:
    for name in data:
        if name not in ("moves", "drivers"):
            raise UsageError(f'{path}: "{name}" is not known.', _nearest(name, ("moves", "drivers")))
    _check_section(data, "drivers", DRIVERS, path)
    for name, fields in _check_section(data, "moves", MOVES, path).items():
        if not isinstance(fields, Mapping):
            raise UsageError(f'{path}: "moves.{name}" is a section.', f"Write it as [moves.{name}].")
        for key in fields:
            if key not in _FIELDS:
                raise UsageError(f'{path}: "moves.{name}.{key}" is not known.', _nearest(key, _FIELDS))


def _check_section(data: Mapping[str, Any], section: str, known: tuple[str, ...], path: Path) -> Mapping[str, Any]:
    part: object = data.get(section, {})
    if not isinstance(part, Mapping):
        raise UsageError(f'{path}: "{section}" is a section.', f"Write it as [{section}].")
    for name in part:
        if name not in known:
            raise UsageError(f'{path}: "{section}.{name}" is not known.', _nearest(name, known))
    return part


def _nearest(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    return f'Did you mean "{near[0]}"?' if near else f"Valid are: {', '.join(known)}."


def _build(data: Mapping[str, Any], path: Path) -> Playbook:
    moves = {name: _move(name, fields, path) for name, fields in data["moves"].items()}
    drivers = {}
    for name, wanted in data["drivers"].items():
        if not isinstance(wanted, list) or not wanted:
            raise UsageError(f'{path}: "drivers.{name}" names no move.', 'Write a list, such as ["acknowledge"].')
        for move in wanted:
            if move not in moves:
                raise UsageError(f'{path}: "drivers.{name}" names "{move}".', _nearest(str(move), MOVES))
        drivers[name] = tuple(wanted)
    return Playbook(moves, drivers)


def _move(name: str, fields: Mapping[str, Any], path: Path) -> Move:
    where = f'{path}: "moves.{name}'
    for key in ("headline", "why"):
        if not isinstance(fields[key], str) or not fields[key].strip():
            raise UsageError(f'{where}.{key}" must be a text.')
    if fields["kind"] not in ("say", "do"):
        raise UsageError(f'{where}.kind" must be "say" or "do".')
    headlines = fields.get("headlines", {})
    if not isinstance(headlines, Mapping):
        raise UsageError(f'{where}.headlines" must be a table.', 'Such as { hurt = "Acknowledge the hurt" }.')
    for driver, headline in {"": fields["headline"], **headlines}.items():
        if driver and driver not in DRIVERS:
            raise UsageError(f'{where}.headlines.{driver}" is not known.', _nearest(driver, DRIVERS))
        if not isinstance(headline, str) or not 0 < len(headline.split()) <= MOST_HEADLINE_WORDS:
            raise UsageError(f'{where}.headline" is empty or has more than {MOST_HEADLINE_WORDS} words.', "Shorten it.")
    say = fields["say"]
    if not isinstance(say, list) or not say:
        raise UsageError(f'{where}.say" must be a list of sentences.')
    lines = tuple(_line(line, f'{where}.say"') for line in say)
    if all(_slots(line.text, where) or line.drivers or line.levels or line.again for line in lines):
        raise UsageError(f'{where}.say" has no sentence that always fits.', "Add one without slots and conditions.")
    return Move(name, fields["kind"], fields["headline"], fields["why"], lines, dict(headlines))


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
    _slots(text, where)
    drivers, levels = data.get("drivers", []), data.get("levels", [])
    if not isinstance(drivers, list) or any(d not in DRIVERS for d in drivers):
        wrong = next((str(d) for d in drivers if d not in DRIVERS), "") if isinstance(drivers, list) else ""
        raise UsageError(f'{where}: "drivers" names "{wrong}".', _nearest(wrong, DRIVERS))
    if not isinstance(levels, list) or any(level not in (1, 2, 3) for level in levels):
        raise UsageError(f'{where}: "levels" must be a list of 1, 2 and 3.')
    if not isinstance(data.get("again", False), bool):
        raise UsageError(f'{where}: "again" must be true or false.')
    return Line(text, tuple(drivers), tuple(levels), again=bool(data.get("again", False)))


def _slots(text: str, where: str) -> list[str]:
    """The names of a line's slots; raises ``UsageError`` for one that is not known."""
    parts = text.split("{")[1:]
    names = [part.partition("}")[0] for part in parts]
    for name in names:
        if name not in SLOTS:
            raise UsageError(f"{where}: the slot {{{name}}} is not known.", f"Known are: {', '.join(SLOTS)}.")
    return names
