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


def _microphone() -> Finding:
    from companion.audio.devices import list_devices

    found = list_devices()
    if found.inputs:
        named = next((d.name for d in found.inputs if d.default), found.inputs[0].name)
        return Finding("microphone", "ok", f"{named} ({len(found.inputs)} to choose from)")
    return Finding("microphone", "warn", "none: your side cannot be heard live", _microphone_fix())


def _system_audio() -> Finding:
    from companion.audio.devices import list_devices

    found = list_devices()
    if found.outputs:
        named = next((d.name for d in found.outputs if d.default), found.outputs[0].name)
        return Finding("system audio", "ok", f"{named} ({len(found.outputs)} to choose from)")
    return Finding("system audio", "warn", "none: the other side cannot be heard live", _system_fix())


def _microphone_fix() -> str:
    if sys.platform == "darwin":
        return "plug one in, and allow your terminal: System Settings > Privacy & Security > Microphone"
    if sys.platform == "win32":
        return "plug one in, and allow it: Settings > Privacy & security > Microphone > Let desktop apps access"
    if not _sound_server():
        return "plug one in; then, for one without a sound server: " + _install("libportaudio2")
    return "plug one in, or choose it in your desktop's sound settings"


def _system_fix() -> str:
    if sys.platform == "darwin":
        return (
            "brew install blackhole-2ch; in Audio MIDI Setup make a Multi-Output Device of your headphones and "
            "BlackHole 2ch, and choose it as the output (docs/audio.md)"
        )
    if sys.platform == "win32":
        return "plug in headphones or loudspeakers: Windows has no output to listen to"
    from companion.audio import pulse

    if not _sound_server():
        return (
            _install("pipewire-pulse wireplumber pulseaudio-utils")
            + " && systemctl --user --now enable pipewire-pulse wireplumber"
        )
    if not pulse.tools_there():
        return _install("pulseaudio-utils")
    return "choose an output in your desktop's sound settings"


def _sound_server() -> bool:
    from companion.audio import pulse

    return pulse.server_there()


def _install(packages: str) -> str:
    """The command that installs packages, by their Debian names, with the package manager of this machine."""
    if shutil.which("apt-get"):
        return f"sudo apt-get install {packages}"
    if shutil.which("dnf"):
        return f"sudo dnf install {packages.replace('libportaudio2', 'portaudio')}"
    if shutil.which("pacman"):
        named = packages.replace("libportaudio2", "portaudio").replace("pulseaudio-utils", "libpulse")
        return f"sudo pacman -S {named}"
    return f"install {packages} (so Debian calls them)"


def _echo_canceller() -> Finding:
    from companion.audio.suppressor import Suppressor

    try:
        Suppressor()
    except ImportError as error:
        return Finding("echo", "warn", f"an echo cannot be taken out ({error})", "pip install pywebrtc-audio")
    return Finding("echo", "ok", "loudspeakers are taken out of your microphone's sound when they are heard there")


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
    _machine, _settings, _speech_model, _text_model, _microphone, _system_audio, _echo_canceller,
    _journal, _disk, _terminal,
)  # fmt: skip
