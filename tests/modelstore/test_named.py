"""Speech models by hub name are found in the hub's own cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from companion.errors import CompanionError, UsageError
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


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A hub's library that has nothing; tells whether it was asked without the network."""
    local: list[bool] = []

    def download(name: str, *, local_files_only: bool) -> str:
        local.append(local_files_only)
        raise OSError("there is nothing")

    monkeypatch.setattr("faster_whisper.utils.download_model", download)
    return local


@pytest.mark.parametrize("variable", ["COMPANION_OFFLINE", "HF_HUB_OFFLINE"])
def test_a_machine_that_is_set_to_be_offline_asks_no_hub(
    asked: list[bool], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("COMPANION_OFFLINE", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "1")
    with pytest.raises(CompanionError, match=f"set to be offline .{variable}=1") as refused:
        named.pull("small")
    assert "Unset that" in refused.value.hint
    assert asked == [True]


def test_offline_a_model_that_was_pulled_before_is_still_had(hub_cache: Path) -> None:
    revision = "0" * 40
    snapshot = hub_cache / "models--owner--name" / "snapshots" / revision
    snapshot.mkdir(parents=True)
    refs = snapshot.parents[1] / "refs"
    refs.mkdir()
    (refs / "main").write_text(revision, encoding="utf-8")
    assert named.pull("owner/name") == snapshot


def test_otherwise_the_hub_is_asked(asked: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COMPANION_OFFLINE", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CompanionError, match="could not be had from the hub"):
        named.pull("small")
    assert asked == [False]


@pytest.mark.parametrize(("own", "off"), [("", True), ("0", False)])
def test_the_hubs_library_reports_nothing_unless_the_user_wants_it_to(own: str, off: bool) -> None:
    code = (
        "import sys, companion\n"
        "assert 'huggingface_hub' not in sys.modules\n"
        "from huggingface_hub import constants; print(constants.HF_HUB_DISABLE_TELEMETRY)"
    )
    others = ("HF_HUB_DISABLE_TELEMETRY", "DISABLE_TELEMETRY", "DO_NOT_TRACK")
    environment = {k: v for k, v in os.environ.items() if k not in others}
    if own:
        environment["HF_HUB_DISABLE_TELEMETRY"] = own
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == str(off)
