"""What the coach's policy gets right by itself: labelled calls folded through it, no model in between.

    .venv/bin/python bench/coach_oracle.py [--blur] [CALL.jsonl …]

The labels of each turn (level of the talk, drivers) stand in for the reader and the tracker, so a wrong prompt is the
policy's fault. ``--blur`` makes the labels as uncertain as a reader's are: levels come late, drivers are missed or taken
for others (the same for the same seed). Without files: the corpus under ``models/training`` and, where there is
one, the evaluation's dev calls, each as a row. The definitions are those of the evaluation's scorer: a prompt counts as
near when it comes at a labelled moment or within two turns after it.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from companion.config import CoachSettings
from companion.events import (
    Driver,
    Escalation,
    Event,
    Prompt,
    SessionEnded,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    Temperature,
    Utterance,
)
from companion.pipeline.transcript import read_transcript
from companion.playbook import book
from companion.playbook.aftermath import SPOKEN
from companion.playbook.coach import Coach
from companion.playbook.echo import resembles
from companion.terms import DRIVERS

ROOT = Path(__file__).parents[1]
STEP_S = 0.25
HEARD_AFTER_S = 0.9
"""In a live call the words of a turn are there this long after its end."""
MISSED, MISTAKEN, LATE = 0.3, 0.15, 0.35
"""A blurred reader misses a driver, takes it for another, is a turn late with a rise of the level."""


@dataclass
class Score:
    calls: int = 0
    calm: int = 0
    calm_prompts: int = 0
    prompts: int = 0
    near: int = 0
    right: int = 0
    moments: int = 0
    served: int = 0
    late: int = 0
    moves: Counter[str] = field(default_factory=Counter)

    def row(self, name: str) -> dict[str, object]:
        def share(part: int, whole: int) -> float | None:
            return round(100 * part / whole, 1) if whole else None

        return {
            "what": name, "calls": self.calls, "prompts": self.prompts,
            "prompt_near_moment": share(self.near, self.prompts), "right_move_of_near": share(self.right, self.near),
            "right_move_of_all": share(self.right, self.prompts), "moments_served": share(self.served, self.moments),
            "calm_prompts": self.calm_prompts, "shown_over_1_s_after_a_gap": self.late,
        }  # fmt: skip


def labelled(path: Path, chance: random.Random | None, heard_after_s: float) -> list[tuple[int, Event]]:
    """The call as events in time order, each with the turn it belongs to."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    turns, labels = read_transcript(path), [r for r in rows if "text" in r]
    timed: list[tuple[float, int, int, Event]] = []
    level, shown = 0, 0
    for n, (turn, label) in enumerate(zip(turns, labels, strict=True)):
        timed.append((turn.t0, 2, n, SpeechStarted(t=turn.t0, speaker=turn.speaker, t0=turn.t0)))
        timed.append((turn.t1, 0, n, SpeechEnded(t=turn.t1, speaker=turn.speaker, t1=turn.t1)))
        at = turn.t1 + heard_after_s
        level = label["level"]
        if chance is not None and level > shown and chance.random() < LATE:
            level = shown
        if level != shown:
            timed.append((at, 1, n, Escalation(t=at, level=level, previous=shown, score=level / 3)))
            shown = level
        timed.append((at, 1, n, Temperature(t=at, level=level, score=level / 3)))
        found = tuple(Driver(d, s) for d, s in drivers(label["drivers"], turn.speaker, chance))
        timed.append((at, 1, n, Utterance(t=at, speaker=turn.speaker, t0=turn.t0, t1=turn.t1, text=turn.text,
                                          drivers=found)))  # fmt: skip
    return [(n, event) for _, _, n, event in sorted(timed, key=lambda e: (e[0], e[1], e[2]))]


def drivers(named: list[str], speaker: str, chance: random.Random | None) -> list[tuple[str, float]]:
    out = []
    for place, driver in enumerate(d for d in named if d != "none"):
        score = 0.9 if place == 0 else 0.6
        if chance is not None:
            if chance.random() < MISSED:
                continue
            if speaker == "them" and chance.random() < MISTAKEN:
                out.append((chance.choice([d for d in DRIVERS if d != "defensive"]), chance.uniform(0.4, 0.95)))
                continue
            score = chance.uniform(0.4, 0.95)
        out.append((driver, score))
    return out


