"""Stage 0: the base with only the words that spoken English needs, so that the int8 model stays under 95 MB.

    python shrink.py --base BASE --goemotions DIR --casino DIR --out SMALL_BASE [--tokens 10000]

Kept are the special tokens, every single character (so that any word can still be spelt), the commonest words of the
base's own vocabulary (WordPiece vocabularies are in order of frequency), and what our texts use most, texts of talk
counting for more than comments. Positions beyond those that are ever used go as well.
"""

from __future__ import annotations

import collections
import json
from pathlib import Path

import arguments
import torch
from transformers import AutoModel, AutoTokenizer

HERE = Path(__file__).parent
POSITIONS = 200
FIRST_WORD, COMMON = 1_000, 5_000
"""Ids between these are the base's commonest words; they are kept whatever our texts say."""
TALK = 5
"""How much more a token counts that occurs in talk."""


def spoken(casino: Path) -> list[str]:
    """Our corpus, and CaSiNo's training dialogues."""
    out = []
    for file in sorted((HERE / "corpus").glob("*/*.jsonl")):
        rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
        out += [row["text"] for row in rows if "text" in row]
    if casino.is_dir():
        for dialogue in json.loads((casino / "casino_train.json").read_text(encoding="utf-8")):
            out += [turn["text"] for turn in dialogue["chat_logs"]]
    return out


def main() -> None:
    parser = arguments.parser(__doc__, "base", "goemotions", "casino", "out")
    parser.add_argument("--tokens", type=int, default=10_000)
    args = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    comments = (args.goemotions / "train.tsv").read_text(encoding="utf-8").splitlines()
    counts: collections.Counter[int] = collections.Counter()
    for texts, weight in (([c.split("\t")[0] for c in comments], 1), (spoken(args.casino), TALK)):
        for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]:
            for token in ids:
                counts[token] += weight

    data = json.loads((args.base / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary: dict[str, int] = data["model"]["vocab"]
    added = {t["content"]: t["id"] for t in data["added_tokens"]}
    letters = {i for t, i in vocabulary.items() if len(t.removeprefix("##")) == 1 and t.isascii()}
    keep = {*added.values(), *letters, *range(FIRST_WORD, COMMON)}
    for token, _ in counts.most_common():
        if len(keep) >= args.tokens:
            break
        keep.add(token)
    order = sorted(keep)
    new = {old: k for k, old in enumerate(order)}

    data["model"]["vocab"] = {t: new[i] for t, i in vocabulary.items() if i in new}
    for token in data["added_tokens"]:
        token["id"] = new[token["id"]]
    data["truncation"] = data["padding"] = None
    special = {t["content"]: t["id"] for t in data["added_tokens"]}
    data["post_processor"]["cls"][1] = special["<s>"]
    data["post_processor"]["sep"][1] = special["</s>"]

    model = AutoModel.from_pretrained(args.base, add_pooling_layer=False)
    table = model.get_input_embeddings().weight.data[order].clone()
    embedding = torch.nn.Embedding(len(order), table.shape[1], padding_idx=new[tokenizer.pad_token_id])
    embedding.weight.data.copy_(table)
    model.set_input_embeddings(embedding)
    where = model.embeddings
    positions = torch.nn.Embedding(POSITIONS, table.shape[1], padding_idx=where.position_embeddings.padding_idx)
    positions.weight.data.copy_(where.position_embeddings.weight.data[:POSITIONS])
    where.position_embeddings = positions
    model.config.vocab_size = len(order)
    model.config.max_position_embeddings = POSITIONS
    args.out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(args.out)
    (args.out / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "cls_token": "<s>", "sep_token": "</s>",
                "pad_token": "<pad>", "unk_token": "[UNK]"}  # fmt: skip
    (args.out / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    unknown = sum(n for t, n in counts.items() if t not in new) / sum(counts.values())
    print(f"{len(order)} of {len(vocabulary)} tokens kept; {unknown:.2%} of what is said is spelt in smaller pieces")


if __name__ == "__main__":
    main()
