"""How far other readers agree with the author on what drives somebody: about the most that may be asked of a small model.

    .venv/bin/python bench/second_reader.py [--data ../shared]

Two large language models that did not see the labels read the escalating calls, dev and our own unseen ones, with the definitions
at hand, and named the drivers of each turn (``models/training/corpus/second``): one knowing the whole call, one from the turn and the
five before it. How often their leading driver is the author's at the labelled moments (as ``bench/calls.py`` counts the model's), and each other's.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from calls import ROOT, UNSEEN, labelled

SECOND = ROOT / "models" / "training" / "corpus" / "second"


def leading(file: Path) -> dict[int, str]:
    """The leading driver of each turn that has one, counted from 1."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {row["turn"]: row["drivers"][0] for row in rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    args = parser.parse_args()
    sets = {"dev": (args.data / "eval" / "dev" / "calls").glob("d*.jsonl"), "unseen": UNSEEN.glob("*.jsonl")}
    for name, files in sets.items():
        agreed = {"whole": 0, "five": 0, "each other": 0}
        moments = 0
        for call in labelled(files):
            if not call.head["escalates"] or not (SECOND / "whole" / call.path.name).is_file():
                continue
            named = {reader: leading(SECOND / reader / call.path.name) for reader in ("whole", "five")}
            for n, turn in enumerate(call.turns, 1):
                if turn.get("moves") and turn["drivers"][0] != "none":
                    moments += 1
                    said = {reader: found.get(n, "none") for reader, found in named.items()}
                    for reader, driver in said.items():
                        agreed[reader] += driver == turn["drivers"][0]
                    agreed["each other"] += said["whole"] == said["five"]
        if moments:
            shares = {reader: round(100 * found / moments, 1) for reader, found in agreed.items()}
            print(json.dumps({"what": f"leading driver, {name}", "moments": moments, **shares}))


if __name__ == "__main__":
    main()
