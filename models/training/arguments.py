"""What every stage asks for on its command line: files and folders, all needed."""

from __future__ import annotations

import argparse
from pathlib import Path


def parser(about: str | None, *paths: str) -> argparse.ArgumentParser:
    """A parser that wants each of ``paths`` ("base" for ``--base``); a stage adds what else it takes."""
    wanted = argparse.ArgumentParser(description=about)
    for name in paths:
        wanted.add_argument(f"--{name}", type=Path, required=True)
    return wanted
