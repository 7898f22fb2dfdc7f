"""The real program on a real terminal, for tests that watch it as a person would."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping

PATIENCE_S = 60.0


class Terminal:
    """The program in a pty of 80×24; what it writes, and keys for it. ``environment``: instead of the test's own."""

    def __init__(self, *command: str, environment: Mapping[str, str] | None = None) -> None:
        self._own, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        env = {**(os.environ if environment is None else environment), "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "companion", *command], stdin=theirs, stdout=theirs, stderr=theirs, env=env
        )
        os.close(theirs)
        self.read = ""

    def until(self, text: str, patience_s: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + patience_s
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

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

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
