"""Stage 4: the temperatures and thresholds of a reader as it is shipped, into its ``reader.json``.

    python fit.py --reader ../reader --goemotions DIR [--dev DIR] [--beside reader-small] [--longest 96]

They are fitted on ``corpus/fit``, on the dev folder where there is one, and on GoEmotions' dev set, with the int8 model,
not with the float one. ``--beside``: the reader from now on reads together with the one in that folder next to it.
What it reaches is measured by ``bench/understanding.py``.
"""

from __future__ import annotations

import json
from pathlib import Path

import arguments
import corpus
import emotions
import numpy as np
from labels import DRIVERS, EMOTIONS
from measure import bagged_thresholds, f1

from companion.affect.feelings import NEGATIVE, POSITIVE, named
from companion.affect.reader import OnnxReader

HERE = Path(__file__).parent
SHARE = {"emotions": 0.75, "drivers": 0.35, "level": 0.4}
"""How much the reader beside has to say: of feelings, what does best on GoEmotions' dev set (0 to 1 tried); of drivers and
levels, what does best on the dev lines and the fit author's and dev calls (0.3 to 0.5, 0.3 to 0.85)."""
BENIGN_FLAGGED = 0.035
"""The share of the lines without a driver that may be given one."""
SOUR_CALLED_SWEET = 0.015
"""The share of those with only unpleasant feelings who may be said to have a pleasant one."""
TENSION = 0.6
"""How far the thresholds fall where the talk is surely tense."""
OWN_LEAST = 0.6
"""The least threshold of ``defensive``: every second line of the user's own is, of their turns in calls only one in ten. Of
the fit author's and the dev calls' turns 16 of 19 were found and 17 others; at 0.3, 17 and 27 others.
"""
RESAMPLES = 60
"""A threshold is the mean of those that are best for so many resamples of the lines (bagging: Breiman 1996): they are few."""


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
    drivers, quiet, worth = np.arange(len(at)), over[calm], weight[calm]
    while True:
        flagged = quiet[:, drivers, at] > 0
        if worth @ flagged.any(1) <= BENIGN_FLAGGED * worth.sum():
            return grid[at]
        only = flagged & (flagged.sum(1, keepdims=True) == 1)  # calm lines that only this driver flags
        eased = worth[:, None] * np.where(only, 1.0, 0.3 * flagged)
        freed = np.einsum("nd,ndg->dg", eased, 1 - quiet)
        cost = score[drivers, at][:, None] - score
        steps = np.where((np.arange(len(grid)) > at[:, None]) & (freed > 0), cost / np.maximum(freed, 1e-9), np.inf)
        if not np.isfinite(steps.min()):
            return grid[at]
        d, g = np.unravel_index(steps.argmin(), steps.shape)
        at[d] = g


def outweighing(scores: np.ndarray, truth: np.ndarray) -> float:
    """How much likelier pleasant feelings must be, so that few who feel only unpleasant ones are called pleased."""
    rows = [dict(zip(EMOTIONS, row, strict=True)) for row in scores.tolist()]
    unpleasant = np.array([e in NEGATIVE for e in EMOTIONS])
    sour = [r for r, t in zip(rows, truth, strict=True) if t.any() and not t[~unpleasant].any()]

    def flipped(factor: float) -> float:
        leading = (next((e for e in named(r, factor) if e != "neutral"), "") for r in sour)
        return sum(e in POSITIVE for e in leading) / len(sour)

    return next(float(k) for k in np.arange(1, 40, 0.5) if flipped(k) <= SOUR_CALLED_SWEET)


def logits_of(reader: OnnxReader, examples: list[corpus.Example]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Emotions (n, 28), drivers (n, 14) and level (n, 3) as the reader sees them, temperatures being 1."""
    rows = [reader.logits(e.current, e.context) for e in examples]
    return tuple(np.stack([r[k] for r in rows]) for k in range(3))  # type: ignore[return-value]


def fit(folder: Path, goemotions: Path, dev: Path | None, **changes: object) -> None:
    """Fit and write the card of the reader in ``folder``, with ``changes`` to it."""
    place = folder / "reader.json"
    card = json.loads(place.read_text()) | changes
    card["temperature"] = {"emotions": 1.0, "drivers": 1.0, "level": 1.0}
    place.write_text(json.dumps(card, indent=1) + "\n")
    reader = OnnxReader(folder)

    lines, turns = corpus.read(HERE / "corpus" / "fit")
    sets = [lines]
    if dev is not None:
        sets.append(corpus.lines([dev / "lines.jsonl"]))
        lines = [*lines, *sets[1]]
        turns += corpus.calls(sorted((dev / "calls").glob("*.jsonl")))
    held = lines + turns
    _, drivers, level = logits_of(reader, held)
    truth = np.stack([e.drivers for e in held])
    level_truth = np.stack([e.level for e in held])
    comments, felt = emotions.read(goemotions / "dev.tsv")
    feelings = np.stack([reader.logits(("them", c), ())[0] for c in comments])

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
    own = DRIVERS.index("defensive")
    thresholds[own] = max(thresholds[own], OWN_LEAST)
    feelings = sigmoid(feelings / temperature["emotions"])
    from_on = bagged_thresholds(feelings, felt)
    card |= {
        "thresholds": {d: round(float(t), 3) for d, t in zip(DRIVERS, thresholds, strict=True)},
        "emotion_thresholds": {e: round(float(t), 3) for e, t in zip(EMOTIONS, from_on, strict=True)},
        "outweighs": outweighing(feelings, felt),
        "tension": TENSION,
        "temperature": {k: round(v, 3) for k, v in temperature.items()},
        "fitted_on": ["corpus/fit", "goemotions/dev", *(["dev"] if dev else [])],
    }
    place.write_text(json.dumps(card, indent=1) + "\n")
    fitted = f1(probabilities[alone] >= thresholds, truth[alone])
    print(json.dumps({"fitted_macro_f1": round(float(fitted.mean()), 3),
                      "per_driver": dict(zip(DRIVERS, fitted.round(2).tolist(), strict=True))}))  # fmt: skip


def main() -> None:
    parser = arguments.parser(__doc__, "reader", "goemotions")
    parser.add_argument("--dev", type=Path, help="a folder with lines.jsonl and calls/*.jsonl to fit on as well")
    parser.add_argument("--beside", help="the folder, next to it, of a reader to read together with")
    parser.add_argument("--longest", type=int, help="tokens that are read at once")
    args = parser.parse_args()
    changes: dict[str, object] = {"beside": args.beside, "share": SHARE} if args.beside else {}
    if args.longest:
        changes["longest"] = args.longest
    fit(args.reader, args.goemotions, args.dev, **changes)


if __name__ == "__main__":
    main()
