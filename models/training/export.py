"""Stage 3: temperatures and thresholds from held-out data, then int8 ONNX with its tokenizer into ``models/reader``.

    python export.py --base BASE --weights reader.pt --goemotions DIR --hold-out j,k --out ../reader

The held-out authors (lines and calls) and GoEmotions' dev set are the only data that anything is fitted on here. The
figures are those of the exported int8 model, not of the float one.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import corpus
import emotions
import network
import numpy as np
import onnxruntime
import torch
from joint import HERE, LONGEST, encode
from labels import DRIVERS, EMOTIONS
from measure import best_thresholds, expected_calibration_error, f1, macro_f1
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoTokenizer

PRECISION_FIRST = 0.7
"""Beta of the F-beta that driver thresholds are chosen by: below 1, a false alarm costs more than a miss."""
SHRINK = 0.35
"""Thresholds fitted on few examples are drawn this far to the middle of all drivers' thresholds."""


def to_onnx(reader: network.Reader, path: Path) -> None:
    reader.eval()
    ids = torch.ones((2, 16), dtype=torch.int64)
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens", max=LONGEST)
    shape = {0: batch, 1: tokens}
    torch.onnx.export(
        reader, (ids, torch.ones_like(ids)), path, input_names=["input_ids", "attention_mask"],
        output_names=["emotions", "drivers", "level"], dynamo=True, external_data=False,
        dynamic_shapes={"input_ids": shape, "attention_mask": shape},
    )  # fmt: skip


def run(session: onnxruntime.InferenceSession, ids: list[list[int]]) -> list[np.ndarray]:
    rows = []
    for row in ids:
        tokens = np.array([row], np.int64)
        rows.append([o[0] for o in session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})])
    return [np.stack([r[k] for r in rows]) for k in range(3)]


def best_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The temperature with the least binary cross-entropy, on a grid."""

    def loss(t: float) -> float:
        z = logits / t
        return float(np.mean(np.maximum(z, 0) - z * truth + np.log1p(np.exp(-np.abs(z)))))

    return float(min(np.arange(0.5, 4.01, 0.05), key=loss))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--goemotions", type=Path, required=True)
    parser.add_argument("--hold-out", default="", help="authors of the corpus that were not trained on")
    parser.add_argument("--dev", type=Path, help="a folder with lines.jsonl and calls/*.jsonl to fit on as well")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="companion-reader-minilm-1")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    float_path = args.weights.with_suffix(".onnx")
    to_onnx(network.load(args.base, args.weights), float_path)
    quantize_dynamic(float_path, args.out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True,
                     extra_options={"MatMulConstBOnly": True})  # fmt: skip
    shutil.copyfile(args.base / "tokenizer.json", args.out / "tokenizer.json")
    session = onnxruntime.InferenceSession(str(args.out / "model.onnx"), providers=["CPUExecutionProvider"])

    away = set(args.hold_out.split(",")) - {""}
    lines = [e for e in corpus.lines(sorted((HERE / "corpus/lines").glob("*.jsonl"))) if e.author in away]
    turns = [e for e in corpus.calls(sorted((HERE / "corpus/calls").glob("*.jsonl"))) if e.author in away]
    if args.dev is not None:
        lines += corpus.lines([args.dev / "lines.jsonl"])
        turns += corpus.calls(sorted((args.dev / "calls").glob("*.jsonl")))
    held = lines + turns
    texts = [corpus.texts(e, augment=False) for e in held]
    _, drivers, level = run(session, encode(tokenizer, *map(list, zip(*texts, strict=True))))
    truth = np.stack([e.drivers for e in held])
    level_truth = np.stack([e.level for e in held])
    sets = {n: emotions.read(args.goemotions / f"{n}.tsv") for n in ("dev", "test")}
    feelings = {n: run(session, encode(tokenizer, t, [""] * len(t)))[0] for n, (t, _) in sets.items()}

    in_calls = slice(len(lines), None)
    temperature = {
        "emotions": best_temperature(feelings["dev"], sets["dev"][1]),
        "drivers": best_temperature(drivers, truth),
        "level": best_temperature(level[in_calls], level_truth[in_calls]) if turns else 1.0,
    }
    probabilities = sigmoid(drivers / temperature["drivers"])
    raw = best_thresholds(probabilities, truth, beta=PRECISION_FIRST)
    thresholds = (1 - SHRINK) * raw + SHRINK * np.median(raw)
    predicted = probabilities >= thresholds
    none = truth.sum(1) == 0
    felt = {n: sigmoid(x / temperature["emotions"]) for n, x in feelings.items()}
    guess = (level[in_calls] > 0).sum(1)
    gold = level_truth[in_calls].sum(1)
    figures = {
        "goemotions_test_macro_f1": macro_f1(
            felt["test"] >= best_thresholds(felt["dev"], sets["dev"][1]), sets["test"][1]
        ),
        "goemotions_test_ece": expected_calibration_error(felt["test"], sets["test"][1]),
        "held_out_drivers_macro_f1": float(f1(predicted, truth).mean()),
        "held_out_benign_flagged": float((predicted.any(1) & none).sum() / max(none.sum(), 1)),
        "held_out_drivers_ece": expected_calibration_error(probabilities, truth),
        "held_out_level_exact": float(np.mean(guess == gold)) if turns else None,
        "held_out_level_within_one": float(np.mean(abs(guess - gold) <= 1)) if turns else None,
        "held_out_lines": len(lines),
        "held_out_turns": len(turns),
    }
    card = {
        "name": args.name, "language": "en", "longest": LONGEST, "emotions": EMOTIONS, "drivers": DRIVERS,
        "thresholds": {d: round(float(t), 3) for d, t in zip(DRIVERS, thresholds, strict=True)},
        "temperature": {k: round(v, 3) for k, v in temperature.items()},
        "fitted_on": [*sorted(away), *(["dev"] if args.dev else [])], "figures": {k: v if v is None else round(v, 4) for k, v in figures.items()},
    }  # fmt: skip
    (args.out / "reader.json").write_text(json.dumps(card, indent=1) + "\n")
    print(json.dumps(card["figures"], indent=1))


if __name__ == "__main__":
    main()
