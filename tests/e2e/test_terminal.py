"""The whole program in a real terminal: a call is watched to its end, and looked back at."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

DEMO = Path(__file__).parents[2] / "models" / "demo" / "call.jsonl"
PATIENCE_S = 60.0


class Terminal:
    """A program in a pty of 80×24; what it writes, and keys for it."""

    def __init__(self, *command: str) -> None:
        self._own, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        env = dict(os.environ, TERM="xterm-256color")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "companion", *command], stdin=theirs, stdout=theirs, stderr=theirs, env=env
        )
        os.close(theirs)
        self.read = ""

    def until(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.read and time.monotonic() < deadline:
            if select.select([self._own], [], [], 0.2)[0]:
                try:
                    self.read += os.read(self._own, 65536).decode(errors="replace")
                except OSError:  # the program has ended
                    break
        assert text in self.read, self.read[-2000:]

    def until_last(self, text: str) -> None:
        """Until it is written once more."""
        self.read = ""
        self.until(text)

    def press(self, keys: str) -> None:
        os.write(self._own, keys.encode())

    def close(self) -> int:
        """Wait for the end, reading on: a program that nobody reads from cannot end."""
        deadline = time.monotonic() + PATIENCE_S
        try:
            while self.process.poll() is None and time.monotonic() < deadline:
                if select.select([self._own], [], [], 0.1)[0]:
                    try:
                        self.read += os.read(self._own, 65536).decode(errors="replace")
                    except OSError:  # its end of the terminal is closed
                        break
            return self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
            os.close(self._own)


def test_a_call_is_watched_to_its_end_and_then_looked_back_at() -> None:
    terminal = Terminal("replay", str(DEMO), "--speed", "max")
    terminal.until("The call is over.")
    assert "HEATED" in terminal.read
    terminal.press("x")
    terminal.until("missed one")
    terminal.press("d")
    terminal.until("How did your approach affect the dynamics?")
    terminal.press("\x1b")
    terminal.until_last("missed one")
    terminal.press("q")
    assert terminal.close() == 0


def test_a_call_is_ended_with_a_question_and_nothing_is_kept_when_not_wanted() -> None:
    terminal = Terminal("replay", str(DEMO), "--speed", "1", "--no-keep")
    terminal.until("CALM")
    terminal.press("q")
    terminal.until("End the call?")
    terminal.press("y")
    terminal.until("The call is over.")
    terminal.press("x")
    assert terminal.close() == 0
    assert DEMO.name not in terminal.read
