"""Stage 2: from stage 1's weights, learn emotions, drivers and levels together.

    python joint.py --base BASE --weights emotions.pt --goemotions DIR --out reader.pt [--hold-out j] [--epochs 8]

Lines and calls come from ``corpus/`` beside this file. ``--hold-out`` names authors whose lines and calls are not
trained on; thresholds and temperatures are fitted on them by ``export.py``.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import replace
from pathlib import Path

import corpus
import emotions
import network
import numpy as np
import torch
from batches import bucketed, collate
from labels import DRIVERS, EMOTIONS
from measure import best_thresholds, f1
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from transformers import AutoTokenizer

from companion.affect.layout import assemble

HERE = Path(__file__).parent
LONGEST = 160
EMOTION_ROWS = 3000  # GoEmotions rows an epoch, so that what stage 1 learnt is not forgotten


def encode(tokenizer, first: list[str], second: list[str]) -> list[list[int]]:
    a = tokenizer(first, add_special_tokens=False)["input_ids"]
    b = tokenizer(second, add_special_tokens=False)["input_ids"]
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    return [assemble(x, y, start=start, end=end, longest=LONGEST) for x, y in zip(a, b, strict=True)]


def predict(reader: network.Reader, ids: list[list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three heads' logits for token id lists."""
    reader.eval()
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    outs: list[list] = [[None] * len(ids) for _ in range(3)]
    with torch.inference_mode():
        for i in range(0, len(order), 64):
            part = order[i : i + 64]
            for k, logits in enumerate(reader(*collate([ids[p] for p in part]))):
                for p, row in zip(part, logits.numpy(), strict=True):
                    outs[k][p] = row
    return tuple(np.stack(o) for o in outs)  # type: ignore[return-value]


def report(reader, tokenizer, held: list[corpus.Example], name: str) -> None:
    ids = encode(tokenizer, *map(list, zip(*[corpus.texts(e, augment=False) for e in held], strict=True)))
    _, drivers, level = predict(reader, ids)
    truth = np.stack([e.drivers for e in held])
    probs = 1 / (1 + np.exp(-drivers))
    thresholds = best_thresholds(probs, truth)
    none = truth.sum(1) == 0
    flagged = ((probs >= thresholds).any(1) & none).sum() / max(none.sum(), 1)
    guess = (level > 0).sum(1)
    gold = np.stack([e.level for e in held]).sum(1)
    print(
        f"  {name}: drivers macro-F1 {f1(probs >= thresholds, truth).mean():.3f} benign flagged {flagged:.3f} "
        f"level exact {np.mean(guess == gold):.3f} within one {np.mean(abs(guess - gold) <= 1):.3f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--goemotions", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hold-out", default="")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rate", type=float, default=8e-5)
    args = parser.parse_args()
    torch.manual_seed(11)
    random.seed(11)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    reader = network.load(args.base, args.weights)
    away = set(args.hold_out.split(",")) - {""}
    all_lines = corpus.lines(sorted((HERE / "corpus/lines").glob("*.jsonl")))
    all_calls = corpus.calls(sorted((HERE / "corpus/calls").glob("*.jsonl")))
    train = [e for e in all_lines + all_calls if e.author not in away]
    # a driver is in the turn itself, so turns are also read alone; a level is in the course of the talk, so not there
    train += [replace(e, context=(), call="alone") for e in train if e.context]
    held_lines = [e for e in all_lines if e.author in away]
    held_calls = [e for e in all_calls if e.author in away]
    print(
        f"{len(train)} examples to train on, {len(held_lines)} lines and {len(held_calls)} turns held out", flush=True
    )
    go_texts, go_labels = emotions.read(args.goemotions / "train.tsv")

    per_epoch = (len(train) + EMOTION_ROWS) // 32
    groups = network.parameter_groups(reader, args.rate, 1e-3)
    optimiser = torch.optim.AdamW(groups)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [g["lr"] for g in groups], total_steps=args.epochs * per_epoch + 50, pct_start=0.08,
        anneal_strategy="linear",
    )  # fmt: skip
    weight = torch.full((len(DRIVERS),), 2.0)
    for epoch in range(args.epochs):
        started = time.time()
        picked = random.sample(range(len(go_texts)), EMOTION_ROWS)
        first, second = map(list, zip(*[corpus.texts(e, augment=True) for e in train], strict=True))
        first += [random.choice(("me: ", "them: ", "")) + corpus.roughen(go_texts[i]) for i in picked]
        second += [""] * len(picked)
        ids = encode(tokenizer, first, second)
        own = len(train)
        reader.train()
        losses = []
        for part in bucketed([len(x) for x in ids], 32):
            logits_e, logits_d, logits_l = reader(*collate([ids[k] for k in part]))
            mine = torch.tensor([k < own for k in part])
            loss = torch.zeros(())
            if mine.any():
                rows = [train[k] for k in part if k < own]
                loss = (
                    loss
                    + bce(logits_d[mine], torch.from_numpy(np.stack([r.drivers for r in rows])), pos_weight=weight)
                    * 2.0
                    * mine.float().mean()
                    * 2
                )
                in_course = torch.tensor([[float(r.call != "alone")] for r in rows])
                loss = (
                    loss
                    + bce(logits_l[mine], torch.from_numpy(np.stack([r.level for r in rows])), weight=in_course)
                    * mine.float().mean()
                    * 2
                )
            if not mine.all():
                gold = torch.from_numpy(go_labels[[picked[k - own] for k in part if k >= own]])
                loss = loss + bce(logits_e[~mine], gold) * (~mine).float().mean() * 2
            loss.backward()
            torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch} loss {np.mean(losses):.4f} {time.time() - started:.0f} s", flush=True)
        for name, held in (("held-out lines", held_lines), ("held-out turns", held_calls)):
            if held:
                report(reader, tokenizer, held, name)
        torch.save(reader.state_dict(), args.out)
    print(f"GoEmotions labels: {len(EMOTIONS)}", flush=True)


if __name__ == "__main__":
    main()
