"""Which of Whisper's tokens are English: ``companion/speech/english.npy``, a bit for each of the 50,257 of text.

    python tokens.py --model FOLDER --english FOLDER --comments goemotions/train.tsv --out ../../companion/speech/english.npy

``--model``: any multilingual Whisper as CTranslate2 has it; they share a vocabulary. English is what writes the 60,000
most frequent English words (wordfreq; by themselves, after a space, with a capital), whatever appears in a set of comments
and in our corpus, and what GPT-2's vocabulary of English has as well (``--english``: a folder of an English-only model).
"""

from __future__ import annotations

import json
from pathlib import Path

import arguments
import numpy as np
from tokenizers import Tokenizer
from wordfreq import top_n_list

TEXT = 50_257
"""Tokens of text; those after them are Whisper's own."""
BYTES = 256
SPACE = "\u0120"
"""How the vocabulary writes the space before a word."""
WORDS = 60_000


def lines(comments: Path) -> list[str]:
    """Everyday English of others, and ours."""
    out = [row.split("\t")[0] for row in comments.read_text(encoding="utf-8").splitlines()]
    for path in sorted((Path(__file__).parent / "corpus").rglob("*.jsonl")):
        out += [json.loads(row).get("text", "") for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]
    return out


def main() -> None:
    args = arguments.parser(__doc__, "model", "english", "comments", "out").parse_args()
    tokenizer = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    english = {t for t, i in Tokenizer.from_file(str(args.english / "tokenizer.json")).get_vocab().items() if i < TEXT}
    words = top_n_list("en", WORDS)
    said = [f" {text}" for text in lines(args.comments)]
    said += [form for word in words for form in (word, f" {word}", f" {word.capitalize()}")]
    kept = np.zeros(TEXT, bool)
    kept[:BYTES] = True
    kept[
        [
            i
            for token, i in tokenizer.get_vocab().items()
            if token in english and token.lstrip(SPACE).isascii() and i < TEXT
        ]
    ] = True
    for encoded in tokenizer.encode_batch(said, add_special_tokens=False):
        kept[[i for i in encoded.ids if i < TEXT]] = True
    np.save(args.out, np.packbits(kept))
    print(f"{kept.sum()} of {TEXT} tokens")


if __name__ == "__main__":
    main()
