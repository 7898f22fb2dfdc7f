"""What can be listened to on this machine, and how the user names it."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from companion.audio import portaudio, pulse, wasapi
from companion.errors import CompanionError, UsageError

Kind = Literal["input", "output"]
Route = Literal["pulse", "portaudio", "wasapi"]

_VIRTUAL = ("blackhole", "loopback", "soundflower", "vb-cable", "background music")
"""Parts of the names of macOS drivers that hand an output back as an input."""
_NO_SERVER = (
    "No sound server answers. Log in to a desktop session, or start one: systemctl --user start pipewire-pulse, "
    "or pulseaudio --start."
)
_SEE = "See: companion devices"


@dataclass(frozen=True, slots=True)
class Device:
    """One device. ``index`` counts through inputs, then outputs, from 1; ``id`` is what ``route`` opens it by."""

    index: int
    kind: Kind
    name: str
    id: str
    route: Route
    default: bool


@dataclass(frozen=True, slots=True)
class Devices:
    """All of them; ``notes``: what is missing, each a sentence with its next step."""

    inputs: tuple[Device, ...] = ()
    outputs: tuple[Device, ...] = ()
    notes: tuple[str, ...] = ()


_Found = tuple[str, str, Route, bool]
"""name, id, route, default"""


def list_devices() -> Devices:
    """The inputs and outputs that can be listened to now; never raises for want of a sound server."""
    if sys.platform == "win32":
        inputs, notes = _portaudio_inputs()
        return _numbered(inputs, [(o.name, o.id, "wasapi", o.default) for o in wasapi.list_wasapi()], notes)
    if sys.platform == "darwin":
        inputs, notes = _portaudio_inputs()
        return _numbered(inputs, _macos_outputs(inputs, notes), notes)
    return _linux()


def _linux() -> Devices:
    found = pulse.list_pulse() if pulse.tools_there() else None
    if found is not None:
        inputs, outputs = (_pulse_devices(devices) for devices in found)
        return _numbered(inputs, outputs, [] if inputs else ["No microphone is connected: plug one in."])
    if pulse.server_there() and not pulse.tools_there():
        notes = [f"A sound server runs, but the other side cannot be heard without its tools. {pulse.TOOLS_HINT}"]
    else:
        notes = [_NO_SERVER]
        if not pulse.tools_there():
            notes.append(f"The sound server's tools are not installed. {pulse.TOOLS_HINT}")
    microphones, more = _portaudio_inputs()
    return _numbered(microphones, [], notes + more)


def _pulse_devices(devices: Sequence[pulse.PulseDevice]) -> list[_Found]:
    return [(_plain(d.description), d.source, "pulse", d.default) for d in devices]


def _portaudio_inputs() -> tuple[list[_Found], list[str]]:
    devices = portaudio.list_portaudio()
    if devices is None:
        hint = portaudio.INSTALL_HINT if sys.platform.startswith("linux") else "Install sounddevice again with pip."
        return [], [f"PortAudio is not installed, so no microphone can be used without a sound server. {hint}"]
    notes = [] if devices else ["PortAudio finds no microphone: plug one in."]
    return [(_plain(d.name), str(d.number), "portaudio", d.default) for d in devices], notes


def _macos_outputs(inputs: Sequence[_Found], notes: list[str]) -> list[_Found]:
    virtual = [d for d in inputs if any(part in d[0].casefold() for part in _VIRTUAL)]
    if not virtual:
        notes.append(
            "macOS hands out no sound of its own: a virtual device is needed to hear the other side. "
            "Install BlackHole (brew install blackhole-2ch); docs/audio.md tells how to set it up."
        )
    return [(name, id_, route, number == 0) for number, (name, id_, route, _) in enumerate(virtual)]


def _numbered(inputs: Sequence[_Found], outputs: Sequence[_Found], notes: Sequence[str]) -> Devices:
    def devices(kind: Kind, found: Sequence[_Found], begin: int) -> tuple[Device, ...]:
        return tuple(Device(begin + n, kind, name, id_, route, default)
                     for n, (name, id_, route, default) in enumerate(found))  # fmt: skip

    return Devices(devices("input", inputs, 1), devices("output", outputs, 1 + len(inputs)), tuple(notes))


def _plain(name: str) -> str:
    """A device's name is data: whatever could steer a terminal goes."""
    return "".join(c for c in name if c.isprintable()).strip() or "(without a name)"


def choose(wanted: str, devices: Devices, kind: Kind) -> Device:
    """The device that the user means by "default", an index, a name, an id, or a part of one.

    Raises ``UsageError`` when there is none such or several, ``CompanionError`` when there is nothing at all.
    """
    among = devices.inputs if kind == "input" else devices.outputs
    what = "microphone" if kind == "input" else "output to listen to"
    if not among:
        raise CompanionError(f"No {what} was found.", " ".join(devices.notes) or _SEE)
    if wanted.strip().casefold() in ("default", ""):
        return next((d for d in among if d.default), among[0])
    if wanted.strip().isdigit():
        return _by_index(int(wanted), among, what)
    key = wanted.strip().casefold()
    exact = [d for d in among if key in (d.name.casefold(), d.id.casefold())]
    partial = [d for d in among if key in d.name.casefold() or key in d.id.casefold()]
    matches = exact or partial
    if len(matches) == 1:
        return matches[0]
    if matches:
        named = ", ".join(f'"{d.name}" ({d.index})' for d in matches)
        raise UsageError(f'"{wanted}" names more than one {what}: {named}.', "Use the number, or more of the name.")
    raise UsageError(f'There is no {what} "{wanted}".', f"{_nearest(key, among)}{_SEE}")


def _by_index(index: int, among: Sequence[Device], what: str) -> Device:
    for device in among:
        if device.index == index:
            return device
    numbers = ", ".join(f'{d.index} "{d.name}"' for d in among)
    raise UsageError(f"Number {index} is no {what}; there is {numbers}.", _SEE)


def _nearest(key: str, among: Sequence[Device]) -> str:
    names = {d.name.casefold(): d.name for d in among}
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.3)
    return f'Did you mean "{names[near[0]]}"? ' if near else ""
