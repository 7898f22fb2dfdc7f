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
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# without norewinds a null sink hands its monitor the first 2 s in one piece, which only makes the tests slow
_DEVICES = (
    "module-null-sink sink_name=call norewinds=1 sink_properties=device.description=Headset",
    "module-null-sink sink_name=micsink norewinds=1 sink_properties=device.description=Lab",
    "module-remap-source master=micsink.monitor source_name=mic source_properties=device.description=Webcam",
)
_STEP_S = 20.0
"""How long a busy machine may take for one step of a server's start."""
_STARTS = 3
"""How often a server is started, each time anew, before the test that wants it is left out."""


class DidNotStartError(Exception):
    """A server did not come up; the message ends with its own last words."""


class Pulse:
    """PulseAudio, and those who speak through it. ``env`` is what a process needs to find it."""

    programs = ("pulseaudio", "paplay", "pactl", "parec")
    install = "sudo apt install pulseaudio pulseaudio-utils"

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "server.log"
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
        """Start the server in the same place, as after a crash."""
        for tried in range(1, _STARTS + 1):
            try:
                self.start()
            except DidNotStartError as error:
                self.kill()
                if tried == _STARTS:
                    pytest.skip(str(error))
            else:
                return

    def run(self, *command: str) -> None:
        """Run a part of the server."""
        with self.log.open("ab") as log:
            self.servers.append(
                subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            )

    def until(self, done: Callable[[], object]) -> None:
        """Wait until the server is so far; raises ``DidNotStartError``."""
        latest = time.monotonic() + _STEP_S
        while not done():
            ended = [server.args[0] for server in self.servers if server.poll() is not None]
            if ended or time.monotonic() > latest:
                what = f"{ended[0]} ended at once" if ended else f"nothing came within {_STEP_S:.0f} s"
                raise DidNotStartError(f"{self.programs[0]} did not start: {what}; {self.last_words()}")
            time.sleep(0.05)

    def last_words(self) -> str:
        """The end of what the server has printed."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return " | ".join(lines[-5:]) or "it said nothing"

    def ask(self, *question: str) -> str:
        """What ``pactl`` prints; nothing when no server answers."""
        try:
            return subprocess.run(
                ["pactl", *question], env=self.env, capture_output=True, text=True, check=False, timeout=_STEP_S
            ).stdout
        except subprocess.TimeoutExpired:
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
            try:
                self.tell("load-module", *module.split())
            except subprocess.CalledProcessError as error:
                raise DidNotStartError(f"pipewire takes no devices: {error.stderr!r}; {self.last_words()}") from error
        self.until(lambda: "Default Source: mic" in self.ask("info") and "Default Sink: call" in self.ask("info"))


@contextlib.contextmanager
def running(kind: type[Pulse], monkeypatch: pytest.MonkeyPatch) -> Iterator[Pulse]:
    """A running server that this process and its children find; skipped where it is not installed."""
    missing = [program for program in kind.programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing: {kind.install}")
    for name in [name for name in os.environ if name.startswith("PULSE_")]:
        monkeypatch.delenv(name)
    with contextlib.ExitStack() as stack:
        server = _started(kind, stack)
        for name in ("XDG_RUNTIME_DIR", "HOME", "XDG_CONFIG_HOME"):
            monkeypatch.setenv(name, server.env[name])
        yield server


def _started(kind: type[Pulse], stack: contextlib.ExitStack) -> Pulse:
    """A server that answers; each attempt has a fresh folder. The server is not what is tested: without it, a skip."""
    why = ""
    for _ in range(_STARTS):
        # a socket's path may have 108 characters at most, pytest's own folders are longer on some machines
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="pa-", ignore_cleanup_errors=True))
        server = kind(Path(home))
        stack.callback(server.stop)
        try:
            server.start()
        except DidNotStartError as error:
            why = str(error)
            server.stop()
        else:
            return server
    pytest.skip(why)


@pytest.fixture
def pulse(monkeypatch):
    """A running PulseAudio."""
    with running(Pulse, monkeypatch) as server:
        yield server
