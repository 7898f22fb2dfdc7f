from __future__ import annotations

from pathlib import Path

import pytest

from companion.sessions.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sessions.db"


@pytest.fixture
def journal(path: Path):
    opened = Journal.open(path)
    yield opened
    opened.close()


@pytest.fixture
def on_disk(path: Path):
    """Whether some bytes are in any file of the data folder, whatever its case."""
    return lambda needle: any(
        needle.lower().encode() in f.read_bytes().lower() for f in path.parent.rglob("*") if f.is_file()
    )
