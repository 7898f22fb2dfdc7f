"""What the speech benchmarks share: the spoken calls with their true times, and how words and waits are scored.

A turn ends where its sound ends: at the last 10 ms that are within 35 dB of its loudest, found in the recording itself
and not by our own voice activity. Words are compared after OpenAI's English normaliser (numbers, contractions, spelling).
"""

from __future__ import annotations

import difflib
import json
import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

RATE = 16_000
FAINT_DB = 35.0
JOINED_S = 0.9


@dataclass(frozen=True, slots=True)
class Turn:
    speaker: str
    t0: float
    t1: float
    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """Words of one side, told at second ``at`` of the call."""

    speaker: str | None
    t0: float
    t1: float
    at: float
    text: str


def sound_of(path: Path) -> np.ndarray:
    """Samples (channels, n), float32 at 16 kHz."""
    samples, rate = sf.read(path, dtype="float32", always_2d=True)
    if rate != RATE:
        import soxr

        samples = soxr.resample(samples, rate, RATE)
    return samples.T


def spoken(samples: np.ndarray, t0: float, t1: float) -> tuple[float, float]:
    """Where within t0..t1 there is sound."""
    clip = samples[round(t0 * RATE) : round(t1 * RATE)]
    n = len(clip) // 160
    power = 10 * np.log10(np.mean(np.square(clip[: n * 160].reshape(n, 160), dtype=np.float64), axis=1) + 1e-12)
    loud = np.flatnonzero(power > power.max() - FAINT_DB)
    return t0 + loud[0] / 100, t0 + (loud[-1] + 1) / 100


def turns_of(call: Path) -> list[Turn]:
    """The turns of a spoken call (NAME.ogg beside NAME.jsonl and NAME.times.json)."""
    sound = sound_of(call)
    lines = [json.loads(line) for line in call.with_suffix(".jsonl").read_text().splitlines()[1:] if line]
    texts = {row["n"]: row["text"] for row in lines}
    turns = []
    for row in json.loads(call.with_name(f"{call.stem}.times.json").read_text()):
        begin, end = spoken(sound[0 if row["speaker"] == "me" else 1], row["t0"], row["t1"])
        turns.append(Turn("me" if row["speaker"] == "me" else "them", begin, end, texts[row["n"]]))
    return turns


def stretches(turns: list[Turn]) -> list[Turn]:
    """Turns of one side that follow each other at once, or overlap (two people on it), are one: no silence parts them."""
    out: list[Turn] = []
    for turn in sorted(turns, key=lambda t: (t.speaker, t.t0)):
        last = out[-1] if out else None
        if last is not None and last.speaker == turn.speaker and turn.t0 - last.t1 < JOINED_S:
            out[-1] = Turn(last.speaker, last.t0, max(last.t1, turn.t1), f"{last.text} {turn.text}")
        else:
            out.append(turn)
    return sorted(out, key=lambda t: t.t0)


def overlap(turn: Turn, t0: float, t1: float, speaker: str | None) -> float:
    return 0.0 if speaker not in (None, turn.speaker) else min(turn.t1, t1) - max(turn.t0, t0)


def waits(turns: list[Turn], finals: list[Final]) -> list[float | None]:
    """For each turn, seconds from its end until its last words were told; None where they never were."""
    told: dict[Turn, Final] = {}
    for final in finals:
        turn = max(turns, key=lambda t: overlap(t, final.t0, final.t1, final.speaker))
        if overlap(turn, final.t0, final.t1, final.speaker) > 0:
            told[turn] = max(told.get(turn, final), final, key=lambda f: (f.t1, f.at))
    return [told[t].at - t.t1 if t in told and told[t].t1 > t.t1 - 1.0 else None for t in turns]


def quantiles(values: list[float | None]) -> dict[str, float | int | None]:
    """Median and 95th percentile; what is missing counts as the worst."""
    ranked = sorted(v if v is not None else float("inf") for v in values)
    if not ranked:
        return {"n": 0}
    p95 = ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))]
    missed = sum(v is None for v in values)
    return {"n": len(ranked), "p50_s": round(statistics.median(ranked), 2), "p95_s": round(p95, 2), "missed": missed}


def normal(text: str) -> str:
    from whisper_normalizer.english import EnglishTextNormalizer

    return str(EnglishTextNormalizer()(text))


@dataclass(frozen=True, slots=True)
class Errors:
    """Counts of words; ``rate`` in per cent."""

    words: int
    wrong: int
    missing: int
    extra: int

    @property
    def rate(self) -> float:
        return 100 * (self.wrong + self.missing + self.extra) / max(1, self.words)


def errors(reference: str, heard: str) -> Errors:
    import jiwer

    out = jiwer.process_words(normal(reference) or " ", normal(heard))
    words = out.hits + out.substitutions + out.deletions
    return Errors(words, out.substitutions, out.deletions, out.insertions)


def total(parts: list[Errors]) -> Errors:
    return Errors(*(sum(getattr(p, f) for p in parts) for f in ("words", "wrong", "missing", "extra")))


def changed_words(stable: str, final: str) -> tuple[int, int]:
    """How many words of ``stable`` the final text does not have in their place, and how many there were."""
    a, b = normal(stable).split(), normal(final).split()
    same = sum(m.size for m in difflib.SequenceMatcher(a=a, b=b, autojunk=False).get_matching_blocks())
    return len(a) - same, len(a)
