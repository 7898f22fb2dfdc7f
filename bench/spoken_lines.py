"""The same lines written and spoken: what the reader loses when it reads what our own recogniser heard.

    python bench/spoken_lines.py speak LINES.jsonl FOLDER --voice en_US-joe-medium.onnx   (needs piper-tts, soxr; any environment)
    .venv/bin/python bench/spoken_lines.py read LINES.jsonl FOLDER                         (the program's own environment)

The first speaks every line into a file (kept, so it can be run again and goes on where it stopped); the second recognises
them with the speech model of the settings, reads both forms, and prints the drivers' macro-F1 of each.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

RATE = 16_000
LEVEL = 0.05
"""Root mean square of what is spoken."""
LONGEST = 27 * RATE


def rows_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def places(folder: Path, count: int) -> list[Path]:
    return [folder / f"{i:04}.npy" for i in range(count)]


def speak(texts: list[str], places: list[Path], voice: Path, paces: Sequence[float] = (1.0,)) -> None:
    """Speak each text into its file, the paces in turn; those that are there already stay."""
    import soxr
    from piper import PiperVoice, SynthesisConfig

    speaker = PiperVoice.load(str(voice))
    for i, (text, target) in enumerate(zip(texts, places, strict=True)):
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            chunks = list(speaker.synthesize(text, SynthesisConfig(length_scale=paces[i % len(paces)])))
            sound = np.concatenate([c.audio_float_array for c in chunks])
            sound = soxr.resample(sound.astype(np.float32), chunks[0].sample_rate, RATE)
            np.save(target, (sound / (np.sqrt(np.mean(sound**2)) + 1e-9) * LEVEL).astype(np.float32))


def recogniser() -> Callable[[Path], str]:
    """What the speech model of the settings makes of a file."""
    from companion import config
    from companion.pipeline.build import speech_model_path
    from companion.speech.transcriber import Transcriber

    name = config.load().speech.model
    transcriber = Transcriber(speech_model_path(name), name=name)
    silence = np.zeros(RATE // 4, np.float32)

    def heard(place: Path) -> str:
        sound = np.load(place).astype(np.float32)[:LONGEST]
        return transcriber.transcribe(np.concatenate([silence, sound, silence]), words=False).text

    return heard


def read(lines: Path, folder: Path) -> None:
    from understanding import drivers

    from companion.affect.reader import OnnxReader
    from companion.locations import shipped

    heard = recogniser()
    reader = OnnxReader(shipped("models", "reader"))
    written = rows_of(lines)
    told = [
        row | {"text": heard(place) or row["text"]}
        for row, place in zip(written, places(folder, len(written)), strict=True)
    ]
    for what, rows in (("as written", written), ("as recognised", told)):
        print(json.dumps(drivers(reader, what, rows)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speak", "read"))
    parser.add_argument("lines", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--voice", type=Path)
    args = parser.parse_args()
    if args.what == "speak":
        texts = [row["text"] for row in rows_of(args.lines)]
        speak(texts, places(args.folder, len(texts)), args.voice)
    else:
        read(args.lines, args.folder)


if __name__ == "__main__":
    main()
