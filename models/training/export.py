"""Stage 3: int8 ONNX with its tokenizer into ``models/reader``, smoothed before it is rounded (``smooth.py``).

    python export.py --base BASE --weights reader.pt --goemotions DIR [--dev DIR] --out ../reader

Temperatures and thresholds are fitted to what came of it (``fit.py``).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import arguments
import corpus
import fit
import network
import onnx
import torch
from joint import HERE, LONGEST, encode
from labels import DRIVERS, EMOTIONS
from onnxruntime.quantization import QuantType, quantize_dynamic
from smooth import smooth
from transformers import AutoTokenizer

SEEN = 20
"""Every so many of the held-out texts show how large the activations get."""


def to_onnx(reader: network.Reader, path: Path) -> None:
    reader.eval()
    ids = torch.ones((2, 16), dtype=torch.int64)
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens", max=LONGEST)
    shape = {0: batch, 1: tokens}
    torch.onnx.export(
        reader, (ids, torch.ones_like(ids)), path, input_names=["input_ids", "attention_mask"],
        output_names=["emotions", "drivers", "level"], dynamo=True, external_data=False,
        dynamic_shapes={"input_ids": shape, "attention_mask": shape},
    )  # fmt: skip


def without_traces(path: Path) -> None:
    """Take out what the exporter writes about where it ran: the files and lines of this machine behind every node."""
    model = onnx.load(path)
    for graph in (model.graph, *model.functions):
        for node in graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
        del graph.metadata_props[:]
        for value in graph.value_info:
            del value.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del value.metadata_props[:]
    del model.metadata_props[:]
    onnx.save(model, path)


def main() -> None:
    parser = arguments.parser(__doc__, "base", "weights", "goemotions", "out")
    parser.add_argument("--dev", type=Path, help="a folder with lines.jsonl and calls/*.jsonl to fit on as well")
    parser.add_argument("--name", default="companion-reader-6")
    parser.add_argument("--unfitted", action="store_true", help="what is fitted is fitted later, by fit.py")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    lines, turns = corpus.read(HERE / "corpus" / "fit")
    seen = [corpus.texts(e, augment=False) for e in lines[::SEEN] + turns[::SEEN]]
    reader = network.load(args.base, args.weights).eval()
    smooth(reader, encode(tokenizer, *map(list, zip(*seen, strict=True))))
    float_path = args.weights.with_suffix(".onnx")
    to_onnx(reader, float_path)
    quantize_dynamic(float_path, args.out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True,
                     extra_options={"MatMulConstBOnly": True})  # fmt: skip
    without_traces(args.out / "model.onnx")
    shutil.copyfile(args.base / "tokenizer.json", args.out / "tokenizer.json")
    card = {
        "name": args.name, "language": "en", "longest": LONGEST, "start": tokenizer.cls_token,
        "end": tokenizer.sep_token, "emotions": EMOTIONS, "drivers": DRIVERS, "thresholds": {},
        "temperature": {"emotions": 1.0, "drivers": 1.0, "level": 1.0},
    }  # fmt: skip
    (args.out / "reader.json").write_text(json.dumps(card, indent=1) + "\n")
    print(json.dumps({"megabytes": round((args.out / "model.onnx").stat().st_size / 1e6, 1)}))
    if not args.unfitted:
        fit.fit(args.out, args.goemotions, args.dev)


if __name__ == "__main__":
    main()
