""" "auto" is the largest model that leaves room for the call, measured once."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.errors import CompanionError
from companion.pipeline import choosing


def folders(tmp_path: Path, *names: str) -> dict[str, Path]:
    made = {}
    for name in names:
        made[name] = tmp_path / name
        made[name].mkdir()
        (made[name] / "model.bin").write_bytes(b"x" * len(name))
    return made


@pytest.mark.parametrize(
    ("costs", "chosen"),
    [
        ({"small": 0.2, "base": 0.06, "tiny.en": 0.03}, "base"),
        ({"small": 0.08, "base": 0.03}, "small"),
        ({"base": 0.5, "tiny.en": 0.3}, "tiny.en"),
    ],
)
def test_the_largest_that_leaves_room_is_chosen(costs: dict[str, float], chosen: str) -> None:
    assert choosing.choose(costs) == chosen


def test_it_is_measured_once_and_again_when_a_model_changed(tmp_path: Path) -> None:
    models = folders(tmp_path, "base", "tiny.en")
    asked: list[str] = []

    def cost_of(name: str, folder: Path) -> float:
        asked.append(name)
        return 0.05

    record = tmp_path / "costs.json"
    for _ in range(2):
        assert choosing.measured(models, record, cost_of) == {"base": 0.05, "tiny.en": 0.05}
    assert asked == ["base", "tiny.en"]
    (models["base"] / "model.bin").write_bytes(b"another version")
    choosing.measured(models, record, cost_of)
    assert asked == ["base", "tiny.en", "base"]


def test_a_record_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    record = tmp_path / "costs.json"
    record.write_text("[nonsense")
    assert choosing.measured(folders(tmp_path, "base"), record, lambda *_: 0.1) == {"base": 0.1}


def test_english_models_are_not_taken_for_other_languages(tmp_path: Path) -> None:
    here = folders(tmp_path, "base", "tiny.en")

    def folder_of(name: str) -> Path:
        if name not in here:
            raise CompanionError("not here")
        return here[name]

    assert list(choosing.candidates("en", folder_of)) == ["base", "tiny.en"]
    assert list(choosing.candidates("de", folder_of)) == ["base"]
