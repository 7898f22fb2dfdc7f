"""Whisper with the tokens of English only: the rows are cut where they should be, and it says what the whole model says."""

from __future__ import annotations

import json
import struct
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from companion import locations
from companion.modelstore.store import ModelStore
from companion.speech import narrow
from companion.speech.transcriber import Transcriber

KEEP = np.array([1, 3])


def text(value: str) -> bytes:
    raw = value.encode() + b"\0"
    return struct.pack("<H", len(raw)) + raw


def variable(name: str, array: np.ndarray, kind: int) -> bytes:
    head = text(name) + struct.pack("<B", array.ndim) + struct.pack(f"<{array.ndim}I", *array.shape)
    return head + struct.pack("<BI", kind, array.nbytes) + array.tobytes()


def model_bin(*variables: bytes, version: int = 6) -> bytes:
    aliases = struct.pack("<I", 1) + text("projection") + text("embeddings")
    head = struct.pack("<I", version) + text("WhisperSpec") + struct.pack("<II", 3, len(variables))
    return head + b"".join(variables) + aliases


WEIGHT = np.arange(8, dtype=np.float16).reshape(4, 2)
OTHER = np.arange(6, dtype=np.float32).reshape(3, 2)


def cut(whole: bytes, keep: np.ndarray) -> bytes:
    narrow.cut(BytesIO(whole), out := BytesIO(), 4, keep)
    return out.getvalue()


def test_only_what_has_a_row_for_each_token_is_cut() -> None:
    whole = model_bin(
        variable("scale", np.array(1.0, np.float32), 0), variable("embeddings", WEIGHT, 4), variable("other", OTHER, 0)
    )
    assert cut(whole, KEEP) == model_bin(
        variable("scale", np.array(1.0, np.float32), 0),
        variable("embeddings", WEIGHT[KEEP], 4),
        variable("other", OTHER, 0),
    )


def test_all_tokens_kept_changes_nothing() -> None:
    whole = model_bin(variable("embeddings", WEIGHT, 4))
    assert cut(whole, np.arange(4)) == whole


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="another version"):
        cut(model_bin(variable("embeddings", WEIGHT, 4), version=7), KEEP)


@pytest.mark.parametrize("name", ["vocabulary.json", "vocabulary.txt"])
def test_the_files_fit_each_other(tmp_path: Path, name: str) -> None:
    words = ["a", "b", "c", "d"]
    (tmp_path / name).write_text(json.dumps(words) if name.endswith("json") else "a\nb\nc\nd\n")
    (tmp_path / "config.json").write_text(json.dumps({"suppress_ids": [0, 3], "lang_ids": [2]}))
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.bin").write_bytes(model_bin(variable("embeddings", WEIGHT, 4)))
    out = tmp_path / "narrowed"
    out.mkdir()
    narrow.write(tmp_path, KEEP, out)
    kept = (out / name).read_text()
    assert json.loads(kept) == ["b", "d"] if name.endswith("json") else kept == "b\nd\n"
    config = json.loads((out / "config.json").read_text())
    assert config["suppress_ids"] == [1]
    assert config["lang_ids"] == []
    assert (out / "model.bin").read_bytes() == model_bin(variable("embeddings", WEIGHT[KEEP], 4))
    assert (out / "tokenizer.json").read_text() == "{}"


def test_a_model_that_is_cut_short_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.txt").write_text("a\nb\nc\nd\n")
    (tmp_path / "config.json").write_text("{}")
    whole = model_bin(variable("embeddings", WEIGHT, 4))
    out = tmp_path / "narrowed"
    out.mkdir()
    aliases = 4 + len(text("projection") + text("embeddings"))  # what is wrong there CTranslate2 finds
    for size in range(0, len(whole) - aliases, 3):
        (tmp_path / "model.bin").write_bytes(whole[:size])
        with pytest.raises(ValueError, match="cut short"):
            narrow.write(tmp_path, KEEP, out)


class Model:
    """Stands for CTranslate2's: remembers the ids it is spoken to with."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def generate(self, _: Any, prompts: Any, *, suppress_tokens: Any) -> list[Any]:
        self.told += [prompts, suppress_tokens]
        return [SimpleNamespace(sequences_ids=[[0, 1]], scores=[-0.5])]

    def align(self, _: Any, start: Any, texts: Any, __: int) -> list[str]:
        self.told += [start, texts]
        return ["aligned"]


def test_ids_are_translated_on_the_way_in_and_out() -> None:
    model = Model()
    narrowed = narrow.Narrowed(model, KEEP, multilingual=True)
    (result,) = narrowed.generate(None, [[3, 1]], suppress_tokens=[0, 3])
    assert result.sequences_ids == [[1, 3]]
    assert result.scores == [-0.5]
    assert narrowed.align(None, [1], [[3]], 10) == ["aligned"]
    assert model.told == [[[1, 0]], [1], [0], [[1]]]


def test_a_folder_without_a_multilingual_vocabulary_is_left_whole(tmp_path: Path) -> None:
    assert narrow.english(tmp_path) is None
    (tmp_path / "vocabulary.txt").write_text("a\nb\n")
    assert narrow.english(tmp_path) is None


needs_base = pytest.mark.skipif(
    ModelStore(locations.models_dir()).status("base").state != "ready", reason="companion models pull base"
)


def base() -> Path:
    return ModelStore(locations.models_dir()).path("base")


@needs_base
def test_english_keeps_whispers_own_tokens_and_the_glossarys() -> None:
    kept = narrow.english(base())
    assert kept is not None
    own = set(range(50_257, 50_365))
    assert own <= set(kept.tolist())
    assert 30_000 < len(kept) < 40_000
    more = narrow.english(base(), " こんにちは")
    assert more is not None
    assert len(more) > len(kept)


@needs_base
def test_it_says_what_the_whole_model_says() -> None:
    from companion.audio.decoding import decode

    path = Path(__file__).parents[2] / "models" / "demo" / "call.ogg"
    sound = np.concatenate(list(decode(path, [])), axis=-1).mean(0)
    clip = np.ascontiguousarray(sound[: 16_000 * 12], np.float32)
    english = Transcriber(base(), name="base", language="en").transcribe(clip)
    whole = Transcriber(base(), name="base", language="auto").transcribe(clip)
    assert whole.language == "en"
    assert english.text == whole.text
    assert len(english.text.split()) > 10
    assert [w.text for w in english.words] == [w.text for w in whole.words]


@needs_base
def test_without_room_for_a_copy_the_whole_model_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(narrow, "write", full)
    heard = Transcriber(base(), name="base", language="en").transcribe(np.zeros(16_000, np.float32))
    assert heard.language == "en"
