"""What the user wrote before the call, and what the call is about: used only where it is safe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.playbook.amounts import amounts
from companion.playbook.notes import Notes, limits
from companion.playbook.subject import Subjects, given_name


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("24,000 a year", [(24_000, "")]),
        ("nine per cent off", [(9, "percent")]),
        ("it's forty-five euros", [(45, "money")]),
        ("$1.2 million", [(1_200_000, "money")]),
        ("two hundred and ten thousand", [(210_000, "")]),
        ("3 weeks, or 20 days", [(3, "week"), (20, "day")]),
        ("one of us, and no one else", []),
        ("nothing at all", []),
    ],
)
def test_amounts_as_people_say_them(text: str, wanted: list[tuple[float, str]]) -> None:
    assert [(a.value, a.unit) for a in amounts(text)] == wanted


@given(st.text(max_size=60))
def test_any_text_has_amounts_or_none(text: str) -> None:
    assert all(a.value >= 0 for a in amounts(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Not below 40 a unit", [(40, True)]),
        ("at least 7 cent", [(7, True)]),
        ("No more than 140,000 in total, at least 3 weeks", [(140_000, False), (3, True)]),
        ("Not more than 9 percent off list", [(9, False)]),
        ("I keep my Saturdays", []),
        ("1.5 times as much", []),
    ],
)
def test_limits_as_people_write_them(text: str, wanted: list[tuple[float, bool]]) -> None:
    assert [(li.amount.value, li.floor) for li in limits(text)] == wanted


def reached(limit: str, *said: str) -> bool:
    notes = Notes({"limit": limit})
    for n, text in enumerate(said):
        notes.hear(text, 10.0 * n)
    return notes.limit_reached(10.0 * (len(said) - 1))


def test_a_limit_is_reached_when_they_insist() -> None:
    assert reached("not below 40", "thirty five", "I said thirty five")
    assert not reached("not below 40", "thirty five")
    assert not reached("not below 40", "forty two", "forty two")
    assert not reached("not below 40", "thirty five", "thirty five", "what a mess")


def test_an_amount_of_something_else_is_not_the_limit() -> None:
    assert not reached("not below 40 percent", "30 days", "30 days")
    assert not reached("not below 40", "two of us", "two of us")
    assert not reached("", "thirty five", "thirty five")


def test_trigger_words_are_whole_words() -> None:
    notes = Notes({"words": "cheap, take it or leave it"})
    assert notes.sets_off("So, take it, or leave it!")
    assert notes.sets_off("That is CHEAP.")
    assert not notes.sets_off("We get it cheaper elsewhere.")
    assert not Notes({}).sets_off("anything")


@pytest.mark.parametrize(
    ("who", "name"),
    [("Renate, events planner", "Renate"), ("Renate and Tom", ""), ("the landlord", ""), ("", ""), ("Dr. Weiss", ""),
     ("Tom's boss", ""), ("Renate", "Renate"), ("Renate Lindach (events)", "Renate"), ("Renate – my landlord", "Renate"),
     ("Jürgen Müller, Acme GmbH", "Jürgen"), ("Anna-Lena B.", "Anna-Lena"), ("Renate.", "Renate"), ("Tom, Renate", ""),
     ("Tom or Renate", ""), ("Weiss, Renate", ""), ("Renate from purchasing", ""), ("renate", "")],
)  # fmt: skip
def test_a_name_is_used_when_there_is_exactly_one(who: str, name: str) -> None:
    assert given_name(who) == name


@pytest.mark.parametrize(
    "who",
    [
        "Procurement team at Acme",
        "Procurement",
        "Landlord",
        "Landlord: Tom",
        "Head of purchasing",
        "Head Buyer",
        "Her boss",
        "Her Boss",
        "Acme GmbH",
        "Acme Logistics, the carrier",
        "Mrs. Weiss",
        "HR",
    ],
)
def test_a_role_or_a_company_is_no_name(who: str) -> None:
    assert given_name(who) == ""


def test_a_name_of_the_note_is_used_once_the_user_has_spoken_to_it() -> None:
    heard = Subjects("Renate Lindach, events planner")
    heard.hear("them", "Hello, this is Renate.")
    assert "name" not in heard.slots()
    heard.hear("me", "Hi Renate, can you see me?")
    assert heard.slots()["name"] == "Renate"
    heard.hear("me", "Hello Tom, glad you joined.")
    assert "name" not in heard.slots(), "it is not known who is speaking"


def test_a_company_that_looks_like_a_name_is_never_spoken_to() -> None:
    heard = Subjects("Acme")
    heard.hear("me", "Hi there, is this Acme? I talked to Acme before.")
    assert "name" not in heard.slots()


def test_another_name_than_that_of_the_note_must_be_sure() -> None:
    heard = Subjects("Weiss, Renate")
    heard.hear("me", "Hi Renate.")
    assert "name" not in heard.slots()
    heard.hear("me", "Thanks, Renate.")
    assert heard.slots()["name"] == "Renate"


def test_a_title_that_was_heard_is_no_name() -> None:
    heard = Subjects()
    for _ in range(3):
        heard.hear("me", "Good morning, Mrs Weiss. Thank you, Professor.")
    assert "name" not in heard.slots()


def test_a_short_name_counts_only_when_it_was_noted() -> None:
    noted, heard = Subjects("Jo"), Subjects()
    for subjects in (noted, heard):
        subjects.hear("me", "Hi Jo. Look, We can start.")
        subjects.hear("me", "Thanks, Jo.")
    assert noted.slots() == {"name": "Jo"}
    assert heard.slots() == {}


def test_a_name_that_was_only_heard_must_be_sure() -> None:
    heard = Subjects()
    heard.hear("me", "Hi Renate, can you see me?")
    assert "name" not in heard.slots()
    heard.hear("me", "Thanks, Renate.")
    assert heard.slots()["name"] == "Renate"
    heard.hear("me", "Hello Tom, glad you joined.")
    assert "name" not in heard.slots()


def test_a_subject_is_what_both_sides_keep_naming() -> None:
    heard = Subjects()
    for _ in range(3):
        heard.hear("me", "I understand, and the deposit is safe with us in full.")
    assert "subject" not in heard.slots(), "they have not named it"
    heard.hear("them", "What about the deposit?")
    assert heard.slots()["subject"] == "deposit"


def test_a_word_inside_a_phrase_is_no_subject() -> None:
    heard = Subjects()
    for who in ("me", "them") * 4:
        heard.hear(who, "The full amount the wedding couple paid.")
    assert "full" not in heard.slots().values()
    assert "wedding" not in heard.slots().values()
