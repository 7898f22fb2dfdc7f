"""The same lines written and spoken: what the reader loses when it reads what our own recogniser heard.

    python bench/spoken_lines.py speak LINES.jsonl FOLDER --voice en_US-joe-medium.onnx   (needs piper-tts, soxr; any environment)
    .venv/bin/python bench/spoken_lines.py read LINES.jsonl FOLDER                         (the program's own environment)

The first speaks every line into a file (kept, so it can be run again and goes on where it stopped); the second recognises
them with the speech model of the settings, reads both forms, and prints the drivers' macro-F1 of each.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

RATE = 16_000


def rows_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def speak(lines: Path, folder: Path, voice: Path) -> None:
    import soxr
    from piper import PiperVoice

    folder.mkdir(parents=True, exist_ok=True)
    speaker = PiperVoice.load(str(voice))
    for i, row in enumerate(rows_of(lines)):
        target = folder / f"{i:04}.npy"
        if not target.exists():
            chunks = list(speaker.synthesize(row["text"]))
            sound = np.concatenate([c.audio_float_array for c in chunks])
            sound = soxr.resample(sound.astype(np.float32), chunks[0].sample_rate, RATE)
            np.save(target, sound / (np.sqrt(np.mean(sound**2)) + 1e-9) * 0.05)


def read(lines: Path, folder: Path) -> None:
    from understanding import drivers

    from companion import config
    from companion.affect.reader import OnnxReader
    from companion.locations import shipped
    from companion.pipeline.build import speech_model_path
    from companion.speech.transcriber import Transcriber

    name = config.load().speech.model
    transcriber = Transcriber(speech_model_path(name), name=name)
    reader = OnnxReader(shipped("models", "reader"))
    written = rows_of(lines)
    heard = []
    for i, row in enumerate(written):
        sound = np.load(folder / f"{i:04}.npy").astype(np.float32)
        silence = np.zeros(RATE // 4, np.float32)
        text = transcriber.transcribe(np.concatenate([silence, sound, silence]), words=False).text
        heard.append(row | {"text": text or row["text"]})
    for what, rows in (("as written", written), ("as recognised", heard)):
        print(json.dumps(drivers(reader, what, rows)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speak", "read"))
    parser.add_argument("lines", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--voice", type=Path)
    args = parser.parse_args()
    if args.what == "speak":
        speak(args.lines, args.folder, args.voice)
    else:
        read(args.lines, args.folder)


if __name__ == "__main__":
    main()
