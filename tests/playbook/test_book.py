"""The playbook holds every move in words short enough to be read in two seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.errors import UsageError
from companion.playbook import book
from companion.terms import DRIVERS, MOVES


def test_every_move_and_every_driver_is_there() -> None:
    ours = book.load()
    assert set(ours.moves) == set(MOVES)
    assert set(ours.drivers) == set(DRIVERS)


@pytest.mark.parametrize("move", MOVES)
def test_the_words_are_short_and_many(move: str) -> None:
    words = book.load().moves[move]
    assert all(len(h.split()) <= 5 for h in (words.headline, *words.headlines.values()))
    always = [line for line in words.say if not line.drivers and not line.levels and not line.again]
    assert len([line for line in always if "{" not in line.text]) >= 6
    assert len({line.text for line in words.say}) == len(words.say)
    assert all(len(line.text.split()) <= 15 for line in words.say)
    assert words.why.endswith(".")


JARGON = ("leverage", "stakeholder", "alignment", "synerg", "circle back", "touch base", "going forward", "bandwidth")
ACCUSING = (
    "you always",
    "you never",
    "your fault",
    "calm down",
    "you people",
    "you should",
    "you must",
    "unreasonable",
)


@pytest.mark.parametrize("move", MOVES)
def test_no_line_accuses_or_talks_shop(move: str) -> None:
    words = book.load().moves[move]
    if words.kind == "say":
        for line in words.say:
            assert not any(bad in line.text.lower() for bad in (*JARGON, *ACCUSING)), line.text


def test_every_particular_line_can_come_up() -> None:
    ours = book.load()
    for move in ours.moves.values():
        reachable = {d for d, moves in ours.drivers.items() if move.id in moves} | {"demand", "defensive", "anger"}
        # a feeling that was not heard yet is answered before a solution, whatever the driver of the moment
        reachable |= {"hurt", "identity"} if move.id in ("acknowledge", "own_it", "save_face") else set()
        for line in move.say:
            assert set(line.drivers) <= reachable, line
        assert set(move.headlines) <= reachable | {"impasse"}, move.id


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
    assert [line.text for line in laid_over.moves["restart"].say] == ["Shall we begin again?"]


def test_the_users_words_are_added_to_ours(tmp_path: Path) -> None:
    mine = own(
        tmp_path, '[moves.restart]\nalso = ["Again?", { text = "Sorry, {name}.", drivers = ["hurt"], levels = [3] }]\n'
    )
    say = book.load(mine).moves["restart"].say
    assert say[0] == book.Line("Again?")
    assert say[1] == book.Line("Sorry, {name}.", ("hurt",), (3,))
    assert len(say) == len(book.load().moves["restart"].say) + 2


def test_the_users_order_of_moves_replaces_ours(tmp_path: Path) -> None:
    assert book.load(own(tmp_path, '[drivers]\nanger = ["take_break"]\n')).drivers["anger"] == ("take_break",)


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
        ("moves = 3\n", "is a section"),
        ("[moves]\nrestart = 3\n", "is a section"),
        ("[drivers]\nanger = 'acknowledge'\n", "names no move"),
        ('[moves.restart]\nalso = "Again?"\n', "must be a list"),
        ('[moves.restart]\nalso = [{ text = "Hi", level = [2] }]\n', 'Did you mean "levels"?'),
        ('[moves.restart]\nalso = [{ text = "Hi", levels = [7] }]\n', "1, 2 and 3"),
        ('[moves.restart]\nalso = [{ text = "Hi", drivers = ["angry"] }]\n', 'Did you mean "anger"?'),
        ('[moves.restart]\nalso = [{ text = "Hi", again = 1 }]\n', "true or false"),
        ('[moves.restart]\nalso = ["Hi {nam}"]\n', "{nam}"),
        ('[moves.restart]\nsay = ["Hi {name}"]\n', "always fits"),
        ('[moves.restart]\nheadlines = { hurt = "" }\n', "Shorten"),
        ('[moves.restart]\nheadlines = { hrt = "Hi" }\n', 'Did you mean "hurt"?'),
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
        ('[drivers]\nanger = "acknowledge"\n', '"drivers.anger" names no move'),
        ("a = " + "[" * 5000 + "]" * 5000 + "\n", "cannot be read"),
    ],
)
def test_a_playbook_of_the_wrong_shape_is_named(tmp_path: Path, text: str, needle: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        book.load(str(path))
    assert needle in str(caught.value)
