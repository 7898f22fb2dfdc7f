"""What the text reader reaches, as it is shipped: run by onnxruntime on one thread, with its own thresholds.

    .venv/bin/python bench/understanding.py [--data ../shared] [--reader models/reader] [--quick]

- GoEmotions' test set: macro-F1 of the 28 labels (thresholds from its dev set, in ``reader.json``), calibration error,
  and how often a comment with negative labels only is read as positive first.
- Drivers on the dev lines and on our own unseen authors' lines: macro-F1, benign lines that are given a driver, that would
  raise an alarm, calibration error.
- The level after each turn of unseen calls as the reader alone gives it, and the time for an utterance with context.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from companion.affect.feelings import NEGATIVE, POSITIVE, named
from companion.affect.reader import OnnxReader
from companion.terms import DRIVERS

ROOT = Path(__file__).parents[1]
UNSEEN = ROOT / "models" / "training" / "corpus" / "unseen"
ALARM = 0.6
"""Belief in level 2 from which a single line would count as an alarm."""


def rows_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def f1(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return 2 * (predicted & truth).sum(0) / np.maximum(predicted.sum(0) + truth.sum(0), 1)


def calibration_error(scores: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over all cells, equal-width bins (Guo et al. 2017)."""
    s, t = scores.ravel(), truth.ravel()
    which = np.minimum((s * bins).astype(int), bins - 1)
    inside = [which == b for b in range(bins)]
    return float(sum(i.mean() * abs(s[i].mean() - t[i].mean()) for i in inside if i.any()))


def emotions(reader: OnnxReader, data: Path, most: int | None) -> dict[str, object]:
    names = (data / "labels.txt").read_text(encoding="utf-8").split()
    rows = [r.split("\t") for r in (data / "test.tsv").read_text(encoding="utf-8").splitlines()][:most]
    truth = np.zeros((len(rows), len(names)), bool)
    scores = np.zeros((len(rows), len(names)))
    for i, (text, ids, _) in enumerate(rows):
        truth[i, [int(k) for k in ids.split(",")]] = True
        scores[i] = reader.probabilities(("them", text.replace("[NAME]", "Sam").replace("[RELIGION]", "church")), ())[0]
    labelled = [{names[k] for k in np.flatnonzero(t)} for t in truth]
    thresholds = np.array([reader.card.emotion_thresholds[n] for n in names])
    called = [named(dict(zip(names, row, strict=True)), reader.card.outweighs) for row in scores.tolist()]
    leading = [next((name for name in feelings if name != "neutral"), "") for feelings in called]
    sour = [name in POSITIVE for name, labels in zip(leading, labelled, strict=True) if labels and labels <= NEGATIVE]
    sweet = [name in POSITIVE for name, labels in zip(leading, labelled, strict=True) if labels and labels <= POSITIVE]
    return {
        "what": "GoEmotions test", "comments": len(rows),
        "macro_f1": round(float(f1(scores >= thresholds, truth).mean()), 3),
        "ece": round(calibration_error(scores, truth), 4),
        "negative_called_positive": round(float(np.mean(sour)), 4),
        "positive_called_positive": round(float(np.mean(sweet)), 4),
    }  # fmt: skip


def drivers(reader: OnnxReader, name: str, rows: list[dict]) -> dict[str, object]:
    truth = np.array([[d in r["drivers"] for d in DRIVERS] for r in rows])
    scores, predicted, alarmed, leading = np.zeros(truth.shape), np.zeros(truth.shape, bool), [], []
    for i, row in enumerate(rows):
        turn = (row["speaker"], row["text"])
        found = reader.read(turn, ())
        _, scores[i], _ = reader.probabilities(turn, ())
        predicted[i] = [any(d.id == name for d in found.drivers) for name in DRIVERS]
        alarmed.append(sum(found.levels[2:]) >= ALARM)
        leading.append((found.drivers[0].id if found.drivers else "none") == row["drivers"][0])
    benign = ~truth.any(1)
    each = f1(predicted, truth)
    return {
        "what": f"drivers, {name}", "lines": len(rows), "macro_f1": round(float(each.mean()), 3),
        "leading_right": round(float(np.mean(leading)), 3),
        "benign_given_a_driver": round(float(predicted[benign].any(1).mean()), 3),
        "benign_that_would_alarm": round(float(np.array(alarmed)[benign].mean()), 3),
        "ece": round(calibration_error(scores, truth), 4),
        "each": dict(zip(DRIVERS, each.round(2).tolist(), strict=True)),
    }  # fmt: skip


def turns(reader: OnnxReader, files: list[Path]) -> dict[str, object]:
    exact = near = count = 0
    took = []
    for file in files:
        said = [r for r in rows_of(file) if "text" in r]
        spoken = [("me" if r["speaker"] == "me" else "them", r["text"]) for r in said]
        for i, row in enumerate(said):
            begun = time.perf_counter()
            reading = reader.read(spoken[i], spoken[max(0, i - 5) : i])
            took.append(time.perf_counter() - begun)
            level = int(np.argmax(reading.levels))
            exact += level == row["level"]
            near += abs(level - row["level"]) <= 1
            count += 1
    return {
        "what": "level by the reader alone, unseen calls", "turns": count, "exact": round(exact / count, 3),
        "within_one": round(near / count, 3), "ms_p50": round(1000 * float(np.median(took)), 1),
        "ms_p95": round(1000 * float(np.percentile(took, 95)), 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--reader", type=Path, default=ROOT / "models" / "reader")
    parser.add_argument("--quick", action="store_true", help="only the first 1,000 comments of GoEmotions")
    args = parser.parse_args()
    reader = OnnxReader(args.reader)

    def told(figures: dict[str, object]) -> None:
        print(json.dumps(figures), flush=True)

    lines = [r for f in sorted((UNSEEN / "lines").glob("*.jsonl")) for r in rows_of(f)]
    told(drivers(reader, "unseen authors", lines))
    told(turns(reader, sorted((UNSEEN / "calls").glob("*.jsonl"))))
    dev = args.data / "eval" / "dev" / "lines.jsonl"
    if dev.is_file():
        told(drivers(reader, "dev lines", rows_of(dev)))
    comments = args.data / "data" / "goemotions"
    if comments.is_dir():
        told(emotions(reader, comments, 1000 if args.quick else None))


if __name__ == "__main__":
    main()
