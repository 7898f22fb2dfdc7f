"""Real sound servers of the tests' own, with two null sinks: ``call`` plays the other side, ``micsink`` the user.

A server lives in a private XDG_RUNTIME_DIR and HOME, so the developer's own is neither used nor disturbed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# without norewinds a null sink hands its monitor the first 2 s in one piece, which only makes the tests slow
_DEVICES = (
    "module-null-sink sink_name=call norewinds=1 sink_properties=device.description=Headset",
    "module-null-sink sink_name=micsink norewinds=1 sink_properties=device.description=Lab",
    "module-remap-source master=micsink.monitor source_name=mic source_properties=device.description=Webcam",
)


class NotStartedError(Exception):
    """A server of the machine's that does not come up; what it said last."""


STEP_S = 20.0
"""How long a part of a server may take to be there: machines that test many things at once are slow."""
TRIES = 3


class Pulse:
    """PulseAudio, and those who speak through it. ``env`` is what a process needs to find it."""

    programs = ("pulseaudio", "paplay", "pactl", "parec")
    install = "sudo apt install pulseaudio pulseaudio-utils"

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
        self.env |= {"XDG_RUNTIME_DIR": str(home), "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")}
        self.servers: list[subprocess.Popen[bytes]] = []
        self.players: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the server and wait until it answers."""
        # desktops have rescue-streams: a stream whose device goes away is moved to another one
        modules = ("module-native-protocol-unix", *_DEVICES, "module-rescue-streams")
        self.run("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit",
                 *(part for module in modules for part in ("-L", module)))  # fmt: skip
        self.until(lambda: "\tmic\t" in self.ask("list", "short", "sources"))

    def start_again(self) -> None:
        """Start the server in the same place, as after a crash; a machine where it does not come up again skips."""
        last: Exception | None = None
        for _ in range(TRIES):
            try:
                self.start()
            except (NotStartedError, subprocess.CalledProcessError) as error:
                self.kill()
                last = error
            else:
                return
        pytest.skip(f"{self.programs[0]} does not come up again on this machine, {last}")

    def run(self, *command: str) -> None:
        """Run a part of the server."""
        with (self.home / "servers.log").open("ab") as log:
            self.servers.append(
                subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            )

    def until(self, done) -> None:
        """Wait until the server is so far."""
        patience = time.monotonic() + STEP_S
        while time.monotonic() < patience:
            if done():
                return
            ended = [str(server.args[0]) for server in self.servers if server.poll() is not None]
            if ended:
                raise NotStartedError(f"{', '.join(ended)} ended: {self.last_said()}")
            time.sleep(0.05)
        raise NotStartedError(f"not there after {STEP_S:.0f} s: {self.last_said()}")

    def last_said(self) -> str:
        """The end of what the parts of the server printed."""
        return (self.home / "servers.log").read_text(errors="replace")[-300:].strip() or "(nothing printed)"

    def ask(self, *question: str) -> str:
        """What ``pactl`` prints; nothing when no server answers."""
        try:
            return subprocess.run(
                ["pactl", *question], env=self.env, capture_output=True, text=True, check=False, timeout=STEP_S
            ).stdout
        except subprocess.TimeoutExpired:  # a server that hangs as it starts
            return ""

    def tell(self, *command: str) -> None:
        """Give the server a command of ``pactl``."""
        subprocess.run(["pactl", *command], env=self.env, check=True, capture_output=True)

    def play(self, sink: str, wav: Path | str) -> subprocess.Popen[bytes]:
        """Play a file into a sink ("call": the other side, "micsink": the user); returns at once, ``wait()`` for its end."""
        player = subprocess.Popen(
            ["paplay", "--latency-msec=50", f"--device={sink}", str(wav)], env=self.env, stderr=subprocess.DEVNULL
        )
        self.players.append(player)
        return player

    def kill(self) -> None:
        """Let the server die at once, as a crash does."""
        for server in self.servers:
            server.send_signal(signal.SIGKILL)
            server.wait()
        self.servers.clear()
        for stale in (*self.home.glob("pulse/*"), *self.home.glob("pipewire-*")):
            stale.unlink()

    def stop(self) -> None:
        for process in (*self.players, *reversed(self.servers)):
            process.kill()
            process.wait()


class PipeWire(Pulse):
    """PipeWire with WirePlumber and its PulseAudio face, as desktops run it; WirePlumber wants a D-Bus."""

    programs = ("pipewire", "pipewire-pulse", "wireplumber", "dbus-daemon", "paplay", "pactl", "parec")
    install = "sudo apt install pipewire pipewire-pulse wireplumber dbus pulseaudio-utils"

    def start(self) -> None:
        address = f"unix:path={self.home}/bus"
        self.env |= {"DBUS_SESSION_BUS_ADDRESS": address, "XDG_STATE_HOME": str(self.home / "state")}
        (self.home / "bus").unlink(missing_ok=True)
        self.run("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}")
        self.until((self.home / "bus").exists)
        self.run("pipewire")
        self.until((self.home / "pipewire-0").exists)
        self.run("wireplumber")
        self.run("pipewire-pulse")
        self.until(lambda: self.ask("info"))
        for module in _DEVICES:
            self.tell("load-module", *module.split())
        self.until(lambda: "Default Source: mic" in self.ask("info") and "Default Sink: call" in self.ask("info"))


@contextlib.contextmanager
def running(kind: type[Pulse], monkeypatch: pytest.MonkeyPatch) -> Iterator[Pulse]:
    """A running server that this process and its children find; skipped where it is not installed."""
    missing = [program for program in kind.programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing: {kind.install}")
    with contextlib.ExitStack() as folders:
        server = _started(kind, folders)
        for name in [name for name in os.environ if name.startswith("PULSE_")]:
            monkeypatch.delenv(name)
        for name in ("XDG_RUNTIME_DIR", "HOME", "XDG_CONFIG_HOME"):
            monkeypatch.setenv(name, server.env[name])
        try:
            yield server
        finally:
            server.stop()


def _started(kind: type[Pulse], folders: contextlib.ExitStack) -> Pulse:
    """A server that came up; the server is not what is tested, so a machine where none does skips."""
    last: Exception | None = None
    for _ in range(TRIES):
        # a socket's path may have 108 characters at most, pytest's own folders are longer on some machines
        home = folders.enter_context(tempfile.TemporaryDirectory(prefix="pa-", ignore_cleanup_errors=True))
        server = kind(Path(home))
        try:
            server.start()
        except (NotStartedError, subprocess.CalledProcessError) as error:
            server.stop()
            last = error
        else:
            return server
    return pytest.skip(f"{kind.programs[0]} does not come up on this machine, {last}")


@pytest.fixture
def pulse(monkeypatch):
    """A running PulseAudio."""
    with running(Pulse, monkeypatch) as server:
        yield server
