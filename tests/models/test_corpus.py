"""The corpus is as its README says: every file well formed, and nothing that is measured on is trained on."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from companion.terms import DRIVERS, MOVES

CORPUS = Path(__file__).parents[2] / "models" / "training" / "corpus"
LINES = sorted(CORPUS.rglob("lines/*.jsonl"))
CALLS = sorted(CORPUS.rglob("calls/*.jsonl"))
SCENES = sorted(CORPUS.rglob("scenes/*.jsonl"))
VOICES = {"neutral", "tense", "loud", "flat", "shaky", "warm", "fast", "slow"}


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def author(path: Path) -> str:
    return re.sub(r"\d", "", path.stem)


def check_said(row: dict) -> None:
    assert row["text"].strip()
    assert row["level"] in range(4)
    assert row["drivers"]
    assert set(row["drivers"]) <= {*DRIVERS, "none"}
    assert "none" not in row["drivers"] or row["drivers"] == ["none"]
    assert "defensive" not in row["drivers"] or row["speaker"] == "me"


@pytest.mark.parametrize("path", LINES, ids=lambda p: p.stem)
def test_lines_are_labelled(path: Path) -> None:
    for row in rows(path):
        assert row["speaker"] in ("me", "them")
        check_said(row)


@pytest.mark.parametrize("path", CALLS, ids=lambda p: p.stem)
def test_calls_are_labelled_turn_by_turn(path: Path) -> None:
    head, *turns = rows(path)
    assert head["id"] == path.stem
    assert [t["n"] for t in turns] == list(range(1, len(turns) + 1))
    for turn in turns:
        check_said(turn)
        assert turn["speaker"] in ("me", "them", "them2")
        assert set(turn["moves"]) <= set(MOVES)
        assert turn["voice"] in VOICES
    onset = next((t["n"] for t in turns if t["level"] >= 2), None)
    assert head["onset_turn"] == onset
    assert head["escalates"] is (onset is not None)
    moments = sum(bool(t["moves"]) for t in turns)
    assert 2 <= moments <= 7 if head["escalates"] else moments == 0


@pytest.mark.parametrize("path", SCENES, ids=lambda p: p.stem)
def test_scenes_are_labelled_turn_by_turn(path: Path) -> None:
    for scene in rows(path):
        assert scene["setting"].strip()
        assert 6 <= len(scene["turns"]) <= 14
        for turn in scene["turns"]:
            check_said(turn)
            assert turn["speaker"] in ("me", "them")
            assert len(turn["drivers"]) <= 2


def test_what_was_heard_is_of_what_is_trained_on() -> None:
    trained = [p for p in LINES + CALLS + SCENES if p.parents[1] == CORPUS]
    said = {t["text"] for path in trained for row in rows(path) for t in row.get("turns", [row]) if "text" in t}
    heard = rows(CORPUS / "heard.jsonl")
    assert heard
    assert {r["text"] for r in heard} <= said
    assert all(r["heard"].strip() for r in heard)


def test_what_is_measured_on_is_by_other_authors_than_what_is_trained_on() -> None:
    parts = {"train": set(), "fit": set(), "unseen": set()}
    for path in LINES + CALLS + SCENES:
        part = path.parents[1].name
        parts[part if part in parts else "train"].add(author(path))
    assert all(parts.values())
    assert not parts["train"] & (parts["fit"] | parts["unseen"])
    assert not parts["fit"] & parts["unseen"]


def test_no_line_stands_in_both() -> None:
    said = {"train": set(), "held": set()}
    for path in LINES:
        part = "held" if path.parents[1].name in ("fit", "unseen") else "train"
        said[part] |= {plain(r["text"]) for r in rows(path) if len(r["text"].split()) > 4}
    assert not said["train"] & said["held"]


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def test_every_driver_is_there_in_number_and_most_lines_do_not_name_it() -> None:
    trained = [r for path in LINES if path.parents[1] == CORPUS for r in rows(path)]
    counts = Counter(d for r in {plain(r["text"]): r for r in trained}.values() for d in r["drivers"])
    assert min(counts[d] for d in DRIVERS) >= 400
    assert counts["none"] >= 6000
    found = [r for r in trained if r["drivers"] != ["none"]]
    assert sum(r["drivers"][0].replace("_", " ") in r["text"].lower() for r in found) / len(found) < 0.125


def test_no_line_is_a_driver_for_one_author_and_none_for_another() -> None:
    meant: dict[str, set[bool]] = {}
    for path in LINES:
        if path.parents[1] == CORPUS:
            for row in rows(path):
                meant.setdefault(plain(row["text"]), set()).add(row["drivers"] == ["none"])
    assert [text for text, found in meant.items() if len(found) > 1] == []
