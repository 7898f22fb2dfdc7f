"""From the model hub, file by file, going on where a broken download stopped."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from companion.errors import CompanionError
from companion.modelstore.manifest import Model, ModelFile

if TYPE_CHECKING:
    from companion.modelstore.store import Progress

_PATIENCE_S = 6.0
"""A closed machine should find out soon that there is no hub."""
_BLOCK = 1 << 18
_ENDPOINT = "https://huggingface.co"


def forbidden_by() -> str:
    """The variable that sets this machine to be offline, in words; empty when the hub may be asked."""
    return next((f"{name}=1" for name in ("COMPANION_OFFLINE", "HF_HUB_OFFLINE") if os.environ.get(name) == "1"), "")


def fetch(model: Model, work: Path, progress: Progress) -> None:
    """Fill ``work`` with the model's files; raises ``CompanionError`` when the hub cannot be reached or fails."""
    from companion.modelstore.store import is_whole

    if forbidden_by():
        raise CompanionError("The hub was not asked, as this machine is set to be offline.")
    if not model.repository:
        raise CompanionError("This model is not on the hub.")
    for file in model.files:
        if not is_whole(work / file.name, file):
            _download(model, file, work / file.name, progress)


def _download(model: Model, file: ModelFile, target: Path, progress: Progress) -> None:
    endpoint = os.environ.get("HF_ENDPOINT", _ENDPOINT).rstrip("/")
    url = f"{endpoint}/{model.repository}/resolve/{model.revision}/{file.name}"
    part = target.with_name(f"{target.name}.part")
    have = part.stat().st_size if part.exists() else 0
    if have >= file.bytes:
        part.unlink()
        have = 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310  # https
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:  # noqa: S310  # https
            resumed = have and answer.status == 206
            have = have if resumed else 0
            with part.open("ab" if resumed else "wb") as out:
                while block := answer.read(_BLOCK):
                    out.write(block)
                    have += len(block)
                    progress(f"{file.name} from the hub", have, file.bytes)
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise CompanionError(f"The hub did not deliver {file.name} ({_reason(error)}).") from error
    if have < file.bytes:
        raise CompanionError(f"The hub broke off in the middle of {file.name}.")
    part.replace(target)


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code}"
    if isinstance(error, urllib.error.URLError):
        return str(error.reason)
    return str(error) or type(error).__name__
