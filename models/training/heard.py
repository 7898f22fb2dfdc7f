"""What our own recogniser makes of the corpus: the same words, spoken and heard, so that a reader learns from both.

    python heard.py speak --voice VOICE.onnx --sound DIR [--most 3000]   (needs piper-tts and soxr; any environment)
    .venv/bin/python heard.py read --sound DIR                           (the program's own environment)

Speaks lines and turns that have a driver, those of scenes and calls first, and writes what was recognised to ``corpus/heard.jsonl``,
where it differs by more than punctuation. Both go on where they stopped. What is measured on is not among it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from hashlib import sha1
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
import spoken_lines

CORPUS = Path(__file__).parent / "corpus"
HEARD = CORPUS / "heard.jsonl"
PACES = (0.85, 1.0, 1.15)


def texts() -> list[str]:
    """What has a driver, in the order in which it is spoken: turns of scenes and calls, then lines, at random."""
    out: list[str] = []
    for folder in ("scenes", "calls", "lines"):
        rows = [json.loads(r) for f in sorted((CORPUS / folder).glob("*.jsonl")) for r in f.read_text().splitlines()]
        turns = [t for r in rows for t in r.get("turns", [r])]
        some = sorted({t["text"] for t in turns if t.get("drivers", ["none"]) != ["none"]})
        random.Random(5).shuffle(some)
        out += some
    return list(dict.fromkeys(out))


def place(folder: Path, text: str) -> Path:
    return folder / f"{sha1(text.encode()).hexdigest()[:16]}.npy"


def read(folder: Path) -> None:
    heard_in = spoken_lines.recogniser()
    known = {json.loads(r)["text"] for r in HEARD.read_text().splitlines()} if HEARD.exists() else set()
    with HEARD.open("a", encoding="utf-8") as out:
        for text in texts():
            if text in known or not place(folder, text).exists():
                continue
            heard = heard_in(place(folder, text))
            if plain(heard) and plain(heard) != plain(text):
                out.write(json.dumps({"text": text, "heard": heard}, ensure_ascii=False) + "\n")
                out.flush()


def plain(text: str) -> str:
    return re.sub(r"[^\w']+", " ", text.lower()).strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speak", "read"))
    parser.add_argument("--sound", type=Path, required=True)
    parser.add_argument("--voice", type=Path)
    parser.add_argument("--most", type=int, default=3000)
    args = parser.parse_args()
    if args.what == "speak":
        wanted = texts()[: args.most]
        spoken_lines.speak(wanted, [place(args.sound, text) for text in wanted], args.voice, PACES)
    else:
        read(args.sound)


if __name__ == "__main__":
    main()
