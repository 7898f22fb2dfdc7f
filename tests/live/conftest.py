"""A real PulseAudio of the test's own, with two null sinks: ``call`` plays the other side, ``micsink`` the user.

The server lives in a private XDG_RUNTIME_DIR and HOME, so the developer's own is neither used nor disturbed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

_TOOLS = ("pulseaudio", "paplay", "pactl", "parec")
# without norewinds a null sink hands its monitor the first 2 s in one piece, which only makes the tests slow
_MODULES = (
    "module-native-protocol-unix",
    "module-null-sink sink_name=call norewinds=1 sink_properties=device.description=Headset",
    "module-null-sink sink_name=micsink norewinds=1 sink_properties=device.description=Lab",
    "module-remap-source master=micsink.monitor source_name=mic source_properties=device.description=Webcam",
    # desktops have it: a stream whose device goes away is moved to another one
    "module-rescue-streams",
)


class Pulse:
    """The server, and those who speak through it. ``env`` is what a process needs to find it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
        self.env |= {"XDG_RUNTIME_DIR": str(home), "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")}
        self.server: subprocess.Popen[bytes] | None = None
        self.players: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the server and wait until it answers."""
        modules = [part for module in _MODULES for part in ("-L", module)]
        self.server = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", *modules],
            env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(100):
            listed = subprocess.run(
                ["pactl", "list", "short", "sources"], env=self.env, capture_output=True, check=False
            )
            if b"\nmic\t" in listed.stdout or b"\tmic\t" in listed.stdout:
                return
            if self.server.poll() is not None:
                break
            time.sleep(0.05)
        pytest.fail("pulseaudio did not start")

    def play(self, sink: str, wav: Path | str) -> subprocess.Popen[bytes]:
        """Play a file into a sink ("call": the other side, "micsink": the user); returns at once, ``wait()`` for its end."""
        player = subprocess.Popen(
            ["paplay", "--latency-msec=50", f"--device={sink}", str(wav)], env=self.env, stderr=subprocess.DEVNULL
        )
        self.players.append(player)
        return player

    def tell(self, *command: str) -> str:
        """Give the server a command of ``pactl``; returns what it prints."""
        return subprocess.run(["pactl", *command], env=self.env, check=True, capture_output=True, text=True).stdout

    def kill(self) -> None:
        """Let the server die at once, as a crash does."""
        assert self.server is not None
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()
        for stale in (self.home / "pulse").glob("*"):
            stale.unlink()

    def stop(self) -> None:
        for player in self.players:
            player.kill()
            player.wait()
        if self.server is not None:
            self.server.kill()
            self.server.wait()


@pytest.fixture
def pulse(monkeypatch):
    """A running server that this process and its children find; skipped where PulseAudio is not installed."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing: sudo apt install pulseaudio pulseaudio-utils")
    # a socket's path may have 108 characters at most, pytest's own folders are longer on some machines
    with tempfile.TemporaryDirectory(prefix="pa-") as home:
        server = Pulse(Path(home))
        for name in [name for name in os.environ if name.startswith("PULSE_")]:
            monkeypatch.delenv(name)
        for name in ("XDG_RUNTIME_DIR", "HOME", "XDG_CONFIG_HOME"):
            monkeypatch.setenv(name, server.env[name])
        try:
            server.start()
            yield server
        finally:
            server.stop()
