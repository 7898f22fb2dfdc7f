"""A call goes in, the right prompt comes out, on disk and on screen."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import CALL, Run, read

pytestmark = pytest.mark.models
LABELS = [json.loads(line) for line in CALL.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def analyzed(tmp_path_factory: pytest.TempPathFactory, speech_model: Path) -> list[dict]:
    """The bundled call through everything, once, with the network forbidden."""
    home = tmp_path_factory.mktemp("home")
    out = home / "events.jsonl"
    guard = home / "sitecustomize.py"
    guard.write_text(
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('the network was used')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse\n"
        "socket.create_connection = socket.getaddrinfo = refuse\n",
        encoding="utf-8",
    )
    environment = dict(os.environ, COMPANION_HOME=str(home), COMPANION_MODELS=str(speech_model.parent),
                       PYTHONPATH=str(home))  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "companion", "analyze", str(CALL), "--events", str(out)],
                          capture_output=True, text=True, env=environment, timeout=300, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "companion review" in done.stdout
    assert stat.S_IMODE((home / "data" / "sessions.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    return read(out)


def of(events: list[dict], kind: str) -> list[dict]:
    return [e for e in events if e["type"] == kind]


def test_both_sides_are_understood(analyzed: list[dict]) -> None:
    for speaker in ("me", "them"):
        wanted = " ".join(r["text"] for r in LABELS[1:] if r["speaker"] == speaker).lower().split()
        heard = " ".join(u["text"] for u in of(analyzed, "utterance") if u["speaker"] == speaker).lower().split()
        strip = ".,?!'\"-—"
        common = {w.strip(strip) for w in wanted} & {w.strip(strip) for w in heard}
        assert len(common) / len({w.strip(strip) for w in wanted}) > 0.75


def test_words_have_times_within_their_utterance(analyzed: list[dict]) -> None:
    for said in of(analyzed, "utterance"):
        assert said["words"]
        starts = [w["t0"] for w in said["words"]]
        assert starts == sorted(starts)
        assert said["t0"] - 0.6 <= starts[0]
        assert said["words"][-1]["t1"] <= said["t1"] + 0.6


def test_it_stays_calm_at_first_heats_up_and_is_repaired(analyzed: list[dict]) -> None:
    times = json.loads(CALL.with_suffix(".times.json").read_text(encoding="utf-8"))
    onset = times[LABELS[0]["onset_turn"] - 1]
    levels = of(analyzed, "escalation")
    heated = next(e for e in levels if e["level"] >= 2)
    assert onset["t0"] - 10 <= heated["t"] <= onset["t1"] + 20
    assert heated["reasons"]
    assert levels[-1]["level"] <= 1


def test_prompts_come_after_the_heat_and_at_a_gap(analyzed: list[dict]) -> None:
    prompts = of(analyzed, "prompt")
    assert prompts
    heated = next(e for e in of(analyzed, "escalation") if e["level"] >= 2)
    assert prompts[0]["t"] >= heated["t"]
    for prompt in prompts:
        before = [
            e for e in analyzed[: analyzed.index(prompt)] if e["type"].startswith("speech_") and e["speaker"] == "me"
        ]
        assert not before or before[-1]["type"] == "speech_ended"


def test_the_voice_of_others_is_not_read_unless_switched_on(analyzed: list[dict]) -> None:
    voices = {(u["speaker"], u["voice"] is not None) for u in of(analyzed, "utterance")}
    assert ("me", True) in voices
    assert ("them", True) not in voices


def test_the_same_call_as_text_tells_the_same_story(companion: Run, tmp_path: Path) -> None:
    out = tmp_path / "events.jsonl"
    assert companion("analyze", CALL.with_suffix(".jsonl"), "--events", out).returncode == 0
    events = read(out)
    assert len(of(events, "utterance")) == len(LABELS) - 1
    assert max(e["level"] for e in of(events, "escalation")) >= 2
    assert of(events, "prompt")


def test_without_a_terminal_replay_prints_lines_and_ends_when_told(companion: Run) -> None:
    done = companion("replay", CALL, "--speed", "max", "--seconds", "20")
    assert done.returncode == 0, done.stderr
    assert "listening" in done.stdout
    assert "ended (limit)" in done.stdout
    assert "\x1b" not in done.stdout


def test_after_kill_9_the_session_is_there_and_marked(companion: Run, tmp_path: Path) -> None:
    out = tmp_path / "events.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-m", "companion", "replay", str(CALL), "--speed", "2", "--events", str(out)],
        env=companion.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        heard: list[dict] = []
        deadline = time.monotonic() + 60
        while len(heard) < 2 and time.monotonic() < deadline:
            time.sleep(0.2)
            heard = of([json.loads(x) for x in out.read_text().splitlines(keepends=True) if x.endswith("\n")],
                       "utterance") if out.exists() else []  # fmt: skip
        assert len(heard) >= 2
    finally:
        process.kill()
        process.wait()
    listed = json.loads(companion("sessions", "list", "--json").stdout)
    assert [s["state"] for s in listed] == ["interrupted"]
    shown = companion("sessions", "show", "last", "--json")
    text = shown.stdout
    assert all(u["text"].split()[0] in text for u in heard)
    assert companion("review").returncode == 0
    database = sqlite3.connect(Path(companion.environment["COMPANION_HOME"]) / "data" / "sessions.db")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_session_in_order(companion: Run, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "companion", "replay", str(CALL), "--speed", "1"],
        env=companion.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert "listening" in process.stdout.readline()
    process.send_signal(number)
    rest, errors = process.communicate(timeout=60)
    assert "ended (signal)" in rest
    assert "Traceback" not in errors
    assert [s["state"] for s in json.loads(companion("sessions", "list", "--json").stdout)] == ["ended"]


def test_nothing_is_kept_when_nothing_is_to_be_kept(companion: Run) -> None:
    assert companion("replay", CALL, "--speed", "max", "--seconds", "10", "--no-keep").returncode == 0
    assert json.loads(companion("sessions", "list", "--json").stdout) == []
