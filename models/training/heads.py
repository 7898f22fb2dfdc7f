"""Stage 2b: fit the heads of drivers and emotions to the encoder as it has become.

    python heads.py --base BASE --weights reader.pt --goemotions DIR --out reader.pt

The encoder learns slowly and well, its head ends a little behind it. With the encoder as it is, the head is a logistic
regression on 768 features a line, which has one best solution: found here by L-BFGS, with as much shrinkage as is best
for the lines of ``corpus/fit``. Some turns of calls, with their context, are among them, as that is how it will read.
"""

from __future__ import annotations

import random

import arguments
import corpus
import emotions
import network
import numpy as np
import torch
from batches import budgeted, collate
from joint import CALM_SHARE, HERE, RARE, encode
from labels import DRIVERS
from measure import best_thresholds, f1
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from transformers import AutoTokenizer

TURNS = 3000
COMMENTS = 20_000
"""Of GoEmotions' training set, for the emotions' head."""
SHRINKAGES = (3e-7, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4)


def features(reader: network.Reader, ids: list[list[int]]) -> torch.Tensor:
    """What the drivers' head sees of each row, (rows, hidden) float32."""
    seen: list[torch.Tensor] = []
    hook = reader.drivers.register_forward_hook(lambda _, inputs, __: seen.append(inputs[0].float()))
    out = torch.zeros((len(ids), reader.drivers.in_features))
    reader.eval()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=emotions.FAST_BF16):
        for part in budgeted([len(x) for x in ids], 4096, 128):
            reader(*collate([ids[p] for p in part]))
            out[part] = seen.pop()
    hook.remove()
    return out.clone()


def fit(
    x: torch.Tensor, y: torch.Tensor, head: torch.nn.Linear, shrinkage: float, rare: float = RARE
) -> torch.nn.Linear:
    """The head that is best for features ``x`` (rows, hidden) and labels ``y`` (rows, drivers)."""
    out = torch.nn.Linear(head.in_features, head.out_features)
    out.load_state_dict(head.state_dict())
    optimiser = torch.optim.LBFGS(out.parameters(), lr=1.0, max_iter=200, line_search_fn="strong_wolfe")
    weight = torch.full((y.shape[1],), rare)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = bce(out(x), y, pos_weight=weight) + shrinkage * out.weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return out


def main() -> None:
    args = arguments.parser(__doc__, "base", "weights", "goemotions", "out").parse_args()
    torch.manual_seed(13)
    random.seed(13)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    reader = network.load(args.base, args.weights)
    lines, turns = corpus.read(HERE / "corpus")
    held, _ = corpus.read(HERE / "corpus" / "fit")
    rows = [e for e in lines if not corpus.is_calm(e) or random.random() < CALM_SHARE]
    tense = [e for e in turns if not corpus.is_calm(e)]
    rows += random.sample(tense, min(TURNS, len(tense)))
    sets = {}
    for name, part in (("train", rows), ("fit", held)):
        texts = [corpus.texts(e, augment=False) for e in part]
        x = features(reader, encode(tokenizer, *map(list, zip(*texts, strict=True))))
        sets[name] = (x, torch.from_numpy(np.stack([e.drivers for e in part])))
        print(name, tuple(x.shape), flush=True)
    best = None
    for shrinkage in SHRINKAGES:
        head = fit(*sets["train"], reader.drivers, shrinkage)
        with torch.inference_mode():
            probabilities = torch.sigmoid(head(sets["fit"][0])).numpy()
            loss = float(bce(head(sets["fit"][0]), sets["fit"][1]))
        truth = sets["fit"][1].numpy()
        score = f1(probabilities >= best_thresholds(probabilities, truth), truth).mean()
        print(f"shrinkage {shrinkage:g}: loss {loss:.4f} macro-F1 {score:.3f} on {len(DRIVERS)} drivers", flush=True)
        if best is None or loss < best[0]:
            best = (loss, head)
    reader.drivers.load_state_dict(best[1].state_dict())
    # one shrinkage will do: there are a hundred comments to a weight
    comments, felt = emotions.read(args.goemotions / "train.tsv")
    picked = random.sample(range(len(comments)), COMMENTS)
    x = features(reader, encode(tokenizer, ["them: " + comments[i] for i in picked], [""] * COMMENTS))
    reader.emotions.load_state_dict(
        fit(x, torch.from_numpy(felt[picked]), reader.emotions, SHRINKAGES[0], rare=1.0).state_dict()
    )
    torch.save(reader.state_dict(), args.out)


if __name__ == "__main__":
    main()
