"""Speech models by hub name are found in the hub's own cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.errors import UsageError
from companion.modelstore import named


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.file_download.HF_HUB_CACHE", str(tmp_path), raising=False)
    return tmp_path


def test_a_model_that_was_pulled_before_is_found_without_the_network(hub_cache: Path) -> None:
    revision = "0" * 40
    snapshot = hub_cache / "models--Systran--faster-whisper-small" / "snapshots" / revision
    snapshot.mkdir(parents=True)
    (snapshot / "model.bin").write_bytes(b"weights")
    refs = snapshot.parents[1] / "refs"
    refs.mkdir()
    (refs / "main").write_text(revision, encoding="utf-8")
    assert named.cached("small") == snapshot


def test_a_model_that_was_never_pulled_is_not_there(hub_cache: Path) -> None:
    assert named.cached("small") is None


def test_a_name_that_cannot_be_one_is_refused_with_those_that_can() -> None:
    with pytest.raises(UsageError, match="gigantic") as refused:
        named.cached("gigantic")
    assert "large-v3" in refused.value.hint