def judge(path: Path, score: Score, chance: random.Random | None, heard_after_s: float, *, verbose: bool) -> None:
    """Fold one call and add to the score."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    head, labels = rows[0], [r for r in rows if "text" in r]
    coach = Coach(book.load(), CoachSettings())
    prompts: list[tuple[int, Prompt]] = []
    said, gap, now = 0, 0.0, 0.0

    def take(events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Prompt):
                prompts.append((said, event))
                score.late += event.t - gap > 1.0 + heard_after_s

    take(coach.step(SessionStarted(source=path.name, started_unix=0.0, prep=prep(head))))
    for n, event in labelled(path, chance, heard_after_s):
        while now + STEP_S <= event.t:
            now += STEP_S
            take(coach.tick(now))
        if isinstance(event, SpeechEnded):
            gap = event.t
        if isinstance(event, Utterance):
            said = n
        take(coach.step(event))
    take(coach.step(SessionEnded(t=now + 1, reason="finished")))

    score.calls += 1
    if not head["escalates"]:
        score.calm += 1
        score.calm_prompts += len(prompts)
        return
    moments = [i for i, t in enumerate(labels) if t.get("moves")]
    score.moments += len(moments)
    score.prompts += len(prompts)
    for i, prompt in prompts:
        near = [k for k in moments if 0 <= i - k <= 2]
        right = any(prompt.move in labels[k]["moves"] for k in near)
        score.near += bool(near)
        score.right += right
        score.moves[prompt.move] += 1
        if verbose:
            wanted = [(k + 1, labels[k]["moves"]) for k in near]
            print(
                f"  {path.stem} turn {i + 1:>2} lv {prompt.level} {prompt.driver}>{prompt.move} {'ok' if right else 'WRONG' if near else 'FAR'} {wanted}"
            )
    score.served += sum(any(0 <= i - k <= 2 and p.move in labels[k]["moves"] for i, p in prompts) for k in moments)
    if verbose:
        missed = [(k + 1, labels[k]["level"], labels[k]["speaker"], labels[k]["drivers"], labels[k]["moves"]) for k in moments
                  if not any(0 <= i - k <= 2 and p.move in labels[k]["moves"] for i, p in prompts)]  # fmt: skip
        print(f"  {path.stem} missed {missed}")


def mistaken_for_used(files: list[Path]) -> dict[str, object]:
    """How often a turn of the user that has nothing to do with a line would count as having spoken it."""
    lines = [line.text for move in book.load().moves.values() if move.kind == "say" for line in move.say]
    rows = [json.loads(row) for path in files for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]
    turns = [r["text"] for r in rows if r.get("speaker") == "me"]
    chance = random.Random(7)
    pairs = [(line, turn) for line in lines for turn in chance.sample(turns, min(40, len(turns)))]
    found = sum(resembles(line, turn) >= SPOKEN for line, turn in pairs)
    return {"what": "a line and an unrelated turn", "pairs": len(pairs), "taken_for_spoken": found}


def prep(head: dict[str, object]) -> dict[str, str]:
    return {"limit": str(head.get("limits") or "")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--blur", action="store_true", help="labels as uncertain as a reader's")
    parser.add_argument("--verbose", action="store_true", help="every prompt, and every moment that got none")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    args = parser.parse_args()
    sets = {"given": args.files} if args.files else {
        "corpus": sorted((ROOT / "models" / "training" / "corpus" / "calls").glob("*.jsonl")),
        "dev": sorted((args.data / "eval" / "dev" / "calls").glob("d*.jsonl")),
    }  # fmt: skip
    for name, files in sets.items():
        for timing, after in (("as text", 0.0), ("as heard", HEARD_AFTER_S)):
            score = Score()
            for seed in range(10) if args.blur else [0]:
                for path in files:
                    chance = random.Random(f"{seed} {path.name}") if args.blur else None
                    judge(path, score, chance, after, verbose=args.verbose and seed == 0 and after == 0)
            if files:
                print(json.dumps(score.row(f"{name} {timing}{', blurred' if args.blur else ''}")), flush=True)
                if args.verbose:
                    print(dict(score.moves))
    if not args.files and not args.blur:
        print(json.dumps(mistaken_for_used(sets["corpus"])), flush=True)


if __name__ == "__main__":
    main()
