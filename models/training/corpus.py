"""The project's own corpus: spoken lines, and whole calls, labelled with drivers and levels."""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from labels import DRIVERS, LEVELS

sys.path.insert(0, str(Path(__file__).parents[2]))
from companion.affect.layout import Turn, pair

CONTEXT = 5


@dataclass(frozen=True)
class Example:
    """One utterance with its context; ``author`` is the first letters of the file's name."""

    current: Turn
    context: tuple[Turn, ...]
    drivers: np.ndarray  # (14,) 0/1
    level: np.ndarray  # (3,) 0/1: at least 1, 2, 3
    author: str
    call: str = ""
    placed: bool = True
    """Whether the level is that of a talk that stands here whole, and so may be learnt from."""


def read(folder: Path) -> tuple[list[Example], list[Example]]:
    """The lines in a folder's ``lines``, and the turns in its ``calls`` and, where there are any, its ``scenes``."""
    turns = calls(sorted((folder / "calls").glob("*.jsonl"))) + scenes(sorted((folder / "scenes").glob("*.jsonl")))
    return lines(sorted((folder / "lines").glob("*.jsonl"))), turns


def lines(files: Iterable[Path]) -> list[Example]:
    """Single lines, without context."""
    out = []
    for file in files:
        out += [_example(row, (), file.stem, "") for row in _rows(file)]
    return out


def calls(files: Iterable[Path]) -> list[Example]:
    """Every turn of every call, with the turns before it."""
    return [e for file in files for e in _turns([r for r in _rows(file) if "text" in r], file.stem)]


BEGUN = 3
"""So many turns into a scene it can be told how heated the talk is that it was cut from."""


def scenes(files: Iterable[Path]) -> list[Example]:
    """Every turn of every scene, with the turns before it; the levels of its first ones are not learnt from."""
    out = []
    for file in files:
        for k, scene in enumerate(_rows(file)):
            turns = _turns(scene["turns"], f"{file.stem}{k}")
            out += [replace(e, placed=i >= BEGUN) for i, e in enumerate(turns)]
    return out


def _turns(rows: list[dict], call: str) -> list[Example]:
    turns = [(_side(r["speaker"]), r["text"]) for r in rows]
    return [
        _example(row, tuple(turns[max(0, i - CONTEXT) : i]), re.sub(r"\d", "", call), call)
        for i, row in enumerate(rows)
    ]


def _rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _side(speaker: str) -> str:
    return "me" if speaker == "me" else "them"


def _example(row: dict, context: tuple[Turn, ...], author: str, call: str) -> Example:
    drivers = np.zeros(len(DRIVERS), np.float32)
    for name in row["drivers"]:
        if name != "none":
            drivers[DRIVERS.index(name)] = 1
    level = np.array([row["level"] >= k for k in range(1, len(LEVELS))], np.float32)
    return Example((_side(row["speaker"]), row["text"]), context, drivers, level, author, call)


def is_calm(example: Example) -> bool:
    """Whether nothing goes on in it."""
    return not example.level.any() and not example.drivers.any()


ALONE, AMID = 0.2, 0.3


def vary(example: Example, calm: Sequence[Example]) -> Example:
    """Now and then a turn without its context, or a line amid somebody else's calm talk.

    A driver is in the turn itself, so it is learnt in both; a level is in the course of the talk, so not there.
    """
    if example.context and random.random() < ALONE:
        return replace(example, context=(), placed=False)
    if not example.call and calm and random.random() < AMID:
        return replace(example, context=random.choice(calm).context, placed=False)
    return example


MISHEARD = 0.35
"""How often a text is taken as our recogniser heard it, where that is known."""


@cache
def misheard() -> dict[str, str]:
    """What our own recogniser made of texts of the corpus when a voice spoke them (``heard.py``)."""
    file = Path(__file__).parent / "corpus" / "heard.jsonl"
    return {row["text"]: row["heard"] for row in _rows(file)} if file.exists() else {}


def roughen(text: str) -> str:
    """The text as a recogniser might give it: as ours did, or punctuation gone, a word lost, a beginning cut."""
    if text in misheard() and random.random() < MISHEARD:
        return misheard()[text]
    if random.random() < 0.4:
        text = re.sub(r"[^\w\s']", "", text)
    words = text.split()
    if len(words) > 6 and random.random() < 0.12:
        words = words[random.randint(1, 2) :]
    if len(words) > 6 and random.random() < 0.15:
        del words[random.randrange(len(words))]
    if len(words) > 8 and random.random() < 0.08:
        k = random.randrange(len(words) - 1)
        words[k], words[k + 1] = words[k + 1], words[k]
    return " ".join(words)


def texts(example: Example, *, augment: bool) -> tuple[str, str]:
    """The two segments, roughened at random when ``augment``; now and then the context is left out."""
    if not augment:
        return pair(example.current, example.context)
    context = example.context
    if context and random.random() < 0.2:
        context = context[random.randint(0, len(context) - 1) :]
    return pair(
        (example.current[0], roughen(example.current[1])),
        [(who, roughen(what)) for who, what in context],
    )
