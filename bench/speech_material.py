"""What the speech benchmarks listen to: the dev calls, a reader, a meeting, and a monologue made of the reader's clips."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from speech_scores import RATE, sound_of, spoken

ROOT = Path(__file__).parents[1]
EVAL = ROOT.parent / "shared" / "eval"
if not EVAL.is_dir():
    EVAL = next((p / "shared" / "eval" for p in ROOT.parents if (p / "shared" / "eval").is_dir()), EVAL)
CALLS = EVAL / "dev" / "calls"
LIVE = ("d03", "d05", "d06")
ALL = ("d01", "d02", "d03", "d04", "d05", "d06")


def clips(quick: bool = False) -> list[dict]:
    rows = [json.loads(x) for x in (EVAL / "real" / "read_speech" / "index.jsonl").read_text().splitlines()]
    return rows[:20] if quick else rows


def reading(quick: bool) -> np.ndarray:
    """Every clip of the reader with a second between, as one file."""
    gap = np.zeros(RATE, np.float32)
    return np.concatenate(
        [p for r in clips(quick) for p in (sound_of(EVAL / "real" / "read_speech" / r["file"])[0], gap)]
    )


def read_text(quick: bool) -> str:
    return " ".join(r["normalised"] for r in clips(quick))


def meeting() -> np.ndarray:
    return sound_of(EVAL / "real" / "meetings" / "sample.flac")[0]


def meeting_text() -> str:
    rows = [json.loads(x) for x in (EVAL / "real" / "meetings" / "index.jsonl").read_text().splitlines()]
    return " ".join(w[3] for w in next(r for r in rows if r["file"] == "sample.flac")["words"])


def monologue(seconds: float) -> tuple[np.ndarray, str]:
    pieces, texts, length = [], [], 0.0
    for row in clips():
        sound = sound_of(EVAL / "real" / "read_speech" / row["file"])[0]
        begin, end = spoken(sound, 0.0, len(sound) / RATE)
        pieces += [
            sound[max(0, round((begin - 0.05) * RATE)) : round((end + 0.05) * RATE)],
            np.zeros(RATE // 10, np.float32),
        ]
        texts.append(row["normalised"])
        length += end - begin + 0.2
        if length > seconds:
            break
    return np.concatenate(pieces), " ".join(texts)
