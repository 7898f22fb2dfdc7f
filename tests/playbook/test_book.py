"""The playbook holds every move in words short enough to be read in two seconds."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from companion.config import CoachSettings
from companion.errors import UsageError
from companion.events import Driver, Escalation, Prompt, Utterance
from companion.playbook import book
from companion.playbook.coach import Coach
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
    assert re.findall(r"[.!?…]", words.why) == ["."] and words.why.endswith("."), "one sentence"
    assert len(words.why.split()) <= 25


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


LEAVES = ("agreeing today", "stop here", "doesn't work", "part on", "can't go", "leave it there", "end the call")
COMES_BACK = ("again", "door stays open", "call me", "call you back", "come back", "another t", "continue")


def test_every_exit_leaves_and_keeps_the_door_open() -> None:
    for line in book.load().moves["walk_away"].say:
        assert any(words in line.text for words in LEAVES), line.text
        assert any(words in line.text for words in COMES_BACK), line.text


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


ADDED = """
[drivers]
pressure = ["ask_for_time", "lower_risk"]

[moves.ask_for_time]
headline = "Ask for time"
why = "Nobody decides well in a minute."
say = ["I'd like a day to think about this.", { text = "{name}, may I call you tomorrow?", levels = [2] }]
"""


def test_a_move_of_the_users_own_is_added(tmp_path: Path) -> None:
    laid_over = book.load(own(tmp_path, ADDED))
    assert set(laid_over.moves) == {*MOVES, "ask_for_time"}
    assert laid_over.drivers["pressure"] == ("ask_for_time", "lower_risk")
    added = laid_over.moves["ask_for_time"]
    assert (added.kind, added.headline, added.why) == ("say", "Ask for time", "Nobody decides well in a minute.")
    assert [line.levels for line in added.say] == [(), (2,)]
    assert book.offered_less(laid_over, ["ask_for_time"]).drivers["pressure"] == ("lower_risk", "ask_for_time")


def test_a_move_of_the_users_own_may_be_done_in_silence(tmp_path: Path) -> None:
    added = book.load(own(tmp_path, ADDED + 'kind = "do"\n')).moves["ask_for_time"]
    assert added.kind == "do"


def test_the_coach_suggests_a_move_of_the_users_own(tmp_path: Path) -> None:
    laid_over = book.load(own(tmp_path, ADDED))
    said = Utterance(t=3.0, t0=0.0, t1=3.0, speaker="them", text="words", drivers=(Driver("pressure", 0.8),))
    coach = Coach(laid_over, CoachSettings())
    happened = [*coach.step(Escalation(t=0.0, level=2, previous=1, score=0.7)), *coach.step(said), *coach.tick(3.5)]
    assert [(p.move, p.say) for p in happened if isinstance(p, Prompt)] == [
        ("ask_for_time", "I'd like a day to think about this.")
    ]


@pytest.mark.parametrize(
    ("was", "instead", "needle"),
    [
        ('headline = "Ask for time"\n', "", 'a move of your own and has no "headline"'),
        ('why = "Nobody decides well in a minute."\n', "", 'a move of your own and has no "why"'),
        ("say =", "headlines = { pressure = 'Ask' }\n#", 'a move of your own and has no "say"'),
        ("pressure =", "#", 'no driver names "ask_for_time"'),
        ("Ask for time", "Ask them for a little time", "more than 5 words"),
        ("like a day", f"like {'a ' * 15}day", "more than 15 words"),
        ("in a minute.", "in a minute. Ask for a day.", "more than one sentence"),
        ("ask_for_time", "take_a_break", 'Did you mean "take_break"?'),
        ("ask_for_time", "Restart", 'Did you mean "restart"?'),
        ("ask_for_time", "'ask for time'", "cannot be an id"),
        ("ask_for_time", "Ask_For_Time", "cannot be an id"),
        ('["ask_for_time",', '["ask_for_tiem",', 'no driver names "ask_for_time"'),
        ("[drivers]", '[drivers]\nanger = ["ask_for_tiem"]', 'Did you mean "ask_for_time"?'),
    ],
)
def test_a_move_of_the_users_own_is_checked_as_ours_are(tmp_path: Path, was: str, instead: str, needle: str) -> None:
    with pytest.raises(UsageError) as caught:
        book.load(own(tmp_path, ADDED.replace(was, instead)))
    assert needle in str(caught.value)


def test_a_title_in_a_reason_ends_no_sentence(tmp_path: Path) -> None:
    why = "Dr. Weiss said it: wait … then ask, e.g. why."
    assert book.load(own(tmp_path, f'[moves.restart]\nwhy = "{why}"\n')).moves["restart"].why == why


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert book.load(own(tmp_path, "\ufeff" + ADDED)).moves["ask_for_time"].headline == "Ask for time"


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("[moves.restrat]\n", 'Did you mean "restart"?'),
        ("[moves.hug]\n", 'has no "headline"'),
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
        ('[moves.restart]\nsay = ["Hi {name"]\n', "single brace"),
        ('[moves.restart]\nsay = ["Hi name}"]\n', "single brace"),
        ('[moves.restart]\nsay = ["Hi {{name}}"]\n', "single brace"),
        ('[moves.restart]\nheadline = "Thank {name}"\n', "has a slot"),
        ('[moves.restart]\nwhy = "{name} needs it."\n', "has a slot"),
        (f'[moves.restart]\nwhy = "{"word " * 26}"\n', "more than 25 words"),
        ('[moves.restart]\nwhy = "It helps. It always did."\n', "more than one sentence"),
        ('[moves.restart]\nheadlines = { hurt = "" }\n', "must be a text"),
        ('[moves.restart]\nheadlines = { "" = "Hi" }\n', '"moves.restart.headlines." is not known'),
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
        ('[drivers]\nanger = [["acknowledge"]]\n', '"drivers.anger" names no move'),
        ('[[moves.restart]]\nheadline = "Hi"\n', '"moves.restart" is a section'),
        ('[moves.restart]\nalso = [{ text = "Hi", drivers = "hurt" }]\n', '"drivers" must be a list'),
        ('[moves.restart]\nalso = [{ text = "Hi", levels = [true] }]\n', "1, 2 and 3"),
        ('[moves.restart]\nalso = [{ text = "Hi", levels = [2.0] }]\n', "1, 2 and 3"),
        ("a = " + "[" * 5000 + "]" * 5000 + "\n", "cannot be read"),
    ],
)
def test_a_playbook_of_the_wrong_shape_is_named(tmp_path: Path, text: str, needle: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        book.load(str(path))
    assert needle in str(caught.value)


PLACES = (
    "moves = {}", "drivers = {}", "[moves]\nrestart = {}", "[moves]\nmine = {}", "[drivers]\nanger = {}",
    "[drivers]\nanger = [{}]", "[moves.restart]\nkind = {}", "[moves.restart]\nheadline = {}",
    "[moves.restart]\nheadlines = {}", "[moves.restart]\nheadlines = {{ hurt = {} }}", "[moves.restart]\nwhy = {}",
    "[moves.restart]\nsay = {}", "[moves.restart]\nsay = [{}]", "[moves.restart]\nalso = {}",
    "[moves.restart]\nalso = [{}]", "[moves.restart]\nalso = [{{ text = {} }}]",
    '[moves.restart]\nalso = [{{ text = "Hi", drivers = {} }}]',
    '[moves.restart]\nalso = [{{ text = "Hi", drivers = [{}] }}]',
    '[moves.restart]\nalso = [{{ text = "Hi", levels = {} }}]',
    '[moves.restart]\nalso = [{{ text = "Hi", levels = [{}] }}]',
    '[moves.restart]\nalso = [{{ text = "Hi", again = {} }}]',
)  # fmt: skip
VALUES = ("3", "1.5", "nan", "[[]]", '[["restart"]]', "{ a = 1 }", "[{ a = [1] }]", "1979-05-27", "07:32:00", '" "')


@pytest.mark.parametrize(("place", "value"), itertools.product(PLACES, VALUES))
def test_a_value_of_another_kind_is_a_plain_sentence_wherever_it_stands(tmp_path: Path, place: str, value: str) -> None:
    if (place, value) == (PLACES[-2], "3"):
        return  # a level
    with pytest.raises(UsageError) as caught:
        book.load(own(tmp_path, place.format(value)))
    assert "mine.toml" in str(caught.value)


@pytest.mark.parametrize("name", ["~nobody-of-that-name/moves.toml", "no\0file", "."])
def test_a_path_that_cannot_be_is_a_plain_sentence(name: str) -> None:
    with pytest.raises(UsageError):
        book.load(name)
