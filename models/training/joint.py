"""Stage 2: from stage 1's weights, learn emotions, drivers and levels together.

    python joint.py --base BASE --weights emotions.pt --goemotions DIR --out reader.pt [--epochs 5]

Lines and calls come from ``corpus/`` beside this file. What is in its ``fit`` (thresholds and temperatures,
``export.py``) and in its ``unseen`` (looked at once, at the end) is by other authors and not trained on.
"""

from __future__ import annotations

import random
from pathlib import Path

import arguments
import corpus
import emotions
import loop
import network
import numpy as np
import torch
from batches import budgeted, collate
from labels import DRIVERS
from measure import best_thresholds, f1
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from transformers import AutoTokenizer

from companion.affect.layout import assemble

HERE = Path(__file__).parent
LONGEST = 112
"""Tokens of an utterance and its context: about five turns, and 80 ms on one thread."""
BATCH_TOKENS, BATCH_ROWS = 640, 24
CALM_SHARE = 0.4
"""How many of the lines and turns in which nothing goes on an epoch takes: there are many, and each teaches little."""
TURN_SHARE = 0.5
"""How many of the turns of calls an epoch takes: they are four times as long as lines, and neighbours are alike."""
DRIVEN = 2
"""How often an epoch takes a turn of a call that has a driver: only one turn in seven has, and it matters which."""
HEAD_RATES = {"emotions": 5e-4, "level": 1e-3, "drivers": 4e-3}
"""The drivers' head begins from nothing: at a tenth of this it had not moved far enough after 400 steps."""
HEAD_RATES_ON = {"emotions": 1e-3, "level": 3e-4, "drivers": 1e-3}
"""For weights that have been here before: what the heads know is to be kept."""
PRIOR = -2.9
"""Log-odds that a driver is there, to begin with."""
RARE = 2.0
"""How much more a driver that is there weighs than one that is not."""


def times(example: corpus.Example, share: float) -> int:
    """How often an epoch takes an example, at random; ``share`` thins them all."""
    if example.call and example.drivers.any():
        return sum(random.random() < share for _ in range(DRIVEN))
    share *= CALM_SHARE if corpus.is_calm(example) else 1.0
    return int(random.random() < share * (TURN_SHARE if example.call else 1.0))


def encode(tokenizer, first: list[str], second: list[str]) -> list[list[int]]:
    a = tokenizer(first, add_special_tokens=False)["input_ids"]
    b = tokenizer(second, add_special_tokens=False)["input_ids"]
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    return [assemble(x, y, start=start, end=end, longest=LONGEST) for x, y in zip(a, b, strict=True)]


def predict(reader: network.Reader, ids: list[list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three heads' logits for token id lists."""
    reader.eval()
    outs: list[list] = [[None] * len(ids) for _ in range(3)]
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=emotions.FAST_BF16):
        for part in budgeted([len(x) for x in ids], 4096, 128):
            for k, logits in enumerate(reader(*collate([ids[p] for p in part]))):
                for p, row in zip(part, logits.float().numpy(), strict=True):
                    outs[k][p] = row
    return tuple(np.stack(o) for o in outs)  # type: ignore[return-value]


def report(reader, tokenizer, held: list[corpus.Example], name: str) -> None:
    """Print what the reader makes of held-out examples; thresholds are fitted on them, so this flatters drivers."""
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


def loss_of(reader: network.Reader, tokens: list[list[int]], rows: list[corpus.Example | np.ndarray]) -> torch.Tensor:
    """The mean loss of a batch; a row is an example of ours, or the emotion labels of a comment."""
    logits_e, logits_d, logits_l = (x.float() for x in reader(*collate(tokens)))
    mine = torch.tensor([isinstance(r, corpus.Example) for r in rows])
    loss = torch.zeros(())
    if mine.any():
        ours = [r for r in rows if isinstance(r, corpus.Example)]
        share = mine.float().mean()
        drivers = torch.from_numpy(np.stack([r.drivers for r in ours]))
        loss = loss + 2 * share * bce(logits_d[mine], drivers, pos_weight=torch.full((len(DRIVERS),), RARE))
        placed = torch.tensor([[float(r.placed)] for r in ours])
        loss = loss + share * bce(logits_l[mine], torch.from_numpy(np.stack([r.level for r in ours])), weight=placed)
    if not mine.all():
        felt = torch.from_numpy(np.stack([r for r in rows if not isinstance(r, corpus.Example)]))
        loss = loss + 2 * (~mine).float().mean() * bce(logits_e[~mine], felt)
    return loss


def main() -> None:
    parser = arguments.parser(__doc__, "base", "weights", "goemotions", "out")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rate", type=float, default=4e-5)
    parser.add_argument("--goes-on", action="store_true", help="the weights have been through this stage before")
    parser.add_argument(
        "--comments", type=int, default=4000, help="GoEmotions rows an epoch, so that they aren't forgotten"
    )
    parser.add_argument("--share", type=float, default=1.0, help="of our own lines and turns, an epoch")
    parser.add_argument("--frozen", type=int, default=4, help="layers that are left as they are")
    args = parser.parse_args()
    torch.manual_seed(11)
    random.seed(11)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    reader = network.load(args.base, args.weights)
    all_lines, all_calls = corpus.read(HERE / "corpus")
    train = all_lines + all_calls
    calm = [e for e in all_calls if not e.level.any() and e.context]
    held_lines, held_calls = corpus.read(HERE / "corpus" / "fit")
    print(
        f"{len(train)} examples to train on, {len(held_lines)} lines and {len(held_calls)} turns held out", flush=True
    )
    go_texts, go_labels = emotions.read(args.goemotions / "train.tsv")

    if not args.goes_on:
        torch.nn.init.constant_(reader.drivers.bias, PRIOR)
    groups = network.parameter_groups(reader, args.rate, HEAD_RATES_ON if args.goes_on else HEAD_RATES, args.frozen)
    optimiser = torch.optim.AdamW(groups, fused=True)
    rates = None
    for epoch in range(args.epochs):
        rows: list[corpus.Example | np.ndarray] = [
            corpus.vary(e, calm) for e in train for _ in range(times(e, args.share))
        ]
        first, second = map(list, zip(*[corpus.texts(r, augment=True) for r in rows], strict=True))
        for i in random.sample(range(len(go_texts)), args.comments):
            rows.append(go_labels[i])
            first.append(random.choice(("me: ", "them: ")) + corpus.roughen(go_texts[i]))
            second.append("")
        ids = encode(tokenizer, first, second)
        batches = budgeted([len(x) for x in ids], BATCH_TOKENS, BATCH_ROWS)
        rates = rates or loop.schedule(optimiser, args.epochs * len(batches))

        def loss_at(part: list[int], ids: list[list[int]] = ids, rows: list[corpus.Example | np.ndarray] = rows):
            with torch.autocast("cpu", torch.bfloat16, enabled=emotions.FAST_BF16):
                return loss_of(reader, [ids[k] for k in part], [rows[k] for k in part])

        loop.descend(reader, optimiser, rates, batches, loss_at, f"epoch {epoch}")
        torch.save(reader.state_dict(), args.out)
        for name, held in (("held-out lines", held_lines), ("held-out turns", held_calls)):
            if held:
                report(reader, tokenizer, held, name)


if __name__ == "__main__":
    main()
