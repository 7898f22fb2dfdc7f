"""The PulseAudio route (PipeWire answers to it as well), through the server's own ``parec`` and ``pactl``.

Why a subprocess and no binding: docs/decisions/0003-system-audio.md. A monitor is how PulseAudio calls the source that
hears what a sink, an output, plays.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from companion.audio.chunks import BLOCK, RATE
from companion.audio.source import OnBlock
from companion.errors import CompanionError

TOOLS_HINT = "Install the server's tools: sudo apt install pulseaudio-utils"
_LATENCY_MS = 30
"""About one block; the server cuts its pieces accordingly (measured: 12.5 ms)."""
_ANSWER_S = 5.0
_REFUSAL_S = 0.4
"""A refusal comes within milliseconds; the first sound may take seconds and is not waited for."""
_PAUSE_S = 0.004
"""A stream that has caught up pauses longer than this between its pieces of 12.5 ms."""
_BYTES = 4
_NEVER_ALONE = 'exec 3<&0; (exec >&- 2>&-; read -r _ <&3; kill -9 $$) & exec "$@" 3<&- </dev/null'
"""A recording must not outlive us, not even after kill -9: a waiter beside it sees our pipe close, and ends it."""


@dataclass(frozen=True, slots=True)
class PulseDevice:
    """``source``: the name of what ``parec`` records (a microphone, or the monitor of an output)."""

    source: str
    description: str
    default: bool


def tools_there() -> bool:
    """Whether ``parec`` and ``pactl`` are installed."""
    return shutil.which("parec") is not None and shutil.which("pactl") is not None


def server_there() -> bool:
    """Whether a sound server seems to run, asked without its tools."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(os.environ.get("PULSE_SERVER")) or (bool(runtime) and Path(runtime, "pulse", "native").exists())


def list_pulse() -> tuple[list[PulseDevice], list[PulseDevice]] | None:
    """Microphones and outputs, the server's order kept; None when no server answers."""
    info, sources, sinks = ask("info"), ask("list", "sources"), ask("list", "sinks")
    if info is None or sources is None or sinks is None:
        return None
    inputs = [
        PulseDevice(s["name"], s["description"], s["name"] == info.get("default_source_name"))
        for s in sources
        if s.get("properties", {}).get("device.class") != "monitor"
    ]
    outputs = [
        PulseDevice(s["monitor_source"], s["description"], s["name"] == info.get("default_sink_name")) for s in sinks
    ]
    return inputs, outputs


def ask(*question: str) -> Any:
    """What ``pactl`` answers to a question such as "info", or None. The plain locale keeps its numbers JSON."""
    try:
        done = subprocess.run(  # noqa: S603  # fixed arguments
            ["pactl", "--format=json", *question],  # noqa: S607  # found by tools_there
            capture_output=True,
            timeout=_ANSWER_S,
            check=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        return json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _skip_backlog(stream: IO[bytes]) -> None:
    """Read to the end of what an idle output hands over at once when it begins: it is seconds old."""
    aligned = BLOCK * _BYTES
    pending = 0
    while select.select([stream], [], [], _ANSWER_S if pending == 0 else _PAUSE_S)[0]:
        data = stream.read(aligned - pending % aligned)
        if not data:
            return
        pending += len(data)
    if pending % _BYTES:
        stream.read(_BYTES - pending % _BYTES)


class PulseSource:
    """A recording by ``parec``; the server resamples to 16 kHz mono."""

    def __init__(self, source: str, name: str) -> None:
        self.name = name
        self.id = source
        self._process: subprocess.Popen[bytes] | None = None
        self._settled = threading.Event()
        self._closed = False
        self._said = b""

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int | None:
        """The recording process, by which the server knows the stream."""
        return self._process.pid if self._process is not None else None

    def open(self, on_block: OnBlock) -> None:
        try:
            process = subprocess.Popen(  # noqa: S603  # the only variable is a name that pactl told
                [  # noqa: S607  # found by tools_there
                    "sh",
                    "-c",
                    _NEVER_ALONE,
                    "sh",
                    "parec",
                    f"--device={self.id}",
                    "--raw",
                    "--format=float32le",
                    f"--rate={RATE}",
                    "--channels=1",
                    f"--latency-msec={_LATENCY_MS}",
                    "--client-name=Companion",
                    "--property=node.dont-reconnect=true",  # PipeWire would move it to another device
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                process_group=0,  # Ctrl-C is for us; we end it in order
            )
        except OSError as error:
            raise CompanionError(f"{self.name} cannot be recorded: parec is missing.", TOOLS_HINT) from error
        self._process = process
        threading.Thread(target=self._pump, args=(process, on_block), name="parec", daemon=True).start()
        self._settled.wait(_REFUSAL_S)
        if not self.alive:
            reason = self._why()
            self.close()
            raise CompanionError(f"{self.name} cannot be recorded ({reason}).", "See: companion devices")

    def close(self) -> None:
        self._closed = True
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()

    def _pump(self, process: subprocess.Popen[bytes], on_block: OnBlock) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        rest = b""
        with process.stdout:
            _skip_backlog(process.stdout)
            while data := process.stdout.read(BLOCK * _BYTES):
                data = rest + data
                whole = len(data) // _BYTES * _BYTES
                rest = data[whole:]
                if self._closed:
                    break
                if whole:
                    on_block(np.frombuffer(data[:whole], "<f4"))
                    self._settled.set()
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
        self._said = process.stderr.read()
        process.stderr.close()
        self._settled.set()

    def _why(self) -> str:
        lines = self._said.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "the sound server gave no reason"
