"""Stage 1: teach the base what feeling sounds like in writing, on GoEmotions (Demszky et al. 2020).

    python emotions.py --base BASE --goemotions DIR --out emotions.pt [--epochs 1]

Prints the macro-F1 of the 28 labels on the test set after each epoch, thresholds per label tuned on the dev set.
"""

from __future__ import annotations

import random
from pathlib import Path

import arguments
import loop
import network
import numpy as np
import torch
from batches import bucketed, collate
from labels import EMOTIONS
from measure import best_thresholds, macro_f1
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import AutoTokenizer

# bf16 is three times faster where the processor has it, and twenty times slower where it is emulated.
FAST_BF16 = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def read(path: Path) -> tuple[list[str], np.ndarray]:
    """GoEmotions TSV -> texts and a (rows, 28) float32 0/1 matrix."""
    texts, rows = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        text, ids, _ = line.split("\t")
        row = np.zeros(len(EMOTIONS), np.float32)
        row[[int(i) for i in ids.split(",")]] = 1
        texts.append(text.replace("[NAME]", "Sam").replace("[RELIGION]", "church"))
        rows.append(row)
    return texts, np.stack(rows)


def predict(reader: network.Reader, encoded: list[list[int]]) -> np.ndarray:
    """Probabilities of the emotions, (rows, 28)."""
    reader.eval()
    out = np.zeros((len(encoded), len(EMOTIONS)), np.float32)
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]))
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=FAST_BF16):
        for i in range(0, len(order), 128):
            part = order[i : i + 128]
            ids, mask = collate([encoded[k] for k in part])
            out[part] = torch.sigmoid(reader(ids, mask)[0].float()).numpy()
    return out


def main() -> None:
    parser = arguments.parser(__doc__, "base", "goemotions", "out")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=4e-5)
    parser.add_argument("--frozen", type=int, default=2, help="layers that are left as they are")
    parser.add_argument("--weights", type=Path, help="go on from these, instead of from the base as it is")
    args = parser.parse_args()
    torch.manual_seed(7)
    random.seed(7)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    sets = {n: read(args.goemotions / f"{n}.tsv") for n in ("train", "dev", "test")}
    ids = {n: tokenizer(t, truncation=True, max_length=96)["input_ids"] for n, (t, _) in sets.items()}
    reader = network.load(args.base, args.weights)
    groups = network.parameter_groups(reader, args.rate, {"emotions": 1e-3}, args.frozen)
    optimiser = torch.optim.AdamW(groups, fused=True)
    labels, lengths = torch.from_numpy(sets["train"][1]), [len(x) for x in ids["train"]]
    rates = loop.schedule(optimiser, args.epochs * (len(labels) // 32))

    def loss_at(part: list[int]) -> torch.Tensor:
        tokens, mask = collate([ids["train"][k] for k in part])
        with torch.autocast("cpu", torch.bfloat16, enabled=FAST_BF16):
            logits = reader(tokens, mask)[0]
        return binary_cross_entropy_with_logits(logits.float(), labels[part])

    for epoch in range(args.epochs):
        loop.descend(reader, optimiser, rates, list(bucketed(lengths, 32)), loss_at, f"epoch {epoch}")
        torch.save(reader.state_dict(), args.out)
        thresholds = best_thresholds(predict(reader, ids["dev"]), sets["dev"][1])
        score = macro_f1(predict(reader, ids["test"]) >= thresholds, sets["test"][1])
        print(f"epoch {epoch} GoEmotions test macro-F1 {score:.4f}", flush=True)


if __name__ == "__main__":
    main()
