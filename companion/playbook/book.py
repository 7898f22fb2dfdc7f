"""The playbook: moves as data, ours with the user's own laid over it, checked in words."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from companion.errors import UsageError
from companion.events import DRIVERS, MOVES

MOST_HEADLINE_WORDS = 5
"""What is read in a glance of two seconds."""
MOST_SAY_WORDS = 15
_FIELDS = ("kind", "headline", "why", "say")


@dataclass(frozen=True, slots=True)
class Move:
    """One suggestion with its wordings; ``kind`` is "say" or "do"."""

    id: str
    kind: str
    headline: str
    why: str
    say: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Playbook:
    """All moves, and which of them help against each driver, the best first."""

    moves: Mapping[str, Move]
    drivers: Mapping[str, tuple[str, ...]]


def load(own: str = "") -> Playbook:
    """Our playbook with the user's file ``own`` over it; raises ``UsageError`` naming what is wrong where."""
    ours = Path(__file__).with_name("playbook.toml")
    data = _read(ours)
    if own:
        path = Path(own).expanduser()
        theirs = _read(path)
        _check_names(theirs, path)
        for name, fields in theirs.get("moves", {}).items():
            data["moves"][name] = {**data["moves"][name], **fields}
        data["drivers"].update(theirs.get("drivers", {}))
        return _build(data, path)
    return _build(data, ours)


def offered_less(playbook: Playbook, moves: Sequence[str]) -> Playbook:
    """The playbook with these moves behind all others of each driver."""
    drivers = {name: tuple(sorted(wanted, key=lambda m: m in moves)) for name, wanted in playbook.drivers.items()}
    return Playbook(playbook.moves, drivers)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"There is no playbook {path}.", "Check coach.playbook in your settings.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The playbook {path} cannot be read: {error}.", "Mend that line.") from error


def _check_names(data: Mapping[str, Any], path: Path) -> None:
    for section, known in (("moves", MOVES), ("drivers", DRIVERS)):
        for name in data.get(section, {}):
            if name not in known:
                raise UsageError(f'{path}: "{section}.{name}" is not known.', _nearest(name, known))
    for name in data:
        if name not in ("moves", "drivers"):
            raise UsageError(f'{path}: "{name}" is not known.', _nearest(name, ("moves", "drivers")))
    for name, fields in data.get("moves", {}).items():
        for key in fields:
            if key not in _FIELDS:
                raise UsageError(f'{path}: "moves.{name}.{key}" is not known.', _nearest(key, _FIELDS))


def _nearest(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    return f'Did you mean "{near[0]}"?' if near else f"Valid are: {', '.join(known)}."


def _build(data: Mapping[str, Any], path: Path) -> Playbook:
    moves = {name: _move(name, fields, path) for name, fields in data["moves"].items()}
    drivers = {}
    for name, wanted in data["drivers"].items():
        for move in wanted:
            if move not in moves:
                raise UsageError(f'{path}: "drivers.{name}" names "{move}".', _nearest(str(move), MOVES))
        if not wanted:
            raise UsageError(f'{path}: "drivers.{name}" names no move.', "Name at least one.")
        drivers[name] = tuple(wanted)
    return Playbook(moves, drivers)


def _move(name: str, fields: Mapping[str, Any], path: Path) -> Move:
    where = f'{path}: "moves.{name}'
    for key in ("headline", "why"):
        if not isinstance(fields[key], str) or not fields[key].strip():
            raise UsageError(f'{where}.{key}" must be a text.')
    if fields["kind"] not in ("say", "do"):
        raise UsageError(f'{where}.kind" must be "say" or "do".')
    if len(fields["headline"].split()) > MOST_HEADLINE_WORDS:
        raise UsageError(f'{where}.headline" has more than {MOST_HEADLINE_WORDS} words.', "Shorten it.")
    say = fields["say"]
    if not isinstance(say, list) or not say or not all(isinstance(s, str) and s.strip() for s in say):
        raise UsageError(f'{where}.say" must be a list of sentences.')
    for sentence in say:
        if len(sentence.split()) > MOST_SAY_WORDS:
            raise UsageError(f'{where}.say" has a sentence of more than {MOST_SAY_WORDS} words: “{sentence}”')
    return Move(name, fields["kind"], fields["headline"], fields["why"], tuple(say))
