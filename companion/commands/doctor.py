"""``companion doctor``: what works on this machine, what is missing, and the exact command that mends it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

import click

from companion.commands.common import command, examples
from companion.errors import CompanionError

State = Literal["ok", "warn", "fail"]
_SIGNS = {"ok": "✓", "warn": "!", "fail": "✗"}
_LEAST_FREE_MB = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``fix`` is the command or step that mends it."""

    name: str
    state: State
    message: str
    fix: str = ""


@command(epilog=examples("companion doctor", "companion doctor --json"))
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Look at everything the companion needs and say what to do about what is missing."""
    findings = [check() for check in CHECKS]
    if as_json:
        click.echo(json.dumps([asdict(f) for f in findings]))
    else:
        for finding in findings:
            click.echo(f"{_SIGNS[finding.state]} {finding.name:14} {finding.message}")
            if finding.fix:
                click.echo(f"  {'':14} → {finding.fix}")
    broken = [f for f in findings if f.state == "fail"]
    if broken:
        raise CompanionError(f"{len(broken)} of {len(findings)} checks failed: {', '.join(f.name for f in broken)}.")


def _machine() -> Finding:
    cores = os.cpu_count() or 1
    message = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cores} cores"
    if cores < 2:
        return Finding("machine", "warn", message + "; recognition may lag", "companion live --model tiny.en")
    return Finding("machine", "ok", message)


def _speech_model() -> Finding:
    from companion import config
    from companion.pipeline.build import speech_model_path

    try:
        name = config.load().speech.model
        if name == "auto":  # it takes base before any other that is pulled by itself
            name = "base"
        return Finding("speech model", "ok", f'"{name}" is in {speech_model_path(name)}')
    except CompanionError as error:
        return Finding("speech model", "fail", error.message, error.hint.removeprefix("Run: "))


def _text_model() -> Finding:
    from companion import config
    from companion.pipeline.build import load_text_model

    try:
        model = load_text_model(config.load())
        return Finding("text model", "ok", f"{model.name} loads")
    except CompanionError as error:
        return Finding("text model", "fail", error.message, error.hint)


def _settings() -> Finding:
    from companion import config, locations

    try:
        config.load()
    except CompanionError as error:
        return Finding("settings", "fail", error.message, error.hint)
    own = locations.user_config_path()
    return Finding("settings", "ok", f"{own}" if own.is_file() else f"the defaults (your own would be {own})")


def _hearing() -> list[Finding]:
    from companion.audio.devices import list_devices

    try:
        found = list_devices()
    except CompanionError as error:
        return [Finding("hearing", "warn", error.message, error.hint)]
    notes = " ".join(found.notes)
    out = []
    for name, devices, what in (("microphone", found.inputs, "your side"), ("system audio", found.outputs, "theirs")):
        if devices:
            named = next((d.name for d in devices if d.default), devices[0].name)
            out.append(Finding(name, "ok", f"{named} ({what}; {len(devices)} to choose from)"))
        else:
            out.append(Finding(name, "warn", f"none found: {what} cannot be heard live. {notes}".strip(), _sound_fix()))
    return out


def _microphone() -> Finding:
    return _hearing()[0]


def _system_audio() -> Finding:
    return _hearing()[-1]


def _sound_fix() -> str:
    if sys.platform.startswith("linux"):
        if shutil.which("apt-get"):
            return "sudo apt-get install pulseaudio-utils libportaudio2   (and a sound server: PipeWire or PulseAudio)"
        return "install PortAudio and a sound server (PipeWire with pipewire-pulse, or PulseAudio)"
    if sys.platform == "darwin":
        return "brew install blackhole-2ch, then route the call's sound through it (docs/audio.md)"
    return "allow microphone access in Settings > Privacy; see docs/audio.md"


def _journal() -> Finding:
    from companion import locations
    from companion.sessions.journal import Journal

    try:
        journal = Journal.open(locations.journal_path())
        count = len(journal.sessions())
        journal.close()
    except CompanionError as error:
        return Finding("journal", "fail", error.message, error.hint)
    return Finding("journal", "ok", f"{locations.journal_path()}, {count} sessions")


def _disk() -> Finding:
    from companion import locations

    place = locations.data_dir()
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free // 1_000_000
    if free < _LEAST_FREE_MB:
        return Finding("disk", "warn", f"only {free} MB free in {place}", "companion sessions purge --older-than 90")
    return Finding("disk", "ok", f"{free / 1000:.0f} GB free in {place}")


def _terminal() -> Finding:
    if not sys.stdout.isatty():
        return Finding("terminal", "ok", "none: events are printed as lines")
    size = shutil.get_terminal_size()
    encoding = (sys.stdout.encoding or "").lower()
    if "utf" not in encoding:
        return Finding("terminal", "warn", f"{encoding} cannot show all signs", "export LANG=C.UTF-8")
    return Finding("terminal", "ok", f"{size.columns}x{size.lines}, {os.environ.get('TERM', 'unknown')}")


CHECKS: tuple[Callable[[], Finding], ...] = (
    _machine, _settings, _speech_model, _text_model, _microphone, _system_audio, _journal, _disk, _terminal,
)  # fmt: skip
