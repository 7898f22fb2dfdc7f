"""Settings: every default written down, every mistake named with its file, its key and the nearest valid one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from companion import config, locations
from companion.commands.config import config as command
from companion.errors import UsageError
from companion.playbook import book


def own(text: str) -> Path:
    path = locations.user_config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_that_we_ship_says_exactly_the_defaults() -> None:
    written = config.read_toml(locations.shipped("config.toml"))
    spelled = {f"{section}.{key}" for section, values in written.items() for key in values}
    assert spelled == set(config.flat(config.Settings()))
    assert config.load() == config.Settings()


def test_every_setting_has_a_comment() -> None:
    lines = locations.shipped("config.toml").read_text(encoding="utf-8").splitlines()
    assert all("#" in line for line in lines if "=" in line and not line.startswith("#"))


def test_the_users_file_lies_over_the_defaults() -> None:
    own('[speech]\nlanguage = "de"\n[escalation]\nenter = [0.5, 0.7, 0.8]\n')
    loaded = config.load()
    assert loaded.speech.language == "de"
    assert loaded.speech.model == "base"
    assert loaded.escalation.enter == (0.5, 0.7, 0.8)


@pytest.mark.parametrize(
    ("text", "needles"),
    [
        ('[speech]\nmodle = "base"\n', ["config.toml", '"speech.modle"', 'Did you mean "speech.model"?']),
        ("[speach]\n", ['"speach"', 'Did you mean "speech"?']),
        ("[speech]\nthreads = -1\n", ["config.toml", '"speech.threads"']),
        ("[speech]\nthreads = 1.5\n", ['"speech.threads"']),
        ("[escalation]\nsensitivity = 3\n", ['"escalation.sensitivity"']),
        ("[escalation]\nenter = [0.5, 0.6]\n", ['"escalation.enter"']),
        ("[escalation]\nleave = [0.9, 0.3, 0.3]\n", ['"escalation.leave"', "must be below"]),
        ("[escalation]\nenter = [0.7, 0.6, 0.8]\n", ['"escalation.enter"', "must not fall", "[0.6, 0.7, 0.8]"]),
        ("[escalation]\nleave = [0.4, 0.3, 0.35]\n", ['"escalation.leave"', "must not fall"]),
        ('[screen]\ntheme = "pink"\n', ['"screen.theme"']),
        ("speech = 3\n", ['"speech" is a section']),
        ("[speech\n", ["not valid TOML"]),
        ('[speech]\nlanguage = "DE"\n', ['"speech.language"', 'Did you mean "de"?']),
        ('[speech]\nlanguage = "xx"\n', ['"speech.language"', 'there is no language "xx"']),
        ('[speech]\nmodel = ""\n', ['"speech.model"']),
        ('[screen]\ntheme = "drak"\n', ['"screen.theme"', 'Did you mean "dark"?']),
        ('[screen]\ntheme = "pink"\n', ["Valid are: dark, light, contrast"]),
        ('[SPEECH]\nmodel = "base"\n', ['Did you mean "speech"?']),
        ("sensitivity = 0.5\n", ['"sensitivity" is not', 'Did you mean "escalation.sensitivity", under [escalation]?']),
        ("[coach]\nper_hour = " + "9" * 5000 + "\n", ["not valid TOML"]),
        ("a = " + "[" * 5000 + "]" * 5000 + "\n", ["not valid TOML"]),
    ],
)
def test_mistakes_are_named(text: str, needles: list[str]) -> None:
    own(text)
    with pytest.raises(UsageError) as caught:
        config.load()
    assert all(needle in str(caught.value) for needle in needles), str(caught.value)
    assert caught.value.exit_code == 2


ADDED = '[moves.ask_for_time]\nheadline = "Ask for time"\nwhy = "It helps."\nsay = ["May I sleep on it?"]\n'


def test_moves_of_the_users_own_playbook_may_be_offered_less(tmp_path: Path) -> None:
    playbook = tmp_path / "moves.toml"
    playbook.write_text(f"\ufeff{ADDED}", encoding="utf-8")
    own(f'[coach]\nplaybook = "{playbook.as_posix()}"\nless = ["restart", "ask_for_time"]\n')
    assert config.load().coach.less == ("restart", "ask_for_time")
    own(f'[coach]\nplaybook = "{playbook.as_posix()}"\nless = ["ask_for_tiem"]\n')
    with pytest.raises(UsageError, match='Did you mean "ask_for_time"'):
        config.load()
    own('[coach]\nless = ["ask_for_time"]\n')
    with pytest.raises(UsageError, match=r'"coach\.less" names "ask_for_time"'):
        config.load()


@pytest.mark.parametrize("text", [None, "[moves", "moves = 3\n"])
def test_a_playbook_that_cannot_be_read_is_told_where_it_is_used(tmp_path: Path, text: str | None) -> None:
    playbook = tmp_path / "moves.toml"
    if text is not None:
        playbook.write_text(text, encoding="utf-8")
    own(f'[coach]\nplaybook = "{playbook.as_posix()}"\nless = ["ask_for_time"]\n')
    assert config.load().coach.less == ("ask_for_time",)
    with pytest.raises(UsageError, match=re.escape(str(playbook))):
        book.load(config.load().coach.playbook)


def test_a_byte_order_mark_is_no_mistake() -> None:
    own("\ufeff[speech]\nlanguage = 'fr'\n")
    assert config.load().speech.language == "fr"


def test_the_languages_are_those_of_whisper() -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(config.LANGUAGES) == {"auto", *_LANGUAGE_CODES}


def test_show_marks_what_is_not_the_default() -> None:
    own('[speech]\nlanguage = "fr"\n')
    shown = CliRunner().invoke(command, ["show"]).output
    assert '* speech.language = "fr"' in shown
    assert '  speech.model = "base"' in shown
    assert json.loads(CliRunner().invoke(command, ["show", "--json"]).output)["speech.language"] == "fr"


def test_path_tells_where_everything_is() -> None:
    places = json.loads(CliRunner().invoke(command, ["path", "--json"]).output)
    assert places["settings"] == str(locations.user_config_path())
    assert {"sessions", "models", "log", "defaults"} <= places.keys()


def test_check_says_ok_or_what_is_wrong(tmp_path: Path) -> None:
    assert "OK" in CliRunner().invoke(command, ["check"]).output
    bad = tmp_path / "bad.toml"
    bad.write_text("[coach]\nper_hour = 999\n", encoding="utf-8")
    assert isinstance(CliRunner().invoke(command, ["check", str(bad)]).exception, UsageError)
