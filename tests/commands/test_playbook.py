"""``playbook``: the moves are listed, a file is checked, and a sentence is tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from companion import cli, locations
from companion.commands.playbook import playbook
from companion.playbook import book
from companion.terms import DRIVERS, MOVES
from tests.pipeline.fakes import KeywordModel

OWN = """
[drivers]
anger = ["ask_for_time", "acknowledge"]

[moves.ask_for_time]
headline = "Ask for time"
headlines = { anger = "Win a day" }
why = "Nobody decides well in a minute."
say = [
  "I'd like a day to think about this.",
  "{name}, may I call you tomorrow?",
  { text = "We are both angry. May I call tomorrow?", drivers = ["anger"], levels = [2, 3] },
  { text = "Could we still talk tomorrow?", again = true },
]
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.pipeline.build.load_text_model", lambda _: KeywordModel())


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A playbook of the user's own."""
    path = tmp_path / "mine.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


@pytest.fixture
def chosen(own: Path) -> Path:
    """The same, named in the settings."""
    path = locations.user_config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'[coach]\nplaybook = "{own.as_posix()}"\n', encoding="utf-8")
    return own


def run(*arguments: str) -> str:
    done = CliRunner().invoke(playbook, arguments)
    assert done.exit_code == 0, done.exception
    return done.stdout


def test_every_move_is_listed_with_its_words_and_their_conditions() -> None:
    told = run("list")
    for move in book.load().moves.values():
        assert f"\n{move.headline}  ({move.id}; for " in told
        assert f"  {move.why}\n" in told
        assert all(f"  - {line.text}" in told for line in move.say)
    assert "  as “Acknowledge the hurt” for hurt\n" in told
    assert "I'm listening.   [for anger; when breaking]\n" in told
    assert "What did I miss?   [the second time]\n" in told
    assert "; your own; " not in told


@pytest.mark.usefixtures("chosen")
def test_a_move_of_the_users_own_is_listed_as_theirs() -> None:
    told = run("list")
    assert "\nAsk for time  (ask_for_time; your own; for anger)\n  Nobody decides well in a minute.\n" in told
    assert "  as “Win a day” for anger\n" in told
    assert "May I call tomorrow?   [for anger; when heated or breaking]\n" in told
    assert "\nPropose a fresh start  (restart; for hurt)\n" in told, "anger names it no more"


@pytest.mark.usefixtures("chosen")
def test_the_list_as_json_has_moves_and_drivers() -> None:
    told = json.loads(run("list", "--json"))
    assert set(told["moves"]) == {*MOVES, "ask_for_time"}
    assert set(told["drivers"]) == set(DRIVERS)
    assert told["moves"]["ask_for_time"]["say"][3]["again"] is True


def test_a_list_is_never_a_command_to_the_terminal(chosen: Path) -> None:
    chosen.write_text('[moves.restart]\nheadline = "a\\u001b[2J"\nwhy = "b\\u001b[31m"\n', encoding="utf-8")
    assert "\x1b" not in run("list")


def test_a_good_file_is_ok(own: Path) -> None:
    assert run("check", str(own)) == f"OK: {own}, 17 moves (ask_for_time: your own) for 14 drivers.\n"


def test_without_a_file_the_one_of_the_settings_is_checked(chosen: Path) -> None:
    assert run("check").startswith(f"OK: {chosen}, 17 moves")


def test_our_own_playbook_is_ok() -> None:
    assert run("check") == "OK: our own playbook, 16 moves for 14 drivers.\n"


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("[moves.restrat]\n", 'mine.toml: "moves.restrat" is not known. Did you mean "restart"?'),
        ("[moves.restart]\nsay = ['Hi {name']\n", "single brace"),
        ("[drivers]\nanger = [['acknowledge']]\n", '"drivers.anger" names no move. Write a list'),
        (OWN.replace("[drivers]\nanger =", "#"), 'no driver names "ask_for_time"'),
    ],
)
def test_a_bad_file_is_one_sentence_and_an_exit_code(
    own: Path, text: str, needle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        cli.main(["playbook", "check", str(own)])
    told = capsys.readouterr()
    assert left.value.code == 2
    assert told.out == ""
    assert needle in told.err
    assert told.err.startswith("companion: ") and told.err.count("\n") == 1


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["playbook", "check", str(tmp_path / "none.toml")])
    assert left.value.code == 2
    assert "There is no playbook" in capsys.readouterr().err


def test_a_sentence_is_tried() -> None:
    seen, headline, why, *say = run("try", "I am angry.", "--level", "3").replace("\n\n", "\n").splitlines()
    ours = book.load().moves["acknowledge"]
    assert (seen, headline, why) == ("may be anger (90%)", ours.headline, ours.why)
    assert say[0] == "  - You are very angry with me right now, and I'm listening.", "the most particular comes first"
    assert set(say) <= {f"  - {line.text}" for line in ours.say}
    assert not any("{" in line for line in say)


@pytest.mark.usefixtures("chosen")
def test_a_sentence_finds_the_users_own_move() -> None:
    told = run("try", "I am angry.")
    assert told.splitlines() == [
        "may be anger (90%)",
        "",
        "Win a day",
        "Nobody decides well in a minute.",
        "  - We are both angry. May I call tomorrow?",
        "  - I'd like a day to think about this.",
    ]


@pytest.mark.usefixtures("chosen")
def test_a_tried_sentence_as_json() -> None:
    told = json.loads(run("try", "I am angry.", "--json", "--level", "1"))
    assert told == {
        "drivers": [{"id": "anger", "score": 0.9}],
        "move": "ask_for_time",
        "driver": "anger",
        "headline": "Win a day",
        "why": "Nobody decides well in a minute.",
        "say": ["I'd like a day to think about this."],
    }


def test_for_a_calm_sentence_nothing_is_suggested() -> None:
    assert run("try", "Fine.") == "Nothing would be suggested.\n"
    assert json.loads(run("try", "Fine.", "--json")) == {"drivers": [], "move": None}
