"""``companion sessions edit`` and ``purge``: names for several people on the other side; everything forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from companion import locations
from companion.commands.sessions import sessions
from companion.errors import UsageError
from companion.playbook import prep
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


@pytest.fixture
def prepared() -> list[Path]:
    """What was written with ``companion prep`` before the last call, and for the next one."""
    paths = [locations.prep_path(), locations.last_prep_path()]
    for path in paths:
        prep.save(path, {"limit": "Not below 40 a unit"})
    return paths


def asked(typed: str, *arguments: str) -> Result:
    return CliRunner().invoke(sessions, arguments, input=typed)


def test_everything_that_is_forgotten_has_what_was_written_before_calls(journal: Journal, prepared: list[Path]) -> None:
    keep(journal, said("hello"))
    keep(journal, said("hello"), started=1_790_000_100.0)
    told = run("purge", "--all", "--yes")
    assert told == "Removed 2 sessions.\nRemoved what you wrote with companion prep.\n"
    assert journal.sessions() == []
    assert not any(path.exists() for path in prepared)
    assert run("purge", "--all", "--yes") == "There is nothing to remove.\n"


def test_what_was_written_before_calls_is_forgotten_where_no_call_was_kept(prepared: list[Path]) -> None:
    prepared[0].unlink()
    assert run("purge", "--all", "--yes") == "Removed what you wrote with companion prep.\n"
    assert not any(path.exists() for path in prepared)


def test_it_asks_before_it_forgets_both(journal: Journal, prepared: list[Path]) -> None:
    call = keep(journal, said("hello"))
    refused = asked("n\n", "purge", "--all")
    assert f"Remove {call} and what you wrote with companion prep?" in refused.output
    assert refused.exit_code == 1
    assert len(journal.sessions()) == 1
    assert all(path.exists() for path in prepared)


@pytest.mark.parametrize("which", [["--older-than", "90"], ["--beyond", "0"]])
def test_some_sessions_are_forgotten_without_what_was_written(
    journal: Journal, prepared: list[Path], which: list[str]
) -> None:
    keep(journal, said("hello"), started=1.0)
    assert "Removed" in run("purge", *which, "--yes")
    assert journal.sessions() == []
    assert all(path.exists() for path in prepared)
