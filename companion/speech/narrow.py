"""A Whisper model that knows fewer tokens: half of the work for a token is to weigh the 51,865 of its vocabulary.

CTranslate2 cannot leave tokens out of a Whisper decode, but it loads whatever it is given: a copy is made without the
rows of the tokens that are never said in English, and ids are translated on the way in and out. What is left
is weighed as before. (Given the same from memory, it keeps a second copy of it for good.)

The format is CTranslate2's (version 6: ``python/ctranslate2/specs/model_spec.py``): a header, then variables, each with
its name, shape, type and bytes, then aliases.
"""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

ENGLISH = Path(__file__).with_name("english.npy")
"""A bit for each token of text: whether English is written with it (``models/training/tokens.py``)."""
_FORMAT = 6
_TEXT, _END, _UNTIMED = 50_257, "<|endoftext|>", "<|notimestamps|>"
"""Tokens of text of every multilingual Whisper; the one after them; the last one before those that are times."""


class Narrowed:
    """A CTranslate2 Whisper model that was narrowed, spoken to in the ids of the whole vocabulary."""

    def __init__(self, model: Any, keep: NDArray[np.int64], *, multilingual: bool) -> None:
        self._model = model
        self._wide = keep.tolist()
        self._narrow = {wide: narrow for narrow, wide in enumerate(self._wide)}
        self.is_multilingual = multilingual

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(
        self, features: Any, prompts: Sequence[Sequence[int]], *, suppress_tokens: Sequence[int] = (), **options: Any
    ) -> list[Any]:
        """As ``ctranslate2.models.Whisper.generate``; of each result, ``sequences_ids`` in the ids of the whole."""
        found = self._model.generate(
            features,
            [self._known(p) for p in prompts],
            suppress_tokens=self._known(suppress_tokens),
            **options,
        )
        return [_Result(r, [[self._wide[t] for t in ids] for ids in r.sequences_ids]) for r in found]

    def align(
        self, features: Any, start: Sequence[int], texts: Sequence[Sequence[int]], frames: int, **options: Any
    ) -> Any:
        """As ``ctranslate2.models.Whisper.align``."""
        return self._model.align(features, self._known(start), [self._known(t) for t in texts], frames, **options)

    def _known(self, ids: Sequence[int]) -> list[int]:
        return [self._narrow[i] for i in ids if i in self._narrow]


class _Result:
    """One result of ``generate`` with other ids."""

    def __init__(self, result: Any, sequences_ids: list[list[int]]) -> None:
        self._result = result
        self.sequences_ids = sequences_ids

    def __getattr__(self, name: str) -> Any:
        return getattr(self._result, name)


def english(model: Path, also: str = "") -> NDArray[np.int64] | None:
    """The tokens of a multilingual Whisper that English needs, and those of ``also``; None for another model."""
    from tokenizers import Tokenizer

    vocabulary = _vocabulary(model)
    known = _UNTIMED in vocabulary and _END in vocabulary[_TEXT : _TEXT + 1] and (model / "tokenizer.json").is_file()
    if not known:
        return None
    kept = np.unpackbits(np.load(ENGLISH), count=_TEXT).astype(bool)
    if also:
        tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        kept[[i for i in tokenizer.encode(also, add_special_tokens=False).ids if i < _TEXT]] = True
    return np.concatenate([np.flatnonzero(kept), np.arange(_TEXT, vocabulary.index(_UNTIMED) + 2)])


def write(model: Path, keep: NDArray[np.int64], folder: Path) -> None:
    """A copy of a model folder in ``folder``, with the tokens ``keep`` (ids, rising) only.

    Raises ``ValueError`` where the model is of another format.
    """
    name = _vocabulary_name(model)
    vocabulary = _vocabulary(model)
    if name is None:
        raise ValueError("no vocabulary")
    kept = [vocabulary[i] for i in keep]
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    place = {int(wide): narrow for narrow, wide in enumerate(keep)}
    for key in ("lang_ids", "suppress_ids", "suppress_ids_begin"):
        config[key] = [place[i] for i in config.get(key, ()) if i in place]
    (folder / "config.json").write_text(json.dumps(config))
    text = json.dumps(kept) if name.endswith(".json") else "".join(f"{token}\n" for token in kept)
    (folder / name).write_text(text, encoding="utf-8", newline="\n")
    with (model / "model.bin").open("rb") as whole, (folder / "model.bin").open("wb") as narrowed:
        cut(whole, narrowed, len(vocabulary), keep)
    for other in ("tokenizer.json", "preprocessor_config.json"):
        if (model / other).is_file():
            shutil.copyfile(model / other, folder / other)


def _vocabulary_name(model: Path) -> str | None:
    return next((name for name in ("vocabulary.json", "vocabulary.txt") if (model / name).is_file()), None)


def _vocabulary(model: Path) -> list[str]:
    name = _vocabulary_name(model)
    if name is None:
        return []
    text = (model / name).read_text(encoding="utf-8")
    return list(json.loads(text)) if name.endswith(".json") else text.removesuffix("\n").split("\n")


def cut(whole: BinaryIO, narrowed: BinaryIO, tokens: int, keep: NDArray[np.int64]) -> None:
    """Copy ``model.bin`` with only the rows ``keep`` of every variable that has a row for each of ``tokens``."""

    def read(count: int) -> bytes:
        part = whole.read(count)
        if len(part) < count:
            raise ValueError("the model is cut short")
        return part

    def take(count: int) -> bytes:
        part = read(count)
        narrowed.write(part)
        return part

    def number(code: str) -> int:
        return int(struct.unpack(f"<{code}", take(struct.calcsize(f"<{code}")))[0])

    if number("I") != _FORMAT:
        raise ValueError("another version of CTranslate2's format")
    take(number("H") + 4)  # the kind of model, its revision
    for _ in range(number("I")):
        take(number("H"))  # the name
        rank = read(1)
        shape = list(struct.unpack(f"<{rank[0]}I", read(4 * rank[0])))
        kind, (size,) = read(1), struct.unpack("<I", read(4))
        data = np.frombuffer(read(size), np.uint8)
        if shape[:1] == [tokens]:
            data = data.reshape(tokens, -1)[keep]
            shape[0] = len(keep)
        narrowed.write(rank + struct.pack(f"<{len(shape)}I", *shape) + kind + struct.pack("<I", data.size))
        narrowed.write(data.tobytes())
    shutil.copyfileobj(whole, narrowed)
