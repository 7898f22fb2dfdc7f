"""How the user names a device, and what is said when there is none."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from companion.audio import devices as module
from companion.audio.devices import Device, Devices, choose, list_devices
from companion.audio.pulse import PulseDevice
from companion.commands.devices import devices as command
from companion.errors import CompanionError, UsageError


def device(index, name, *, kind="input", default=False):
    return Device(index, kind, name, f"source_{index}", "pulse", default)


DESK = Devices(
    inputs=(device(1, "Webcam C920"), device(2, "Jabra Evolve 65", default=True), device(3, "Jabra Speak 510")),
    outputs=(device(4, "Jabra Evolve 65", kind="output"), device(5, "Built-in Audio", kind="output", default=True)),
)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [("default", 2), ("", 2), ("1", 1), ("webcam c920", 1), ("evolve", 2), ("SPEAK", 3), ("source_3", 3)],
)
def test_a_microphone_is_found_by_number_name_part_or_id(wanted, index):
    assert choose(wanted, DESK, "input").index == index


def test_an_output_is_looked_for_among_the_outputs():
    assert choose("jabra", DESK, "output").index == 4
    assert choose("default", DESK, "output").index == 5


def test_without_a_default_the_first_is_taken():
    assert choose("default", Devices(inputs=(device(1, "Only"),)), "input").index == 1


def test_a_name_that_fits_several_says_which():
    with pytest.raises(UsageError) as caught:
        choose("jabra", DESK, "input")
    assert '"Jabra Evolve 65" (2), "Jabra Speak 510" (3)' in caught.value.message


def test_a_name_that_fits_none_says_the_nearest():
    with pytest.raises(UsageError) as caught:
        choose("Webcam C290", DESK, "input")
    assert 'Did you mean "Webcam C920"?' in caught.value.hint
    assert "companion devices" in caught.value.hint


@pytest.mark.parametrize("number", ["4", "99"])
def test_a_number_that_is_no_microphone_says_which_there_are(number):
    with pytest.raises(UsageError, match='1 "Webcam C920"'):
        choose(number, DESK, "input")


def test_nothing_at_all_says_the_next_step():
    with pytest.raises(CompanionError) as caught:
        choose("default", Devices(notes=("Plug one in.",)), "input")
    assert caught.value.hint == "Plug one in."


def test_a_name_cannot_steer_the_terminal(monkeypatch):
    # given a server with a device of a hostile name
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(module.pulse, "tools_there", lambda: True)
    hostile = PulseDevice("mic", "Mic\x1b[2J\n\x07evil", default=True)
    monkeypatch.setattr(module.pulse, "list_pulse", lambda: ([hostile], []))
    # then its name is only text
    assert list_devices().inputs[0].name == "Mic[2Jevil"


@pytest.fixture
def no_sound(monkeypatch, tmp_path):
    """A Linux machine without a sound server and without PortAudio."""
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("PULSE_SERVER", raising=False)
    monkeypatch.setattr(module.pulse, "list_pulse", lambda: None)
    monkeypatch.setattr(module.portaudio, "load", lambda: None)


def test_a_machine_without_sound_lists_nothing_and_says_what_to_do(no_sound):
    shown = CliRunner().invoke(command, [])
    assert shown.exit_code == 0
    assert "No sound server answers" in shown.output
    assert "sudo apt install libportaudio2" in shown.output
    data = json.loads(CliRunner().invoke(command, ["--json"]).output)
    assert (data["inputs"], data["outputs"]) == ([], [])


def test_a_server_without_its_tools_names_the_package(no_sound, monkeypatch):
    monkeypatch.setattr(module.pulse, "tools_there", lambda: False)
    monkeypatch.setenv("PULSE_SERVER", "unix:/somewhere")
    assert "sudo apt install pulseaudio-utils" in list_devices().notes[0]


def test_macos_hears_the_other_side_through_a_virtual_device_only(monkeypatch):
    # given a Mac, with and without such a device
    monkeypatch.setattr(module.sys, "platform", "darwin")
    microphone = module.portaudio.PortAudioDevice(0, "MacBook Pro Microphone", default=True)
    virtual = module.portaudio.PortAudioDevice(1, "BlackHole 2ch", default=False)
    monkeypatch.setattr(module.portaudio, "list_portaudio", lambda: [microphone, virtual])
    assert choose("default", list_devices(), "output").name == "BlackHole 2ch"
    monkeypatch.setattr(module.portaudio, "list_portaudio", lambda: [microphone])
    with pytest.raises(CompanionError, match="BlackHole"):
        choose("default", list_devices(), "output")
