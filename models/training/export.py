"""Stage 3: int8 ONNX with its tokenizer into ``models/reader``, with temperatures and thresholds.

    python export.py --base BASE --weights reader.pt --goemotions DIR [--dev DIR] --out ../reader

Anything fitted here is fitted on ``corpus/fit``, on the dev folder where there is one, and on GoEmotions' dev set, with
the int8 model that is shipped, not with the float one. What it reaches is measured by ``bench/understanding.py``.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import arguments
import corpus
import emotions
import network
import numpy as np
import onnx
import onnxruntime
import torch
from joint import HERE, LONGEST, encode
from labels import DRIVERS, EMOTIONS
from measure import best_thresholds, f1
from onnxruntime.quantization import QuantType, quantize_dynamic
from smooth import smooth
from transformers import AutoTokenizer

from companion.affect.feelings import NEGATIVE, POSITIVE, named

BENIGN_FLAGGED = 0.035
"""The share of the lines without a driver that may be given one."""
SOUR_CALLED_SWEET = 0.015
"""The share of those with only unpleasant feelings who may be said to have a pleasant one."""
TENSION = 0.6
"""How far the thresholds fall where the talk is surely tense."""
SEEN = 20
"""Every so many of the held-out texts show how large the activations get."""
RESAMPLES = 60
"""A threshold is the mean of those that are best for so many resamples of the lines (bagging: Breiman 1996): they are few."""


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


def without_traces(path: Path) -> None:
    """Take out what the exporter writes about where it ran: the files and lines of this machine behind every node."""
    model = onnx.load(path)
    for graph in (model.graph, *model.functions):
        for node in graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
        del graph.metadata_props[:]
        for value in graph.value_info:
            del value.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del value.metadata_props[:]
    del model.metadata_props[:]
    onnx.save(model, path)


def run(session: onnxruntime.InferenceSession, ids: list[list[int]]) -> list[np.ndarray]:
    rows = []
    for row in ids:
        tokens = np.array([row], np.int64)
        rows.append([o[0] for o in session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})])
    return [np.stack([r[k] for r in rows]) for k in range(3)]


def best_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The temperature with the least binary cross-entropy, on a grid (Guo et al. 2017)."""

    def loss(t: float) -> float:
        z = logits / t
        return float(np.mean(np.maximum(z, 0) - z * truth + np.log1p(np.exp(-np.abs(z)))))

    return float(min(np.arange(0.5, 4.01, 0.05), key=loss))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def driver_thresholds(probabilities: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """One threshold a driver: the best macro-F1 that leaves calm lines alone. ``weight``: how much each line counts.

    First every driver's own best; then, while too many calm lines are given a driver, the step up that costs the least F1
    for a calm line it sets free, so that the drivers which can be told apart give way last.
    """
    calm = truth.sum(1) == 0
    grid = np.arange(0.04, 1.2, 0.01)
    over = (probabilities[:, :, None] >= grid).astype(np.float32)  # (lines, drivers, grid)
    random = np.random.default_rng(5)
    scores = []
    for _ in range(RESAMPLES):
        w = weight * random.multinomial(len(truth), np.full(len(truth), 1 / len(truth)))
        hits = np.einsum("n,nd,ndg->dg", w, truth, over)
        scores.append(2 * hits / np.maximum(np.einsum("n,ndg->dg", w, over) + (w @ truth)[:, None], 1e-9))
    at = np.rint(np.mean([s.argmax(1) for s in scores], 0)).astype(int)
    score = np.mean(scores, 0)
    drivers = np.arange(len(at))
    while True:
        flagged = over[calm][:, drivers, at] > 0
        if weight[calm] @ flagged.any(1) <= BENIGN_FLAGGED * weight[calm].sum() or (at == len(grid) - 1).all():
            return grid[at]
        only = flagged & (flagged.sum(1, keepdims=True) == 1)  # calm lines that only this driver flags
        best = (np.inf, 0, len(grid) - 1)
        for d in drivers:
            for g in range(at[d] + 1, len(grid)):
                freed = weight[calm] @ (only[:, d] & (over[calm][:, d, g] == 0))
                shared = 0.3 * weight[calm] @ (flagged[:, d] & ~only[:, d] & (over[calm][:, d, g] == 0))
                if freed + shared > 0:
                    best = min(best, ((score[d, at[d]] - score[d, g]) / (freed + shared), d, g))
        at[best[1]] = best[2]


def outweighing(scores: np.ndarray, truth: np.ndarray) -> float:
    """How much likelier pleasant feelings must be, so that few who feel only unpleasant ones are called pleased."""
    rows = [dict(zip(EMOTIONS, row, strict=True)) for row in scores.tolist()]
    unpleasant = np.array([e in NEGATIVE for e in EMOTIONS])
    sour = [r for r, t in zip(rows, truth, strict=True) if t.any() and not t[~unpleasant].any()]

    def flipped(factor: float) -> float:
        leading = (next((e for e in named(r, factor) if e != "neutral"), "") for r in sour)
        return sum(e in POSITIVE for e in leading) / len(sour)

    return next(float(k) for k in np.arange(1, 40, 0.5) if flipped(k) <= SOUR_CALLED_SWEET)


def main() -> None:
    parser = arguments.parser(__doc__, "base", "weights", "goemotions", "out")
    parser.add_argument("--dev", type=Path, help="a folder with lines.jsonl and calls/*.jsonl to fit on as well")
    parser.add_argument("--name", default="companion-reader-mpnet-2")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    lines, turns = corpus.read(HERE / "corpus" / "fit")
    seen = [corpus.texts(e, augment=False) for e in lines[::SEEN] + turns[::SEEN]]
    reader = network.load(args.base, args.weights).eval()
    smooth(reader, encode(tokenizer, *map(list, zip(*seen, strict=True))))
    float_path = args.weights.with_suffix(".onnx")
    to_onnx(reader, float_path)
    quantize_dynamic(float_path, args.out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True,
                     extra_options={"MatMulConstBOnly": True})  # fmt: skip
    without_traces(args.out / "model.onnx")
    shutil.copyfile(args.base / "tokenizer.json", args.out / "tokenizer.json")
    session = onnxruntime.InferenceSession(str(args.out / "model.onnx"), providers=["CPUExecutionProvider"])

    sets = [lines]
    if args.dev is not None:
        sets.append(corpus.lines([args.dev / "lines.jsonl"]))
        lines = [*lines, *sets[1]]
        turns += corpus.calls(sorted((args.dev / "calls").glob("*.jsonl")))
    held = lines + turns
    texts = [corpus.texts(e, augment=False) for e in held]
    _, drivers, level = run(session, encode(tokenizer, *map(list, zip(*texts, strict=True))))
    truth = np.stack([e.drivers for e in held])
    level_truth = np.stack([e.level for e in held])
    comments, felt = emotions.read(args.goemotions / "dev.tsv")
    feelings = run(session, encode(tokenizer, ["them: " + c for c in comments], [""] * len(comments)))[0]

    temperature = {
        "emotions": best_temperature(feelings, felt),
        "drivers": best_temperature(drivers, truth),
        "level": best_temperature(level[len(lines) :], level_truth[len(lines) :]),
    }
    probabilities = sigmoid(drivers / temperature["drivers"])
    alone = slice(0, len(lines))
    # the one author of corpus/fit and the dev lines, of several, count alike
    weight = np.array([1.0 / len(x) for x in sets for _ in x])
    tense = sigmoid(level / temperature["level"])[:, :1]
    probabilities = probabilities / (1 - TENSION * tense)
    them = np.array([e.current[0] != "me" for e in held])
    probabilities[them, DRIVERS.index("defensive")] = 0  # it is the user's own
    thresholds = driver_thresholds(probabilities[alone], truth[alone], weight)
    feelings = sigmoid(feelings / temperature["emotions"])
    from_on = best_thresholds(feelings, felt)
    card = {
        "name": args.name, "language": "en", "longest": LONGEST, "start": tokenizer.cls_token,
        "end": tokenizer.sep_token, "emotions": EMOTIONS, "drivers": DRIVERS,
        "thresholds": {d: round(float(t), 3) for d, t in zip(DRIVERS, thresholds, strict=True)},
        "emotion_thresholds": {e: round(float(t), 2) for e, t in zip(EMOTIONS, from_on, strict=True)},
        "outweighs": outweighing(feelings, felt), "tension": TENSION,
        "temperature": {k: round(v, 3) for k, v in temperature.items()},
        "fitted_on": ["corpus/fit", "goemotions/dev", *(["dev"] if args.dev else [])],
    }  # fmt: skip
    (args.out / "reader.json").write_text(json.dumps(card, indent=1) + "\n")
    fitted = f1(probabilities[alone] >= thresholds, truth[alone])
    print(json.dumps({"fitted_macro_f1": round(float(fitted.mean()), 3),
                      "per_driver": dict(zip(DRIVERS, fitted.round(2).tolist(), strict=True)),
                      "megabytes": round((args.out / "model.onnx").stat().st_size / 1e6, 1)}))  # fmt: skip


if __name__ == "__main__":
    main()
