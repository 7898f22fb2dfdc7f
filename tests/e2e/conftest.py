"""The real program on real input: the bundled call, through the real models, in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from companion import locations
from companion.errors import CompanionError
from companion.pipeline.build import speech_model_path

CALL = locations.shipped("models", "demo", "call.ogg")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def speech_model() -> Path:
    """The speech model; ``make test`` pulls it."""
    try:
        return speech_model_path("base")
    except CompanionError as error:
        pytest.skip(f"{error} (make models)")


@pytest.fixture
def companion(own_home: Path, speech_model: Path) -> Run:
    """Runs the program as a person would, in this test's own home."""
    environment = dict(os.environ, COMPANION_HOME=str(own_home), COLUMNS="200")
    environment.pop("COMPANION_MODELS", None)
    environment["COMPANION_MODELS"] = str(speech_model.parent)

    def run(*arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "companion", *map(str, arguments)],
            capture_output=True, text=True, env=environment, timeout=300, check=False, **more,
        )  # fmt: skip

    run.environment = environment  # type: ignore[attr-defined]
    return run


def read(path: Path) -> list[dict[str, Any]]:
    """The events of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
