"""Which speech model "auto" means: the largest on this machine that keeps real time with room for the video call.

Every model that is here is measured once, on six seconds of the bundled call, and the result is kept beside the models
(it can be had again). A machine that changed, or another version of a model, is measured anew.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion import locations
from companion.errors import CompanionError
from companion.speech.transcriber import Transcriber, usable_cores

_log = logging.getLogger(__name__)
AUTO = "auto"
CANDIDATES = ("small", "base", "tiny.en")
"""Largest first. What is larger than small does not keep up on a laptop's processor."""
ENGLISH_ONLY = ".en"
ROOM = 0.1
"""Seconds of work for a second of speech that still leave room: while somebody speaks he is recognised once whole and
looked at about four times on the way, which makes half of the time; the other half is the call's."""
SAMPLE_S = 6.0


def candidates(language: str, folder_of: Callable[[str], Path]) -> dict[str, Path]:
    """The models that are here and know the language, largest first; ``folder_of`` raises where there is none."""
    found = {}
    for name in CANDIDATES:
        if name.endswith(ENGLISH_ONLY) and language != "en":
            continue
        try:
            found[name] = folder_of(name)
        except CompanionError:
            continue
    return found


def choose(costs: Mapping[str, float]) -> str:
    """The first (largest) whose cost, in seconds of work a second of speech, leaves room; else the cheapest."""
    fitting = [name for name, cost in costs.items() if cost <= ROOM]
    return fitting[0] if fitting else min(costs, key=lambda name: costs[name])


def measured(models: Mapping[str, Path], record: Path, cost_of: Callable[[str, Path], float]) -> dict[str, float]:
    """What each model costs on this machine, from ``record`` where that is of this machine and these models."""
    known = _read(record)
    costs = {}
    for name, folder in models.items():
        key = f"{name} {(folder / 'model.bin').stat().st_size} {_machine()}"
        if not isinstance(known.get(key), float):
            known[key] = cost_of(name, folder)
            _log.info("%s costs %.3f s for a second of speech", name, known[key])
        costs[name] = known[key]
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps(known, indent=1), encoding="utf-8")
        record.chmod(0o600)
    except OSError as error:
        _log.warning("what models cost could not be kept: %s", error)
    return costs


def model_for(language: str, folder_of: Callable[[str], Path]) -> str:
    """The model that "auto" means here; raises ``CompanionError`` when there is none at all."""
    models = candidates(language, folder_of)
    if not models:
        raise CompanionError("There is no speech model on this machine.", "Run: companion models pull base")
    if len(models) == 1:
        return next(iter(models))
    sample = _sample()
    return choose(measured(models, locations.models_dir() / "costs.json", lambda n, f: cost(n, f, sample)))


def cost(name: str, folder: Path, sample: NDArray[np.float32]) -> float:
    """Seconds of work for a second of ``sample`` (float32 mono 16 kHz); the better of two, as others work too."""
    transcriber = Transcriber(folder, name=name, language="en")
    transcriber.warm_up()
    times = []
    for _ in range(2):
        begun = time.perf_counter()
        transcriber.transcribe(sample, within_s=0.0)
        times.append(time.perf_counter() - begun)
    return min(times) * 16_000 / len(sample)


def _sample() -> NDArray[np.float32]:
    from companion.audio.files import open_audio

    pieces: list[NDArray[np.float32]] = []
    for t, sides in open_audio(locations.shipped("models", "demo", "call.ogg")):
        pieces.append(sum(s for s in sides.values() if s is not None))  # type: ignore[arg-type]
        if t >= SAMPLE_S:
            break
    return np.concatenate(pieces).astype(np.float32)


def _machine() -> str:
    return f"{platform.machine()} {platform.processor()} {os.cpu_count()}/{usable_cores()}"


def _read(record: Path) -> dict[str, Any]:
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
