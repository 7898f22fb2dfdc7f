"""The first run: gone through once, never again; left early, it is no consent."""

from __future__ import annotations

import stat
from functools import partialmethod
from pathlib import Path

import pytest

from companion import locations
from companion.commands import welcoming
from companion.config import Settings
from companion.errors import CompanionError
from companion.tui.welcome import WelcomeApp
from tests.tui.feed import StillHearing

THROUGH = ("enter", "enter", "enter")


class Person:
    """Somebody who presses ``keys`` at the first screens; ``shown``: how often these came."""

    def __init__(self) -> None:
        self.keys: tuple[str, ...] = THROUGH
        self.shown = 0

    async def __call__(self, pilot) -> None:
        self.shown += 1
        await pilot.press(*self.keys)


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    somebody = Person()
    monkeypatch.setattr(welcoming, "DeviceHearing", lambda _: StillHearing())
    monkeypatch.setattr(WelcomeApp, "run", partialmethod(WelcomeApp.run, headless=True, auto_pilot=somebody))
    return somebody


def test_it_comes_once_and_not_again(person: Person) -> None:
    assert [welcoming.welcome(Settings()) for _ in range(3)] == [True, True, True]
    assert person.shown == 1
    assert stat.S_IMODE(locations.welcomed_path().stat().st_mode) == 0o600


@pytest.mark.parametrize("keys", [("escape",), ("enter", "q"), ("enter", "enter", "ctrl+c")])
def test_left_early_it_is_no_consent_and_comes_again(person: Person, keys: tuple[str, ...]) -> None:
    person.keys = keys
    assert not welcoming.welcome(Settings())
    assert not locations.welcomed_path().exists()
    person.keys = THROUGH
    assert welcoming.welcome(Settings())
    assert person.shown == 2


def test_a_folder_that_cannot_be_written_is_told(person: Person, own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "data").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(CompanionError, match="welcomed cannot be written"):
        welcoming.welcome(Settings())
