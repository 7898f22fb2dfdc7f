"""The small reader: what the accurate one makes of a talk, learnt by an encoder of an eighth of its work (Hinton et al. 2015).

    python distil.py --teacher-base BASE --teacher fitted.pt --base MINILM --weights small_emotions.pt
                     --goemotions DIR --casino DIR --out small.pt [--epochs 4]

``--weights`` come from ``emotions.py`` on the small base. Drivers and levels are learnt from the teacher's probabilities, half
and half with our labels where there are any, on our corpus and on CaSiNo's talks; emotions from GoEmotions' own labels.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path

import arguments
import corpus
import emotions
import loop
import network
import numpy as np
import torch
from batches import budgeted, collate
from joint import HERE, RARE, encode, predict, report
from labels import DRIVERS, LEVELS
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from transformers import AutoTokenizer

TALKS, AMID = 2_000, 3_000
"""Turns of CaSiNo, and lines amid other people's talk, that the teacher is asked about beside our corpus."""
CALM_TURNS = 0.5
"""How many of the turns in which nothing goes on are learnt from."""
GOLD = 0.5
"""How much of a target is our label, where there is one; the rest is what the teacher says."""
BATCH_TOKENS, BATCH_ROWS = 1024, 32
HEAD_RATE = 2e-3


@dataclass(frozen=True)
class Lesson:
    """A text, and what the heads should say of it: a comment has emotions, a line or turn drivers and levels."""

    example: corpus.Example
    emotions: np.ndarray | None = None
    drivers: np.ndarray | None = None
    level: np.ndarray | None = None


def unlabelled(current: tuple[str, str], context: tuple[tuple[str, str], ...] = ()) -> corpus.Example:
    nothing = np.zeros(len(DRIVERS), np.float32), np.zeros(len(LEVELS) - 1, np.float32)
    return corpus.Example(current, context, *nothing, author="", placed=False)


def talks(casino: Path) -> list[corpus.Example]:
    """CaSiNo's training dialogues, every turn with those before it."""
    out = []
    for dialogue in json.loads((casino / "casino_train.json").read_text(encoding="utf-8")):
        turns = [("me" if t["id"].endswith("1") else "them", t["text"]) for t in dialogue["chat_logs"]]
        out += [unlabelled(turns[i], tuple(turns[max(0, i - corpus.CONTEXT) : i])) for i in range(len(turns))]
    return out


def taught(teacher: network.Reader, tokenizer, casino: Path, most: int | None) -> list[Lesson]:
    """Our corpus and CaSiNo's talks with the teacher's word on them."""
    lines, turns = corpus.read(HERE / "corpus")
    calm = [e for e in turns if not e.level.any() and e.context]
    amid = [replace(e, context=random.choice(calm).context, placed=False) for e in random.sample(lines, AMID)]
    turns = [e for e in turns if not corpus.is_calm(e) or random.random() < CALM_TURNS]
    labelled = [*lines, *turns, *amid]
    others = random.sample(talks(casino), TALKS)
    if most is not None:
        kept = most / (len(labelled) + len(others))
        labelled, others = ([e for e in x if random.random() < kept] for x in (labelled, others))
    every = [*labelled, *others]
    ids = encode(tokenizer, *map(list, zip(*[corpus.texts(e, augment=False) for e in every], strict=True)))
    _, drivers, levels = (1 / (1 + np.exp(-logits)) for logits in predict(teacher, ids))
    out = []
    for i, (e, d, v) in enumerate(zip(every, drivers, levels, strict=True)):
        ours = i < len(labelled)
        out.append(
            Lesson(
                e,
                drivers=GOLD * e.drivers + (1 - GOLD) * d if ours else d,
                level=GOLD * e.level + (1 - GOLD) * v if ours and e.placed else v,
            )
        )
    return out


def loss_of(student: network.Reader, ids: list[list[int]], part: list[Lesson]) -> torch.Tensor:
    """The mean loss of a batch of comments, lines and turns."""
    with torch.autocast("cpu", torch.bfloat16, enabled=emotions.FAST_BF16):
        said_e, said_d, said_v = (x.float() for x in student(*collate(ids)))
    comment = torch.tensor([x.emotions is not None for x in part])
    loss = torch.zeros(())
    if comment.any():
        felt = torch.from_numpy(np.stack([x.emotions for x in part if x.emotions is not None]))
        loss = loss + 2 * comment.float().mean() * bce(said_e[comment], felt)
    if not comment.all():
        d = torch.from_numpy(np.stack([x.drivers for x in part if x.drivers is not None]).astype(np.float32))
        v = torch.from_numpy(np.stack([x.level for x in part if x.level is not None]).astype(np.float32))
        rare = torch.full((len(DRIVERS),), RARE)
        ours = bce(said_d[~comment], d, pos_weight=rare) * 2 + bce(said_v[~comment], v)
        loss = loss + (~comment).float().mean() * ours
    return loss


def main() -> None:
    parser = arguments.parser(__doc__, "teacher-base", "teacher", "base", "weights", "goemotions", "casino", "out")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--comments", type=int, default=10_000, help="GoEmotions rows an epoch")
    parser.add_argument("--lessons", type=int, help="so many of the teacher's, instead of all")
    args = parser.parse_args()
    torch.manual_seed(17)
    random.seed(17)
    kept = args.out.with_suffix(".lessons.pt")
    if not kept.exists():
        teacher = network.load(args.teacher_base, args.teacher)
        torch.save(taught(teacher, AutoTokenizer.from_pretrained(args.teacher_base), args.casino, args.lessons), kept)
    lessons: list[Lesson] = torch.load(kept, weights_only=False)
    print(f"{len(lessons)} lessons of the teacher", flush=True)
    texts, felt = emotions.read(args.goemotions / "train.tsv")

    tokenizer = AutoTokenizer.from_pretrained(args.base)
    student = network.load(args.base, args.weights)
    rates = dict.fromkeys(("emotions", "drivers", "level"), HEAD_RATE)
    optimiser = torch.optim.AdamW(network.parameter_groups(student, args.rate, rates), fused=True)
    held_lines, held_calls = corpus.read(HERE / "corpus" / "fit")
    schedule = None
    for epoch in range(args.epochs):
        comments = [
            Lesson(unlabelled((random.choice(("me", "them")), texts[i])), emotions=felt[i])
            for i in random.sample(range(len(texts)), args.comments)
        ]
        every = [*lessons, *comments]
        ids = encode(tokenizer, *map(list, zip(*[corpus.texts(x.example, augment=True) for x in every], strict=True)))
        batches = budgeted([len(x) for x in ids], BATCH_TOKENS, BATCH_ROWS)
        schedule = schedule or loop.schedule(optimiser, args.epochs * len(batches))

        def loss_at(part: list[int], ids: list[list[int]] = ids, every: list[Lesson] = every) -> torch.Tensor:
            return loss_of(student, [ids[k] for k in part], [every[k] for k in part])

        loop.descend(student, optimiser, schedule, batches, loss_at, f"epoch {epoch}")
        torch.save(student.state_dict(), args.out)
        report(student, tokenizer, held_lines, "held-out lines")
        report(student, tokenizer, held_calls, "held-out turns")


if __name__ == "__main__":
    main()
