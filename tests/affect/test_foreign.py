"""Any text-classification model in place of ours."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from companion import locations
from companion.affect.foreign import ForeignModel, load_classifier
from companion.errors import CompanionError, UsageError


def test_drivers_and_levels_follow_from_its_emotions() -> None:
    model = ForeignModel("stub", lambda text: {"Anger": 0.9 if "!" in text else 0.02, "joy": 0.05})
    hot, cool = model.read(("them", "No!"), ()), model.read(("them", "Yes."), ())
    assert [d.id for d in hot.drivers] == ["anger"]
    assert hot.levels[2] > 0.5 > cool.levels[2]
    assert cool.drivers == ()
    assert sum(hot.levels) == pytest.approx(1.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder as the hub has them, made of our own weights: their first output are 28 emotions."""
    ours = locations.shipped("models", "reader")
    card = json.loads((ours / "reader.json").read_text(encoding="utf-8"))
    shutil.copy(ours / "tokenizer.json", tmp_path)
    shutil.copy(ours / "model.onnx", tmp_path)
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "cls_token": card["start"], "sep_token": card["end"]}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    config = {
        "model_type": "bert",
        "problem_type": "multi_label_classification",
        "id2label": dict(enumerate(card["emotions"])),
    }
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return tmp_path


def test_a_folder_with_onnx_weights_runs_without_torch(folder: Path) -> None:
    model = load_classifier(str(folder))
    angry = model.read(("them", "I am so angry with you, I hate this!"), ())
    glad = model.read(("them", "Thank you so much, this is wonderful!"), ())
    assert next(iter(angry.emotions)) in {"anger", "annoyance", "disgust"}
    assert next(iter(glad.emotions)) in {"gratitude", "admiration", "joy"}


def test_what_is_missing_is_told(folder: Path) -> None:
    (folder / "model.onnx").unlink()
    with pytest.raises(CompanionError, match="torch"):
        load_classifier(str(folder))
    (folder / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="no labels"):
        load_classifier(str(folder))
    (folder / "config.json").unlink()
    with pytest.raises(UsageError, match=r"config\.json"):
        load_classifier(str(folder))


def test_a_name_that_is_not_here_is_told_with_the_command_that_gets_it() -> None:
    with pytest.raises(CompanionError) as told:
        load_classifier("nobody/no-such-model")
    assert "hf download nobody/no-such-model" in told.value.hint
