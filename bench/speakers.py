"""How well several people on one channel are told apart: calls of 2-4 voices made from clips with known speakers.

Prints, for each number of voices, the share of utterances with the right label (best matching of labels to people;
unlabelled counts as wrong), the number of people found, and the time per utterance. Half of the acted voices
(``--half tune``) were looked at when the thresholds were chosen; the other half (``--half test``) was not.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import time
from collections import Counter
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from companion import locations
from companion.modelstore.store import ModelStore
from companion.speech.speakers import MODEL, SHORTEST_S, Embedding, People, SpeakerEmbedder

REAL = Path(__file__).parents[2] / "shared" / "eval" / "real"
PER_PERSON, CALLS = 8, 12


def voices(root: Path) -> dict[str, list[Path]]:
    """Clips by speaker: the acted voices, and the one reader."""
    out: dict[str, list[Path]] = {}
    for line in (root / "acted_emotion" / "index.jsonl").read_text().splitlines():
        row = json.loads(line)
        out.setdefault(row["speaker"], []).append(root / "acted_emotion" / row["file"])
    out["reader"] = sorted((root / "read_speech").glob("*.flac"))
    return out


def sound(path: Path) -> NDArray[np.float32]:
    """A clip at 16 kHz without the silence around it, as an utterance comes from the ear."""
    samples, rate = soundfile.read(path, dtype="float32")
    samples = soxr.resample(samples, rate, 16_000) if rate != 16_000 else samples
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    return np.ascontiguousarray(samples[loud[0] : loud[-1] + 1], np.float32)


def right(truth: list[str], labels: list[int]) -> int:
    """Utterances with the right label under the best one-to-one matching."""
    hits = Counter((t, n) for t, n in zip(truth, labels, strict=True) if n)
    people, found = sorted(set(truth)), sorted({n for n in labels if n})
    slots = found + [0] * len(people)
    return max(
        sum(hits[pair] for pair in zip(people, chosen, strict=True))
        for chosen in itertools.permutations(slots, len(people))
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="a folder with the model, instead of the pulled one")
    parser.add_argument("--real", type=Path, default=REAL, help="the folder with the clips")
    parser.add_argument("--half", choices=["tune", "test"], default="test")
    args = parser.parse_args()
    if not args.real.is_dir():
        print(f"nothing to measure: {args.real} is not there")
        return
    embedder = SpeakerEmbedder(args.model or ModelStore(locations.models_dir()).path(MODEL))
    everyone = voices(args.real)
    acted = sorted(name for name in everyone if name != "reader")
    names = acted[::2] if args.half == "tune" else [*acted[1::2], "reader"]
    chance = random.Random(3)
    known: dict[str, list[tuple[Embedding, float]]] = {}
    spent: list[float] = []
    for name in names:
        for path in chance.sample(everyone[name], PER_PERSON):
            samples = sound(path)
            began = time.perf_counter()
            voice = embedder.embed(samples)
            spent.append(time.perf_counter() - began)
            known.setdefault(name, []).append((voice, len(samples) / 16_000))
    unit = {n: np.stack([e for e, _ in known[n]]) for n in names}
    same = np.concatenate([(unit[n] @ unit[n].T)[np.triu_indices(PER_PERSON, 1)] for n in names])
    other = np.concatenate([(unit[a] @ unit[b].T).ravel() for a, b in itertools.combinations(names, 2)])
    print(f"likeness (5 %, median, 95 %): same person {np.percentile(same, [5, 50, 95]).round(2)},", end=" ")
    print(f"others {np.percentile(other, [5, 50, 95]).round(2)}")
    for count in (1, 2, 3, 4):
        good = total = 0
        found: Counter[int] = Counter()
        for _ in range(CALLS):
            present = chance.sample(names, count)
            order = [(name, i) for name in present for i in range(PER_PERSON)]
            chance.shuffle(order)
            people, labels, at = People(), [], 0.0
            for name, i in order:
                voice, seconds = known[name][i]
                labels.append(people.label(voice if seconds >= SHORTEST_S else None, at, at + seconds))
                at += seconds + 2.0
            good += right([name for name, _ in order], labels)
            total += len(order)
            found[len({n for n in labels if n})] += 1
        told = ", ".join(f"{n}: {times}" for n, times in sorted(found.items()))
        print(f"{count} people: {good / total:.1%} of {total} right; people found in {CALLS} calls: {told}")
    print(f"{1000 * float(np.median(spent)):.0f} ms an utterance (median of {len(spent)})")


if __name__ == "__main__":
    main()
