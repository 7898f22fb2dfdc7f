"""Finding: words and where they stood."""

from __future__ import annotations

import pytest

from companion.events import Driver, Temperature
from companion.sessions.edits import name_person
from companion.sessions.journal import Journal
from companion.sessions.search import Query, search
from tests.sessions.kept import STARTED, keep, said

DAY = 86_400.0


@pytest.fixture
def calls(journal: Journal) -> tuple[str, str]:
    first = keep(journal, said("The deposit is late.", 1.0), Temperature(t=1.0, level=0, score=0.1),
                 said("Late? You lost the deposit!", 3.0, drivers=(Driver("anger", 0.8), Driver("hurt", 0.6))),
                 Temperature(t=3.0, level=2, score=0.7))  # fmt: skip
    second = keep(journal, said("Your deposit is here.", 1.0, "me"), Temperature(t=1.0, level=1, score=0.3),
                  started=STARTED + 3 * DAY)  # fmt: skip
    return first, second


@pytest.mark.parametrize(
    ("query", "times"),
    [
        (Query(words="deposit"), {("1", 1.0), ("1", 3.0), ("2", 1.0)}),
        (Query(words="depos"), set()),
        (Query(words="depos", prefix=True), {("1", 1.0), ("1", 3.0), ("2", 1.0)}),
        (Query(words="late deposit"), {("1", 1.0), ("1", 3.0)}),
        (Query(words="deposit", level=2), {("1", 3.0)}),
        (Query(words="deposit", driver="hurt"), {("1", 3.0)}),
        (Query(driver="anger"), {("1", 3.0)}),
        (Query(words="deposit", person="me"), {("2", 1.0)}),
        (Query(words="deposit", since=STARTED + DAY), {("2", 1.0)}),
        (Query(words="deposit", until=STARTED + DAY), {("1", 1.0), ("1", 3.0)}),
        (Query(level=1), {("1", 3.0), ("2", 1.0)}),
        (Query(), set()),
    ],
)  # fmt: skip
def test_words_and_filters_narrow_it_down(
    journal: Journal, calls: tuple[str, str], query: Query, times: set[tuple[str, float]]
) -> None:
    known = dict(zip(calls, "12", strict=True))
    assert {(known[h.session], h.t) for h in search(journal, query)} == times


def test_a_hit_tells_where_it_stood(journal: Journal, calls: tuple[str, str]) -> None:
    (hit,) = search(journal, Query(words="lost"))
    assert (hit.session, hit.level, hit.drivers) == (calls[0], 2, ("anger", "hurt"))
    assert journal.load(hit.session).numbers.index(hit.n) == 3


def test_a_name_finds_the_lines_of_that_person_only(journal: Journal) -> None:
    # given three people on the other side, of whom the second has a name, and the side has one
    call = keep(journal, *(said(f"deposit {n}", float(n + 1), person=n) for n in range(4)), said("deposit", 9.0, "me"))
    name_person(journal, call, "them", "Renate")
    name_person(journal, call, "them", "Émile", person=2)
    # then each name finds what stands under it in the transcript, in any case, without words too
    for words in ("deposit", ""):
        assert {(h.person, h.name) for h in search(journal, Query(words=words, person="ÉMILE"))} == {(2, "Émile")}
        assert {h.person for h in search(journal, Query(words=words, person="renate"))} == {0, 1, 3}
    # and when it is taken back, the person is one of the side again
    name_person(journal, call, "them", "", person=2)
    assert search(journal, Query(person="émile")) == []
    assert {h.person for h in search(journal, Query(person="renate"))} == {0, 1, 2, 3}
    assert {(h.speaker, h.name) for h in search(journal, Query(person="me"))} == {("me", "")}


def test_the_best_come_first_and_no_more_than_asked_for(journal: Journal) -> None:
    keep(journal, *(said(f"deposit {n}", float(n + 1)) for n in range(30)))
    assert len(search(journal, Query(words="deposit"), limit=7)) == 7
