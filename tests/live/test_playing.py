"""A recorded call is heard again through a real sound server, from the moment that was asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from companion import locations
from companion.audio.playing import Player
from companion.errors import CompanionError
from companion.events import SessionEnded, SessionStarted, Utterance
from companion.sessions.journal import Journal

RATE = 16_000
LENGTH_S = 20.0
QUIET_HZ, LATER_HZ = 440.0, 1200.0
"""The user's tone in the first ten seconds, the other side's after them."""


@pytest.fixture
def recorded(own_home: Path) -> Path:
    """A call of twenty seconds in the journal, and its recording."""
    del own_home
    journal = Journal.open(locations.journal_path())
    writer = journal.begin(SessionStarted(source="x", started_unix=1_790_000_000.0), "Tones")
    for t0, text in ((0.0, "the first half"), (10.0, "the second half")):
        writer.append(Utterance(t=t0 + 9, speaker="them", t0=t0, t1=t0 + 9, text=text))
    writer.append(SessionEnded(t=LENGTH_S, reason="user"))
    path = locations.recording_path(writer.id)
    journal.close()
    path.parent.mkdir(parents=True)
    t = np.arange(int(LENGTH_S * RATE)) / RATE
    sides = np.stack([np.sin(2 * np.pi * QUIET_HZ * t) * (t < 10), np.sin(2 * np.pi * LATER_HZ * t) * (t >= 10)], 1)
    soundfile.write(path, 0.3 * sides, RATE, format="OGG", subtype="OPUS")
    return path


def tone(sound: np.ndarray) -> float:
    """The strongest frequency of a second of sound."""
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * RATE / len(sound))


@pytest.mark.sound
def test_it_is_heard_from_the_moment_on_in_both_ears_with_its_words(pulse, recorded: Path, tmp_path: Path) -> None:
    pytest.importorskip("sounddevice")
    heard = tmp_path / "heard.raw"
    with heard.open("wb") as out:
        listener = subprocess.Popen(
            ["parec", "-d", "call.monitor", "--raw", "--format=float32le", f"--rate={RATE}", "--channels=2"],
            env=pulse.env, stdout=out,
        )  # fmt: skip
        pulse.players.append(listener)
        command = [sys.executable, "-m", "companion", "review", "last", "--play", "0:12"]
        player = subprocess.Popen(command, env={**os.environ, **pulse.env}, stdout=subprocess.PIPE, text=True)
        latest = time.monotonic() + 60
        while heard.stat().st_size < 8 * RATE * 12 or not _sound(heard).any():
            assert time.monotonic() < latest and listener.poll() is None
            time.sleep(0.1)
        while np.count_nonzero(_sound(heard)[:, 0]) < 2 * RATE and time.monotonic() < latest:
            time.sleep(0.1)
        player.send_signal(signal.SIGINT)
        said, _ = player.communicate(timeout=30)
        listener.kill()
        listener.wait()
    assert player.returncode == 0
    assert "the second half" in said and "the first half" not in said
    sound = _sound(heard)
    begins = int(np.argmax(np.abs(sound[:, 1]) > 0.01))
    piece = sound[begins + RATE // 10 : begins + RATE // 2]
    for ear in (0, 1):
        assert tone(piece[:, ear]) == pytest.approx(LATER_HZ, abs=20)
    assert np.abs(piece[:, 1]).max() > np.abs(piece[:, 0]).max()


def _sound(path: Path) -> np.ndarray:
    data = path.read_bytes()
    return np.frombuffer(data[: len(data) // 8 * 8], "<f4").reshape(-1, 2)


def test_a_machine_without_anything_to_play_on_says_so_in_one_sentence(recorded: Path, tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PULSE_", "XDG_RUNTIME", "PIPEWIRE"))}
    env |= {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "companion", "review", "last", "--play", "0:12"],
        env=env, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("companion: ")
    recorded.unlink()
    with pytest.raises(CompanionError, match="not recorded"):
        Player(recorded, 0.0)
