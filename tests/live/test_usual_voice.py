"""``companion calibrate --voice`` on a terminal: a minute of speech through a real sound server, kept as numbers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from companion import locations
from companion.pipeline.usual_voice import WANTED_S, load
from tests.e2e.terminal import Terminal

CALL = locations.shipped("models", "demo", "call.ogg")
RATE = 16_000
PATIENCE_S = 150.0


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """The bundled call, both voices in one."""
    sound, rate = soundfile.read(CALL, dtype="float32")
    soundfile.write(tmp_path / "speech.wav", sound.mean(axis=1), rate)
    return tmp_path / "speech.wav"


@pytest.fixture
def lesson(pulse, own_home: Path) -> Iterator[Terminal]:
    """The program, which waits for Enter; no model is there for it, which it needs for the pace alone."""
    homes = {"COMPANION_HOME": str(own_home), "COMPANION_MODELS": str(own_home / "none")}
    terminal = Terminal("calibrate", "--voice", environment={**os.environ, **pulse.env, **homes})
    terminal.until("and begin")
    yield terminal
    terminal.process.kill()


def last_line(lesson: Terminal) -> str:
    return lesson.read.strip().splitlines()[-1]


@pytest.mark.sound
def test_a_minute_of_speech_becomes_numbers_and_no_sound(pulse, lesson: Terminal, own_home: Path, speech: Path) -> None:
    assert "Nothing is recorded" in lesson.read
    lesson.press("\r")
    pulse.play("micsink", speech)
    lesson.until("To forget it", PATIENCE_S)
    assert lesson.close() == 0
    assert re.search(r"Learnt from 6\d s of speech", lesson.read), lesson.read
    learnt = load(own_home / "data" / "voice.json")
    assert sum(f.seconds for f in learnt) == pytest.approx(WANTED_S, abs=10)
    assert len(learnt) >= 4
    kept = [path for path in own_home.rglob("*") if path.is_file() and path.suffix != ".log"]
    assert kept == [own_home / "data" / "voice.json"]
    assert kept[0].stat().st_size < 10_000
    assert all(isinstance(v, float | None) for f in json.loads(kept[0].read_text())["utterances"] for v in f.values())


@pytest.mark.sound
def test_a_silent_microphone_is_told_at_once_and_nothing_is_kept(lesson: Terminal, own_home: Path) -> None:
    lesson.press("\r")
    lesson.until("delivers only silence")
    lesson.interrupt()
    assert lesson.close() == 1
    assert last_line(lesson).startswith("companion: Only 0 s of speech were heard; at least 20 s are needed. Check")
    assert not (own_home / "data" / "voice.json").exists()


@pytest.mark.sound
def test_a_sound_that_is_no_speech_is_told_too(pulse, lesson: Terminal, tmp_path: Path) -> None:
    hiss = np.random.default_rng(1).normal(0, 0.003, 40 * RATE).astype(np.float32)
    soundfile.write(tmp_path / "hiss.wav", hiss, RATE)
    lesson.press("\r")
    pulse.play("micsink", tmp_path / "hiss.wav")
    lesson.until("No speech is heard yet")
    lesson.interrupt()
    assert lesson.close() == 1


@pytest.mark.sound
def test_too_little_speech_says_how_much_it_was(pulse, lesson: Terminal, own_home: Path, speech: Path) -> None:
    lesson.press("\r")
    pulse.play("micsink", speech)
    lesson.until("#")
    lesson.interrupt()
    assert lesson.close() == 1
    assert re.match(r"companion: Only 1?\d s of speech were heard", last_line(lesson)), lesson.read
    assert not (own_home / "data" / "voice.json").exists()


def test_without_a_sound_server_there_is_one_sentence_with_the_next_step(tmp_path: Path, own_home: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PULSE_", "XDG_RUNTIME", "PIPEWIRE"))}
    homes = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "COMPANION_HOME": str(own_home)}
    lesson = Terminal("calibrate", "--voice", environment=environment | homes)
    lesson.until("and begin")
    lesson.press("\r")
    assert lesson.close() == 1
    assert last_line(lesson).startswith("companion: No microphone")
    assert "Traceback" not in lesson.read
