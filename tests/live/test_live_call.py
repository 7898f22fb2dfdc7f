"""``companion live`` hears both sides of a call through a real sound server, and understands them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from companion import locations
from companion.audio.files import open_audio
from companion.errors import CompanionError
from companion.pipeline.build import speech_model_path

pytestmark = [pytest.mark.sound, pytest.mark.models]
CALL = locations.shipped("models", "demo", "call.ogg")
LENGTH_S = 14.0


@pytest.fixture
def sides(tmp_path: Path) -> dict[str, Path]:
    """The first seconds of the bundled call, each side as a file of its own."""
    sound, rate = soundfile.read(CALL, dtype="float32", start=0, stop=int(LENGTH_S * 16_000))
    out = {}
    for name, channel in (("me", 0), ("them", 1)):
        out[name] = tmp_path / f"{name}.wav"
        soundfile.write(out[name], np.ascontiguousarray(sound[:, channel]), rate)
    return out


def test_both_sides_are_heard_and_told_apart(pulse, sides: dict[str, Path], tmp_path: Path, own_home: Path) -> None:
    try:
        speech_model_path("base")
    except CompanionError as error:
        pytest.skip(f"{error} (make models)")
    out = tmp_path / "events.jsonl"
    environment = {**os.environ, **pulse.env, "COMPANION_HOME": str(own_home),
                   "COMPANION_MODELS": str(speech_model_path("base").parent)}  # fmt: skip
    companion = subprocess.Popen(
        [sys.executable, "-m", "companion", "live", "--seconds", str(LENGTH_S + 8), "--events", str(out), "--record"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert companion.stdout is not None
    assert "listening" in companion.stdout.readline()
    time.sleep(1.5)
    pulse.play("micsink", sides["me"])
    pulse.play("call", sides["them"])
    _, errors = companion.communicate(timeout=120)
    assert companion.returncode == 0, errors
    events = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    heard = {who: " ".join(e["text"].lower() for e in events if e["type"] == "utterance" and e["speaker"] == who)
             for who in ("me", "them")}  # fmt: skip
    assert "renewal" in heard["me"]
    assert "half an hour" in heard["them"]
    assert "renewal" not in heard["them"]
    assert "half an hour" not in heard["me"]
    assert events[-1]["reason"] == "limit"
    assert {e["part"] for e in events if e["type"] == "health" and e["state"] == "ok"} >= {"me", "them", "speech"}
    # and what was heard was kept, as it was asked for, until the session is deleted
    [recording] = (own_home / "data" / "recordings").iterdir()
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600
    audio = open_audio(recording)
    mine, theirs = (np.concatenate([block[who] for _, block in audio]) for who in ("me", "them"))
    assert len(mine) / 16_000 == pytest.approx(LENGTH_S + 8, abs=1.5)
    assert audio.warnings == []
    assert min(np.abs(mine).max(), np.abs(theirs).max()) > 0.1
    subprocess.run([sys.executable, "-m", "companion", "sessions", "delete", recording.stem, "--yes"],
                   env=environment, check=True, capture_output=True)  # fmt: skip
    assert not recording.exists()


def test_nothing_goes_on_recording_when_the_program_is_killed(pulse, own_home: Path) -> None:
    environment = {**os.environ, **pulse.env, "COMPANION_HOME": str(own_home),
                   "COMPANION_MODELS": str(speech_model_path("base").parent)}  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "companion", "live", "--no-keep"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as companion:  # fmt: skip
        assert companion.stdout is not None
        assert "listening" in companion.stdout.readline()
        assert len(_until(lambda: _recordings(pulse), lambda found: len(found) == 2)) == 2
        companion.kill()
    assert _until(lambda: _recordings(pulse), lambda found: not found) == []


def _recordings(pulse) -> list[str]:
    """What programs record just now; the server's own remapping left out."""
    return [line for line in pulse.ask("list", "short", "source-outputs").splitlines() if "protocol-native" in line]


def _until(look, wanted) -> list[str]:
    for _ in range(100):
        found = look()
        if wanted(found):
            break
        time.sleep(0.1)
    return found
