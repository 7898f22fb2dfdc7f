"""The shipped reader, back from int8 ONNX into weights that can be trained: to go on from it without starting over.

    python restore.py --model ../reader --base BASE --out restored.pt

Writes the weights and, where ``BASE`` is not there yet, a base folder for the accurate reader (config and tokenizer); the
small one's base is all-MiniLM-L6-v2 as it can be had. What was rounded stays rounded: the restored reader says what
the shipped one says, and a few hundred steps of training are enough to forget that it was ever int8.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import arguments
import network
import numpy as np
import onnx
import torch
from labels import DRIVERS, EMOTIONS, LEVELS
from onnx.numpy_helper import to_array
from transformers import AutoConfig, AutoModel, MPNetConfig, PreTrainedTokenizerFast

MPNET = ("attn.q", "attn.k", "attn.v", "attn.o")
BERT = ("self.query", "self.key", "self.value", "output.dense")


def layer(names: Iterable[str]) -> list[str]:
    """The matrices of a layer, in the order in which the graph uses them; the exporter leaves them no names."""
    own = BERT if any(".attention.self." in name for name in names) else MPNET
    return [*(f"attention.{name}" for name in own), "intermediate.dense", "output.dense"]


SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>",
           "unk_token": "[UNK]", "pad_token": "<pad>", "mask_token": "<mask>"}  # fmt: skip


def weights(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """Every parameter of the reader by torch's name, float32, as (out, in) where it is a matrix."""
    stored = {i.name: to_array(i) for i in model.graph.initializer}
    out = {name: value for name, value in stored.items() if name.endswith((".weight", ".bias")) and value.ndim}
    unnamed = []
    for name in [n.removesuffix("_quantized") for n in stored if n.endswith("_quantized")]:
        value = stored[f"{name}_quantized"]
        plain = (value.astype(np.float32) - stored[f"{name}_zero_point"]) * stored[f"{name}_scale"]
        if name.endswith("_Transposed"):
            out[name.removesuffix("_Transposed")] = plain.T
        elif name.endswith(".weight"):
            out[name] = plain
        else:
            unnamed.append((int(name.removeprefix("val_")), plain.T))
    matrices = layer(stored)
    for k, (_, plain) in enumerate(sorted(unnamed, key=lambda x: x[0])):
        name = f"encoder.encoder.layer.{k // len(matrices)}.{matrices[k % len(matrices)]}"
        out[f"{name}.weight"] = plain * stored.get(f"{name}.shrink", 1)  # see smooth.py
    return {name: np.ascontiguousarray(value, np.float32) for name, value in out.items()}


def write_base(found: dict[str, np.ndarray], model: Path, base: Path) -> None:
    """The folder that stands for the accurate reader's trimmed base, whose own weights nobody needs any more."""
    words, hidden = found["encoder.embeddings.word_embeddings.weight"].shape
    config = MPNetConfig(
        vocab_size=words, hidden_size=hidden, num_hidden_layers=sum(n.endswith("attn.q.weight") for n in found),
        num_attention_heads=hidden // 64, intermediate_size=4 * hidden, layer_norm_eps=1e-5,
        max_position_embeddings=len(found["encoder.embeddings.position_embeddings.weight"]),
    )  # fmt: skip
    base.mkdir(parents=True)
    config.save_pretrained(base)
    PreTrainedTokenizerFast(tokenizer_file=str(model / "tokenizer.json"), **SPECIAL).save_pretrained(base)
    shutil.copyfile(model / "tokenizer.json", base / "tokenizer.json")


def main() -> None:
    args = arguments.parser(__doc__, "model", "base", "out").parse_args()
    found = weights(onnx.load(args.model / "model.onnx"))
    if not args.base.exists():
        write_base(found, args.model, args.base)
    config = AutoConfig.from_pretrained(args.base)
    reader = network.Reader(AutoModel.from_config(config, add_pooling_layer=False), config.hidden_size, end=0)
    state = {name: torch.tensor(value) for name, value in found.items()}
    missing, odd = reader.load_state_dict(state, strict=False)
    if odd or any("position_ids" not in name for name in missing):
        raise SystemExit(f"{args.model} is not a reader of this shape: missing {missing}, unknown {odd}")
    torch.save(reader.state_dict(), args.out)
    print(f"{sum(v.size for v in found.values()) / 1e6:.1f} M parameters; {len(EMOTIONS)} emotions, {len(DRIVERS)} drivers, "
          f"{len(LEVELS)} levels")  # fmt: skip


if __name__ == "__main__":
    main()
