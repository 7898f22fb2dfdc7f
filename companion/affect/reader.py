"""Our own text model (``models/reader``), run by onnxruntime with a transformers tokenizer; no torch.

The folder holds ``model.onnx`` (token ids and mask in; logits of emotions, drivers and level out), ``tokenizer.json``
and ``reader.json``: the labels, temperatures (Guo et al. 2017) and thresholds that belong to these weights. A reader
may read together with another, whose mistakes are not its own: their logits are weighed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from companion.affect.feelings import named
from companion.affect.layout import Turn, assemble, pair
from companion.affect.reading import Reading
from companion.errors import CompanionError
from companion.events import Driver
from companion.terms import DRIVERS

HEADS = ("emotions", "drivers", "level")
"""In the order in which the model gives them."""


class Card(msgspec.Struct, frozen=True):
    """``reader.json``: what belongs to the weights."""

    name: str
    language: str
    longest: int
    start: str
    end: str
    emotions: tuple[str, ...]
    drivers: tuple[str, ...]
    thresholds: dict[str, float]
    temperature: dict[str, float]
    emotion_thresholds: dict[str, float] = {}
    alone: float = 0.0
    """How much of a driver is read from the turn by itself, the rest in its context: for weights whose heads see the
    mean of turn and context, and so grow timid in a long context. Others are read once."""
    outweighs: float = 0.0
    """How much likelier pleasant feelings must be than unpleasant ones for one of them to be named."""
    tension: float = 0.0
    """How far thresholds fall where the talk is surely tense (0: not at all): drivers are likelier there."""
    beside: str = ""
    """The folder, next to this one, of the reader that it reads together with; without it, it reads alone."""
    share: dict[str, float] = {}
    """How much that reader has to say, for each head."""


class OnnxReader:
    """The loaded reader. Raises ``CompanionError`` when the folder does not hold one that loads."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        try:
            self.card = msgspec.json.decode((folder / "reader.json").read_bytes(), type=Card)
            self._tokenizer = load_tokenizer(folder, self.card)
            self._session = load_session(folder / "model.onnx", threads)
            beside = folder.parent / self.card.beside
            self._beside = OnnxReader(beside, threads=threads) if self.card.beside else None
        except (OSError, ValueError, RuntimeError) as error:
            raise CompanionError(
                f"The text model in {folder} does not load ({str(error).splitlines()[0]}).",
                "Install the program again: its model comes with it.",
            ) from error
        self.name = self.card.name

    def understands(self, language: str) -> bool:
        return language == self.card.language

    def read(self, current: Turn, context: Sequence[Turn]) -> Reading:
        emotions, drivers, level = self.probabilities(current, context)
        if context and self.card.alone:
            emotions, by_itself, _ = self.probabilities(current, ())
            drivers = self.card.alone * by_itself + (1 - self.card.alone) * drivers
        feelings = named(dict(zip(self.card.emotions, emotions.tolist(), strict=True)), self.card.outweighs)
        return Reading(feelings, self._drivers(drivers, level, current[0]), level_probabilities(level))

    def probabilities(self, current: Turn, context: Sequence[Turn]) -> tuple[NDArray[np.float64], ...]:
        """Calibrated probabilities of the emotions (28,), the drivers (14,), and level at least 1, 2, 3 (3,)."""
        return tuple(1.0 / (1.0 + np.exp(-head)) for head in self.logits(current, context))

    def logits(self, current: Turn, context: Sequence[Turn]) -> tuple[NDArray[np.float64], ...]:
        """The calibrated log-odds of the same."""
        first, second = pair(current, context)
        encode = self._tokenizer.encode
        ids = assemble(
            encode(first, add_special_tokens=False),
            encode(second, add_special_tokens=False) if second else [],
            start=self._tokenizer.cls_token_id,
            end=self._tokenizer.sep_token_id,
            longest=self.card.longest,
        )
        tokens = np.array([ids], np.int64)
        heads = self._session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})
        found = [row[0].astype(np.float64) for row in heads]
        if self._beside is not None:
            shares = [self.card.share[head] for head in HEADS]
            other = self._beside.logits(current, context)
            found = [(1 - share) * a + share * b for share, a, b in zip(shares, found, other, strict=True)]
        return tuple(row / self.card.temperature[head] for head, row in zip(HEADS, found, strict=True))

    def _drivers(
        self, probabilities: NDArray[np.float64], level: NDArray[np.float64], speaker: str
    ) -> tuple[Driver, ...]:
        lowered = 1.0 - self.card.tension * float(level[0])
        found = [
            Driver(name, p)
            for name, p in zip(self.card.drivers, probabilities.tolist(), strict=True)
            if p >= lowered * self.card.thresholds[name]
            and name in DRIVERS
            and (name != "defensive" or speaker == "me")
        ]
        return tuple(sorted(found, key=lambda d: -d.score))


def level_probabilities(at_least: NDArray[np.float64]) -> tuple[float, ...]:
    """P(level >= 1), P(>= 2), P(>= 3) -> P(level = 0 … 3); made to fall where an ordinal head contradicts itself."""
    falling = np.minimum.accumulate(at_least)
    edges = np.concatenate([[1.0], falling, [0.0]])
    return tuple((edges[:-1] - edges[1:]).tolist())


def load_tokenizer(folder: Path, card: Card) -> Any:
    """The fast tokenizer in ``folder``."""
    # transformers announces the missing torch on the terminal, which belongs to the screen
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), cls_token=card.start, sep_token=card.end
    )


def load_session(model: Path, threads: int) -> Any:
    """An onnxruntime session on the processor; raises ``OSError`` when the file is broken."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # a plan for every length of text takes 10 MB and saves no time
    options.enable_mem_pattern = False
    # processors with AVX2 but no VNNI add up pairs of 8-bit products in 16 bits, which overflow: the same line would
    # get other scores there (logits 0.15 apart on average, up to 1.3); this costs no time
    options.add_session_config_entry("session.x64quantprecision", "1")
    if not model.is_file():
        raise FileNotFoundError(f"{model.name} is missing")
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base class but Exception
        raise OSError(f"{model.name} is damaged") from error
