"""Any Hugging Face text-classification model in place of ours: a folder, or a name on the hub.

It knows emotions at best, no drivers and no levels of a talk, so drivers and levels are taken from its emotions by a
plain rule (below). Models with ONNX weights run by onnxruntime; others need torch, which we don't install.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from companion.affect.layout import Turn
from companion.affect.reader import load_session
from companion.affect.reading import Reading
from companion.errors import CompanionError, UsageError
from companion.events import Driver

DRIVER_OF = {
    "anger": "anger",
    "annoyance": "anger",
    "disgust": "anger",
    "fear": "fear",
    "nervousness": "fear",
    "sadness": "hurt",
    "disappointment": "hurt",
    "grief": "hurt",
}
"""The driver that an emotion stands for, where a model knows emotions only."""
NEGATIVE = {"anger": 1.0, "annoyance": 0.7, "disgust": 0.9, "disapproval": 0.5, "negative": 0.5, "toxic": 1.0}
CLAIMED = 0.5
"""Probability from which a foreign model's label is claimed."""
LONGEST = 256


class Classifier(Protocol):
    """Label -> probability for one text."""

    def __call__(self, text: str) -> Mapping[str, float]: ...


class ForeignModel:
    """A ``TextModel`` over a generic classifier."""

    def __init__(self, name: str, classify: Classifier) -> None:
        self.name = name
        self._classify = classify

    def understands(self, language: str) -> bool:
        """The user chose the model, so the language is theirs to answer for."""
        del language
        return True

    def read(self, current: Turn, context: Sequence[Turn]) -> Reading:
        del context
        scores = {label.lower(): p for label, p in self._classify(current[1]).items()}
        emotions = {k: v for k, v in sorted(scores.items(), key=lambda e: -e[1]) if v >= 0.1}
        drivers: dict[str, float] = {}
        for label, probability in emotions.items():
            driver = DRIVER_OF.get(label)
            if driver is not None and probability >= CLAIMED:
                drivers[driver] = max(drivers.get(driver, 0.0), probability)
        heat = min(1.0, sum(NEGATIVE.get(label, 0.0) * p for label, p in scores.items()))
        levels = (1 - heat, heat * (1 - heat), heat * heat * 0.95, heat * heat * 0.05)
        return Reading(emotions, tuple(Driver(k, v) for k, v in sorted(drivers.items(), key=lambda d: -d[1])), levels)


def load_classifier(name: str) -> ForeignModel:
    """The model in a folder, or of the hub (from its local cache, else pulled by its own library).

    Raises ``CompanionError`` with the next step when it is not there or cannot run here.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _from_hub(name)
    config = folder / "config.json"
    if not config.is_file():
        raise UsageError(f"{folder} holds no text-classification model (config.json).", "Check affect.text_model.")
    try:
        labels = json.loads(config.read_text(encoding="utf-8")).get("id2label", {})
    except ValueError as error:
        raise UsageError(f"{config} is not valid JSON.", "Get the model again.") from error
    if not labels:
        raise UsageError(f"{name} is no text-classification model (no labels).", "Check affect.text_model.")
    weights = next((p for p in (folder / "model.onnx", folder / "onnx" / "model.onnx") if p.is_file()), None)
    if weights is None:
        return ForeignModel(name, _torch_classifier(folder, name))
    names = [labels[k] for k in sorted(labels, key=int)]
    return ForeignModel(name, _onnx_classifier(folder, weights, names))


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise CompanionError(
            f'The text model "{name}" is neither a folder nor in the local hub cache.',
            f"On a machine with a connection run: hf download {name}",
        ) from error


def _onnx_classifier(folder: Path, weights: Path, names: Sequence[str]) -> Classifier:
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        session = load_session(weights, 1)
    except (OSError, ValueError) as error:
        raise CompanionError(f"The text model in {folder} does not load ({error}).", "Get the model again.") from error
    wanted = {i.name for i in session.get_inputs()}
    multi = _is_multi_label(folder)

    def classify(text: str) -> Mapping[str, float]:
        encoded = tokenizer(text, truncation=True, max_length=LONGEST, return_tensors="np")
        logits = session.run(None, {k: v for k, v in encoded.items() if k in wanted})[0][0]
        return dict(zip(names, _probabilities(logits, multi=multi).tolist(), strict=True))

    return classify


def _is_multi_label(folder: Path) -> bool:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config.get("problem_type") == "multi_label_classification"


def _probabilities(logits: NDArray[np.float32], *, multi: bool) -> NDArray[np.float64]:
    values = logits.astype(np.float64)
    if multi:
        return np.asarray(1 / (1 + np.exp(-values)))
    shifted = np.exp(values - values.max())
    return np.asarray(shifted / shifted.sum())


def _torch_classifier(folder: Path, name: str) -> Classifier:
    try:
        import torch  # noqa: F401  # transformers' pipeline needs it, and says so less plainly
    except ImportError as error:
        raise CompanionError(
            f'The text model "{name}" has no ONNX weights, and running it needs torch, which is not installed.',
            "Choose a model with onnx/model.onnx, or run: pip install torch",
        ) from error
    from transformers import pipeline

    run = pipeline("text-classification", model=str(folder), top_k=None, truncation=True)

    def classify(text: str) -> Mapping[str, float]:
        found = run(text)
        rows = found[0] if found and isinstance(found[0], list) else found
        return {row["label"]: float(row["score"]) for row in rows}

    return classify
