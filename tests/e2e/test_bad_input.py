"""Bad input gets one plain sentence with the next step and the right exit code, never a traceback."""

from __future__ import annotations

import os
import struct
import wave
from pathlib import Path

import pytest

from tests.e2e.conftest import CALL, Run


def wav(path: Path, samples: int) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(struct.pack("<h", 1000) * samples)
    return path


def one_sentence(text: str) -> bool:
    lines = text.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("companion: ") and "Traceback" not in text


CASES = {
    "a missing file": lambda d: d / "none.wav",
    "a folder": lambda d: d,
    "an empty file": lambda d: (d / "empty.wav").touch() or d / "empty.wav",
    "one sample": lambda d: wav(d / "one.wav", 1),
    "text named .wav": lambda d: (d / "t.wav").write_text("hello, I am text") and d / "t.wav",
    "noise named .mp3": lambda d: (d / "n.mp3").write_bytes(os.urandom(4000)) and d / "n.mp3",
    "a line that is no JSON": lambda d: (
        (d / "t.jsonl").write_text('{"speaker": "me", "text": "hi"}\noops\n') and d / "t.jsonl"
    ),
    "a transcript without turns": lambda d: (d / "e.jsonl").write_text("{}\n") and d / "e.jsonl",
}


@pytest.mark.models
@pytest.mark.parametrize("case", CASES)
def test_files_that_cannot_be_used(companion: Run, tmp_path: Path, case: str) -> None:
    done = companion("analyze", CASES[case](tmp_path))
    assert done.returncode in (1, 2), done.stdout
    assert one_sentence(done.stderr), done.stderr


@pytest.mark.models
@pytest.mark.parametrize(
    ("arguments", "needle"),
    [
        (["replay", CALL, "--model", "gigantic"], "gigantic"),
        (["replay", CALL, "--model", "small"], "companion models pull small"),
        (["replay", CALL, "--config", "/nowhere/c.toml"], "There is no settings file"),
        (["replay"], "No file was named"),
        (["replay", "--me", CALL], "go together"),
        (["analyze"], "nothing to analyze"),
        (["analyse"], 'Did you mean "analyze"?'),
        (["replay", CALL, "--speed", "9"], "--speed"),
        (["live", "--microphone", "no such thing", "--seconds", "1"], "microphone"),
        (["live", "--record", "--no-keep", "--seconds", "1"], "cannot be recorded"),
        (["analyze", CALL, "--events", "/nowhere/e.jsonl"], "cannot be written"),
        (["review", "1999-01-01"], "There are no sessions yet"),
    ],
)
def test_commands_that_cannot_be_done(companion: Run, arguments: list[str], needle: str) -> None:
    done = companion(*arguments)
    assert done.returncode in (1, 2)
    assert one_sentence(done.stderr), done.stderr
    assert needle in done.stderr


@pytest.mark.models
def test_one_bad_file_among_several_does_not_stop_the_others(companion: Run, tmp_path: Path) -> None:
    good = tmp_path / "good.jsonl"
    good.write_text('{"speaker": "me", "text": "Good morning."}\n', encoding="utf-8")
    done = companion("analyze", _broken(tmp_path), good)
    assert done.returncode == 1
    assert "good.jsonl: 0:0" in done.stdout
    assert "Traceback" not in done.stderr


def _broken(folder: Path) -> Path:
    path = folder / "broken.jsonl"
    path.write_text("oops\n", encoding="utf-8")
    return path


@pytest.mark.models
def test_a_corrupt_speech_model_is_named_with_the_command_that_mends_it(companion: Run, tmp_path: Path) -> None:
    folder = tmp_path / "broken-model"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"nonsense")
    (folder / "config.json").write_text("{}")
    done = companion("analyze", CALL, "--model", folder)
    assert done.returncode == 1
    assert one_sentence(done.stderr), done.stderr
    assert "does not load" in done.stderr


@pytest.mark.models
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_a_full_disk_is_told_and_the_journal_keeps_the_call(companion: Run, tmp_path: Path) -> None:
    text = CALL.with_suffix(".jsonl")
    done = companion("analyze", text, "--events", "/dev/full")
    assert done.returncode == 1
    assert one_sentence(done.stderr), done.stderr
    assert "space" in done.stderr
    assert companion("sessions", "list", "--json").stdout.count('"id"') == 1


@pytest.mark.models
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told(companion: Run) -> None:
    home = Path(companion.environment["COMPANION_HOME"])
    home.mkdir()
    home.chmod(0o500)
    done = companion("analyze", CALL.with_suffix(".jsonl"))
    assert done.returncode == 1
    assert one_sentence(done.stderr), done.stderr
