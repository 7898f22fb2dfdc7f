"""A recording has both sides in time, is the user's own file, and survives a crash to the second."""

from __future__ import annotations

import stat
import subprocess
import sys

import numpy as np
import pytest

from companion.audio.chunks import RATE, Chunk
from companion.audio.files import open_audio
from companion.audio.recording import Recorder

ME_HZ, THEM_HZ = 440, 1000
TICK = RATE // 10


def tone(hz, begin_s, seconds):
    t = begin_s + np.arange(round(seconds * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def record(path, me, them):
    """Record (begin s, seconds) of a tone on each side."""
    recorder = Recorder(lambda: path)
    spans = [("me", ME_HZ, *span) for span in me] + [("them", THEM_HZ, *span) for span in them]
    chunks = [
        Chunk(who, begin + n * 0.1, tone(hz, begin + n * 0.1, 0.1))
        for who, hz, begin, seconds in spans
        for n in range(round(seconds * 10))
    ]
    for chunk in sorted(chunks, key=lambda c: c.t):
        recorder.put(chunk)
    recorder.close()
    assert recorder.trouble == ""


def sides(path):
    audio = open_audio(path)
    blocks = [block for _, block in audio]
    return [np.concatenate([b[who] for b in blocks]) for who in ("me", "them")], audio.warnings


def hz(sound):
    return np.argmax(np.abs(np.fft.rfft(sound * np.hanning(len(sound))))) * RATE / len(sound)


def test_each_side_is_on_its_own_channel_and_in_its_own_time(tmp_path):
    # given a user who speaks all along, and another side that is away for a minute
    path = tmp_path / "recordings" / "2026-11-25-1.ogg"
    record(path, me=[(0.0, 20.0), (80.0, 5.0)], them=[(2.0, 3.0), (80.0, 5.0)])
    (me, them), warnings = sides(path)
    # then both are where they were, and what nobody said is silence
    assert warnings == []
    assert len(me) == pytest.approx(85 * RATE, abs=0.1 * RATE)
    assert hz(me[RATE : 19 * RATE]) == pytest.approx(ME_HZ, abs=1)
    assert hz(them[round(2.1 * RATE) : round(4.9 * RATE)]) == pytest.approx(THEM_HZ, abs=1)
    assert hz(them[81 * RATE : 84 * RATE]) == pytest.approx(THEM_HZ, abs=1)
    assert np.abs(me[30 * RATE : 70 * RATE]).max() < 0.01
    assert np.abs(them[6 * RATE : 70 * RATE]).max() < 0.01
    # and it is small, and the user's own
    assert path.stat().st_size < 85 * 8_000
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_crash_costs_a_second_at_most(tmp_path):
    # given a program that is killed in mid-call, after twelve seconds
    path = tmp_path / "call.ogg"
    script = f"""
import os, signal, time
import numpy as np
from pathlib import Path
from companion.audio.chunks import Chunk
from companion.audio.recording import Recorder
recorder = Recorder(lambda: Path({str(path)!r}))
noise = np.random.default_rng(1).normal(0, 0.1, {TICK}).astype(np.float32)
for n in range(120):
    recorder.put(Chunk("me", n / 10, noise))
    recorder.put(Chunk("them", n / 10, noise))
while not recorder._queue.empty():
    time.sleep(0.02)
time.sleep(0.3)
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    # then all but the last second can be played
    (me, _), warnings = sides(path)
    assert 11.0 <= len(me) / RATE <= 12.1
    assert "breaks off" in warnings[0]


def test_a_disk_that_refuses_ends_the_recording_in_words_and_nothing_else(tmp_path):
    (tmp_path / "file").write_text("")
    recorder = Recorder(lambda: tmp_path / "file" / "call.ogg")
    recorder.put(Chunk("me", 0.0, np.zeros(TICK, np.float32)))
    recorder.close()
    assert recorder.trouble.startswith("The recording was given up")
    recorder.put(Chunk("me", 0.1, np.zeros(TICK, np.float32)))
