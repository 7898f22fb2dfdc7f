"""Files for the user: written whole or not at all, and never in the place of something else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from companion.commands.keeping import write_own
from companion.errors import CompanionError, UsageError


def test_what_is_no_regular_file_is_never_replaced(tmp_path: Path) -> None:
    # given a pipe and a folder where the report should go
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (pipe, folder):
        # then even --force leaves it
        with pytest.raises(UsageError, match="not a regular file"):
            write_own(path, "report", force=True)
    assert pipe.is_fifo()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "pipe"]


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(CompanionError, match="cannot be written"):
        write_own(tmp_path / "file" / "report.html", "report", force=False)


def test_force_replaces_a_file_and_nothing_else_does(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_own(path, "one", force=False)
    with pytest.raises(UsageError, match="--force"):
        write_own(path, "two", force=False)
    write_own(path, "two", force=True)
    assert path.read_text(encoding="utf-8") == "two"
    assert path.stat().st_mode & 0o777 == 0o600
