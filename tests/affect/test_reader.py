"""Our reader as it is shipped: what it says of plain cases, and that it keeps to its own rules."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from companion import locations
from companion.affect.reader import OnnxReader, level_probabilities, load_session
from companion.affect.reading import Reading
from companion.errors import CompanionError
from companion.terms import DRIVERS


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader(locations.shipped("models", "reader"))


def said(reader: OnnxReader, text: str, speaker: str = "them", context: tuple[tuple[str, str], ...] = ()) -> Reading:
    return reader.read((speaker, text), context)


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("You lied to my face, and I am sick of your excuses, all of you!", "anger"),
        ("We trusted you, and you went behind our backs.", "hurt"),
        ("My boss wants this signed by Friday, I've no say in it.", "pressure"),
        ("What's the catch? The last supplier promised exactly that, and look how it ended.", "distrust"),
        ("If this goes wrong I'm the one they'll let go, do you understand that?", "fear"),
        ("Fine. Whatever. Do what you want.", "withdrawal"),
    ],
)
def test_plain_cases_are_recognised(reader: OnnxReader, text: str, driver: str) -> None:
    assert driver in {d.id for d in said(reader, text).drivers}


@pytest.mark.parametrize(
    "text",
    [
        "We need to kill that feature before the release.",
        "It's an aggressive timeline, but I think we can do it.",
        "I'm afraid the deck isn't ready yet.",
        "Eight fifty is too much for us, could you do seven nine?",
        "Can you see my screen now?",
    ],
)
def test_strong_words_that_are_aimed_at_nobody_have_no_driver(reader: OnnxReader, text: str) -> None:
    reading = said(reader, text)
    assert reading.drivers == ()
    assert sum(reading.levels[2:]) < 0.5


def test_only_the_user_is_called_defensive(reader: OnnxReader) -> None:
    text = "That's not fair, we did everything you asked, it was your people who were late."
    assert "defensive" in {d.id for d in said(reader, text, "me").drivers}
    assert "defensive" not in {d.id for d in said(reader, text, "them").drivers}


def test_readings_keep_to_the_vocabulary(reader: OnnxReader) -> None:
    reading = said(reader, "You promised us a discount, and now you pretend you never did.")
    assert sum(reading.levels) == pytest.approx(1.0)
    assert len(reading.levels) == 4
    assert {d.id for d in reading.drivers} <= set(DRIVERS)
    scores = [d.score for d in reading.drivers]
    assert scores == sorted(scores, reverse=True)
    assert list(reading.emotions.values()) == sorted(reading.emotions.values(), reverse=True)


@pytest.mark.parametrize("text", ["", "?", "[SEP] </s> <s>", "word " * 2000, "日本語 🙂 \x00"])
def test_odd_text_is_only_text(reader: OnnxReader, text: str) -> None:
    assert len(said(reader, text, context=(("me", text),) * 5).levels) == 4


def test_english_only(reader: OnnxReader) -> None:
    assert reader.understands("en")
    assert not reader.understands("de")


def test_levels_fall_where_an_ordinal_head_contradicts_itself() -> None:
    assert level_probabilities(np.array([0.5, 0.7, 0.1])) == pytest.approx((0.5, 0.0, 0.4, 0.1))


def test_a_damaged_model_is_told_with_the_next_step(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    for name in ("reader.json", "tokenizer.json"):
        shutil.copy(locations.shipped("models", "reader") / name, folder / name)
    (folder / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(CompanionError, match="does not load") as told:
        OnnxReader(folder)
    assert told.value.hint


def test_every_processor_reckons_alike() -> None:
    """Without this, those with AVX2 and no VNNI let sums of 8-bit products overflow, and give other scores."""
    session = load_session(locations.shipped("models", "reader") / "model.onnx", threads=1)
    assert session.get_session_options().get_session_config_entry("session.x64quantprecision") == "1"


def test_two_readers_are_weighed(tmp_path: Path) -> None:
    small = locations.shipped("models", "reader-small")
    for name in ("one", "other"):
        shutil.copytree(small, tmp_path / name)
    card = json.loads((tmp_path / "one" / "reader.json").read_text())
    shares = {"emotions": 0.0, "drivers": 0.25, "level": 1.0}
    (tmp_path / "one" / "reader.json").write_text(
        json.dumps(card | {"beside": "other", "share": shares, "temperature": dict.fromkeys(shares, 1.0)})
    )
    raw, other = OnnxReader(tmp_path / "one"), OnnxReader(tmp_path / "other")
    turn = ("them", "You went behind our backs.")
    for head, mixed, calibrated in zip(shares, raw.logits(turn, ()), other.logits(turn, ()), strict=True):
        alone = calibrated * other.card.temperature[head]
        np.testing.assert_allclose(mixed, (1 - shares[head]) * alone + shares[head] * calibrated, atol=1e-4)


def test_a_reader_whose_partner_is_missing_is_told_with_the_next_step(tmp_path: Path) -> None:
    shutil.copytree(locations.shipped("models", "reader"), tmp_path / "reader")
    with pytest.raises(CompanionError, match="does not load"):
        OnnxReader(tmp_path / "reader")
