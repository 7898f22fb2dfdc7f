"""The mean of several trained weights of one reader: often better than each (a "soup": Wortsman et al. 2022).

python soup.py --out soup.pt before.pt after.pt
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def mean(states: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of every parameter; what is not a number with a fraction is taken from the first."""
    return {
        name: torch.stack([s[name] for s in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.save(mean([torch.load(w, map_location="cpu", weights_only=True) for w in args.weights]), args.out)


if __name__ == "__main__":
    main()
