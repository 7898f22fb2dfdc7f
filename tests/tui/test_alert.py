"""The soft sign on the desktop: shown where there is a way to, and its words are words."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from companion.tui import alert

PATIENCE_S = 20.0
# nobody waits for a notification: it is still running when its Popen goes
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop without any commands; what they are given is written into its folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def install(desktop: Path, command: str) -> None:
    """A command that writes down its arguments, one a line."""
    program = desktop / command
    lines = ("#!/bin/sh", f'printf "%s\\n" "$@" > "{desktop}/half"', f'/bin/mv "{desktop}/half" "{desktop}/told"')
    program.write_text("\n".join(lines), encoding="utf-8")
    program.chmod(0o700)


def told(desktop: Path) -> list[str]:
    """The arguments, once they are there."""
    deadline = time.monotonic() + PATIENCE_S
    while not (desktop / "told").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return (desktop / "told").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("command", ["notify-send", "gdbus"])
def test_a_notification_is_shown_with_what_the_desktop_has(desktop: Path, command: str) -> None:
    install(desktop, command)
    assert alert.desktop()
    assert {alert.TITLE, alert.BODY} <= set(told(desktop))


def test_without_a_way_to_show_it_that_is_said(desktop: Path) -> None:
    assert not alert.desktop()


def test_a_command_that_cannot_be_run_shows_nothing(desktop: Path) -> None:
    install(desktop, "notify-send")
    (desktop / "notify-send").write_bytes(b"\x00no program")
    assert not alert.desktop()


@pytest.mark.parametrize("command", ["notify-send", "gdbus"])
def test_its_words_are_words_to_the_shell(desktop: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    install(desktop, command)
    evil = "$(touch hit) `touch hit`; touch hit \"' *"
    monkeypatch.setattr(alert, "BODY", evil)
    assert alert.desktop()
    assert evil in told(desktop)
    assert not (desktop / "hit").exists()
