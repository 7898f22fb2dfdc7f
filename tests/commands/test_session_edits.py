"""``companion sessions edit``: names for several people on the other side."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from companion import locations
from companion.commands.sessions import sessions
from companion.errors import UsageError
from companion.review.summary import summarise
from companion.sessions.journal import Journal
from tests.sessions.kept import keep, said


@pytest.fixture
def journal():
    opened = Journal.open(locations.journal_path())
    yield opened
    opened.close()


def run(*arguments: str) -> str:
    done = CliRunner().invoke(sessions, arguments, catch_exceptions=False, standalone_mode=False)
    return done.output


def test_people_are_named_by_their_numbers_and_found_by_their_names(journal: Journal) -> None:
    keep(journal, said("the deposit", 1.0, person=1), said("the deposit", 2.0, person=2))
    run("edit", "last", "--person", "2", "Dana", "--them", "Renate")
    summary = summarise(journal.load().events)
    assert (summary.who("them", 1), summary.who("them", 2)) == ("Renate 1", "Dana")
    (line,) = run("search", "deposit", "--person", "dana").splitlines()
    assert " 0:02 " in line and " Dana " in line
    run("edit", "last", "--person", "2", "")
    assert summarise(journal.load().events).who("them", 2) == "Renate 2"


def test_a_number_that_nobody_has_is_refused_with_those_that_there_are(journal: Journal) -> None:
    keep(journal, said("hello", 1.0))
    with pytest.raises(UsageError, match="has the number 2") as refused:
        run("edit", "last", "--person", "2", "Dana", "--me", "Ana")
    assert "--them" in str(refused.value.hint)
    keep(journal, said("hello", 1.0, person=1), started=1_790_000_100.0)
    with pytest.raises(UsageError) as refused:
        run("edit", "last", "--person", "2", "Dana", "--me", "Ana")
    assert "There are: 1." in str(refused.value.hint)
    assert summarise(journal.load().events).names == {}, "nothing was changed"
