"""The playbook holds every move in words short enough to be read in two seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.errors import UsageError
from companion.events import DRIVERS, MOVES
from companion.playbook import book


def test_every_move_and_every_driver_is_there() -> None:
    ours = book.load()
    assert set(ours.moves) == set(MOVES)
    assert set(ours.drivers) == set(DRIVERS)


@pytest.mark.parametrize("move", MOVES)
def test_the_words_are_short_and_many(move: str) -> None:
    words = book.load().moves[move]
    assert len(words.headline.split()) <= 5
    assert len(words.say) >= 6
    assert len(set(words.say)) == len(words.say)
    assert all(len(line.split()) <= 15 for line in words.say)
    assert words.why.endswith(".")


def test_only_staying_centred_is_done_in_silence() -> None:
    assert [m.id for m in book.load().moves.values() if m.kind == "do"] == ["stay_centred"]


def own(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_users_words_replace_ours(tmp_path: Path) -> None:
    mine = own(tmp_path, '[moves.restart]\nheadline = "Begin again"\nsay = ["Shall we begin again?"]\n')
    laid_over = book.load(mine)
    assert laid_over.moves["restart"].headline == "Begin again"
    assert laid_over.moves["restart"].why == book.load().moves["restart"].why


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("[moves.restrat]\n", 'Did you mean "restart"?'),
        ('[moves.restart]\nheadlin = "x"\n', 'Did you mean "headline"?'),
        ('[moves.restart]\nheadline = "one two three four five six"\n', "more than 5 words"),
        ("[moves.restart]\nsay = []\n", "list of sentences"),
        ('[moves.restart]\nkind = "shout"\n', '"say" or "do"'),
        (f'[moves.restart]\nsay = ["{"word " * 16}"]\n', "more than 15 words"),
        ('[drivers]\nanger = ["hug"]\n', "hug"),
        ("[drivers]\nanger = []\n", "names no move"),
        ("[drivers]\nenvy = ['restart']\n", "not known"),
        ("[moves", "cannot be read"),
    ],
)
def test_mistakes_are_named_with_the_next_step(tmp_path: Path, text: str, needle: str) -> None:
    with pytest.raises(UsageError) as caught:
        book.load(own(tmp_path, text))
    assert needle in str(caught.value)
    assert "mine.toml" in str(caught.value)


def test_a_playbook_that_is_not_there_is_a_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no playbook"):
        book.load(str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("moves = 3\n", '"moves" is a section'),
        ("drivers = 3\n", '"drivers" is a section'),
        ("[moves]\nacknowledge = 3\n", '"moves.acknowledge" is a section'),
        ('[drivers]\nanger = "acknowledge"\n', '"drivers.anger" must be a list of moves'),
        ("a = " + "[" * 5000 + "]" * 5000 + "\n", "cannot be read"),
    ],
)
def test_a_playbook_of_the_wrong_shape_is_named(tmp_path: Path, text: str, needle: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        book.load(str(path))
    assert needle in str(caught.value)
