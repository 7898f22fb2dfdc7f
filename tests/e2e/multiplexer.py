"""The real program in tmux, as many use it, here and over ssh; what a test sees is the screen that tmux shows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

PATIENCE_S = 60.0
# a terminal at the far end of ssh does not tell of its colours
_NOT_TOLD = ("COLORTERM", "TMUX", "TERM_PROGRAM")


class Tmux:
    """The program in a session of a tmux server of the test's own, by a socket in ``folder``; use it with ``with``."""

    def __init__(self, folder: Path, *command: str, size: tuple[int, int] = (80, 24)) -> None:
        self._socket = folder / "tmux"
        self._command = [sys.executable, "-m", "companion", *command]
        self._size = size

    def __enter__(self) -> Self:
        environment = {k: v for k, v in os.environ.items() if k not in _NOT_TOLD} | {"TERM": "xterm-256color"}
        columns, rows = map(str, self._size)
        self._do("-f", os.devnull, "new-session", "-d", "-x", columns, "-y", rows, *self._command, env=environment)
        return self

    def __exit__(self, *_: object) -> None:
        self._do("kill-server", check=False)

    def _do(self, *arguments: str, check: bool = True, env: Mapping[str, str] | None = None) -> str:
        command = ["tmux", "-S", str(self._socket), *arguments]
        return subprocess.run(command, check=check, capture_output=True, text=True, env=env).stdout

    def screen(self, *, coloured: bool = False) -> str:
        """What stands there; ``coloured``: with the escape sequences of its colours."""
        return self._do("capture-pane", "-p", *(["-e"] if coloured else []))

    def until(self, text: str, *, gone: bool = False) -> None:
        """Until a text stands there, or is ``gone``."""
        deadline = time.monotonic() + PATIENCE_S
        while (text in self.screen()) is gone and time.monotonic() < deadline:
            time.sleep(0.1)
        assert (text in self.screen()) is not gone, self.screen()

    def press(self, *keys: str) -> None:
        """Keys as tmux names them: ``Space``, ``Enter``, or a letter."""
        self._do("send-keys", *keys)

    def resize(self, columns: int, rows: int) -> None:
        self._do("resize-window", "-x", str(columns), "-y", str(rows))

    def ended(self) -> bool:
        """Whether the program has left within the patience: its session goes with it."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            left = subprocess.run(["tmux", "-S", str(self._socket), "has-session"], check=False, capture_output=True)
            if left.returncode:
                return True
            time.sleep(0.1)
        return False
