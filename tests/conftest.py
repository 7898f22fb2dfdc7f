"""Every test lives in a home of its own; the developer's settings, sessions and models stay out of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from companion import locations

# no test measures time: on a busy machine an example may take long
settings.register_profile("here", deadline=None)
settings.load_profile("here")

# where `make models` put the speech model, found before any test hides it
REAL_MODELS = locations.models_dir()


# a shell has what it starts in the background ignore Ctrl-C, and programs inherit that: the tests that press it would hang
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Data, cache and settings under the test's own folder; pulled models are shared, as they are large."""
    home = tmp_path / "home"
    monkeypatch.setenv("COMPANION_HOME", str(home))
    monkeypatch.setenv("COMPANION_MODELS", str(REAL_MODELS))
    monkeypatch.setenv("COMPANION_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    os.environ.pop("NO_COLOR", None)
    return home
