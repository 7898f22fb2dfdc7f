"""Does the glossary help? Lines with its terms, spoken by a voice of no recording, recognised without and with it.

    python bench/spoken_lines.py speak LINES.jsonl FOLDER --voice en_US-joe-medium.onnx      (any environment with piper-tts)
    .venv/bin/python bench/speech_glossary.py LINES.jsonl FOLDER Lindach "net sixty" Brellis

Prints what was recognised, how many terms came out as they are written, and the word errors. Whether it makes words out of
noise is told by the real pipeline: ``bench/speech.py noise --glossary "Lindach,net sixty,Brellis"``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from speech_scores import RATE, errors, normal, total
from spoken_lines import rows_of


def main() -> None:
    from companion.pipeline.build import speech_model_path
    from companion.speech.transcriber import Transcriber

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("terms", nargs="+")
    parser.add_argument("--model", default="base")
    options = parser.parse_args()
    texts = [str(row["text"]) for row in rows_of(options.lines)]
    print("| glossary | terms right | word errors |\n|---|---|---|")
    for terms in ((), tuple(options.terms)):
        transcriber = Transcriber(speech_model_path(options.model), name=options.model, glossary=terms)
        heard = []
        for i in range(len(texts)):
            sound = np.pad(np.load(options.folder / f"{i:04}.npy").astype(np.float32), RATE // 4)
            heard.append(transcriber.transcribe(sound, words=False).text)
        said = [(term, i) for i, text in enumerate(texts) for term in options.terms if normal(term) in normal(text)]
        right = sum(normal(term) in normal(heard[i]) for term, i in said)
        score = total([errors(text, words) for text, words in zip(texts, heard, strict=True)])
        print(f"| {'with' if terms else 'without'} | {right} of {len(said)} | {score.rate:.1f} % of {score.words} |")
        for words in heard:
            print(f"    {words}", flush=True)


if __name__ == "__main__":
    main()
