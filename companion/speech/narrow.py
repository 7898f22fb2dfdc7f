"""A Whisper model that knows fewer tokens: half of the work for a token is to weigh the 51,865 of its vocabulary.

CTranslate2 cannot leave tokens out of a Whisper decode, but it loads whatever it is given: the rows of the tokens that
are never said in the language wanted are cut out of the model as it is read, and ids are translated on the way in and
out. What is left is weighed as before.

The format is CTranslate2's (version 6: ``python/ctranslate2/specs/model_spec.py``): a header, then variables, each with
its name, shape, type and bytes, then aliases.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENGLISH = Path(__file__).with_name("english.npy")
"""A bit for each token of text: whether English is written with it (``models/training/tokens.py``)."""
_VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
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

    name = next((n for n in _VOCABULARIES if (model / n).is_file()), None)
    vocabulary = _vocabulary(model / name) if name is not None else []
    known = _UNTIMED in vocabulary and _END in vocabulary[_TEXT : _TEXT + 1] and (model / "tokenizer.json").is_file()
    if not known:
        return None
    kept = np.unpackbits(np.load(ENGLISH), count=_TEXT).astype(bool)
    if also:
        tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        kept[[i for i in tokenizer.encode(also, add_special_tokens=False).ids if i < _TEXT]] = True
    return np.concatenate([np.flatnonzero(kept), np.arange(_TEXT, vocabulary.index(_UNTIMED) + 2)])


def files(model: Path, keep: NDArray[np.int64]) -> dict[str, bytes]:
    """The files of a model folder with the tokens ``keep`` (ids, rising) only, as ``WhisperModel`` takes them.

    Raises ``ValueError`` where the folder is of another format.
    """
    name = next((n for n in _VOCABULARIES if (model / n).is_file()), None)
    if name is None:
        raise ValueError("no vocabulary")
    vocabulary = _vocabulary(model / name)
    kept = [vocabulary[i] for i in keep]
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    place = {int(wide): narrow for narrow, wide in enumerate(keep)}
    for key in ("lang_ids", "suppress_ids", "suppress_ids_begin"):
        config[key] = [place[i] for i in config.get(key, ()) if i in place]
    text = json.dumps(kept) if name.endswith(".json") else "".join(f"{token}\n" for token in kept)
    return {
        "model.bin": cut((model / "model.bin").read_bytes(), len(vocabulary), keep),
        "config.json": json.dumps(config).encode(),
        name: text.encode(),
        "tokenizer.json": (model / "tokenizer.json").read_bytes(),
    }


def _vocabulary(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return list(json.loads(text)) if path.suffix == ".json" else text.removesuffix("\n").split("\n")


def cut(model: bytes, tokens: int, keep: NDArray[np.int64]) -> bytes:
    """``model.bin`` with only the rows ``keep`` of every variable that has a row for each of ``tokens``."""
    view = memoryview(model)
    at = 4
    if struct.unpack_from("<I", view)[0] != 6:
        raise ValueError("another version of CTranslate2's format")
    at += 2 + struct.unpack_from("<H", view, at)[0] + 4
    (variables,) = struct.unpack_from("<I", view, at)
    at += 4
    out: list[bytes | memoryview] = [view[:at]]
    for _ in range(variables):
        begun = at
        at += 2 + struct.unpack_from("<H", view, at)[0]
        rank = view[at]
        shape = struct.unpack_from(f"<{rank}I", view, at + 1)
        at += 1 + 4 * rank
        (size,) = struct.unpack_from("<I", view, at + 1)
        data = at + 5
        if shape and shape[0] == tokens:
            rows = np.frombuffer(view[data : data + size], np.uint8).reshape(tokens, -1)[keep]
            out += [view[begun : at - 4 * rank], struct.pack(f"<{rank}I", len(keep), *shape[1:]), view[at : at + 1]]
            out += [struct.pack("<I", rows.size), rows.tobytes()]
        else:
            out.append(view[begun : data + size])
        at = data + size
    return b"".join([*out, view[at:]])
