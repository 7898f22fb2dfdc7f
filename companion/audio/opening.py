"""From what the user calls a device to the source that records it."""

from __future__ import annotations

from companion.audio.devices import Kind, choose, list_devices
from companion.audio.portaudio import PortAudioSource
from companion.audio.pulse import PulseSource
from companion.audio.source import LiveSource
from companion.audio.wasapi import WasapiSource


def find_source(wanted: str, kind: Kind) -> LiveSource:
    """The microphone ("input") or the output to listen to, not yet open; raises ``UsageError`` or ``CompanionError``.

    Linux: a source of the sound server, an output's monitor; Windows: a microphone of PortAudio, an output's loopback;
    macOS: inputs of PortAudio, a virtual device for the other side.
    """
    device = choose(wanted, list_devices(), kind)
    if device.route == "pulse":
        return PulseSource(device.id, device.name)
    if device.route == "wasapi":
        return WasapiSource(device.id, device.name)
    return PortAudioSource(int(device.id), device.name)
