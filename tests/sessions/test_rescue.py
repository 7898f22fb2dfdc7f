"""A damaged journal: what can be read is saved, and the damaged file is left as it was."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion import locations
from companion.commands.sessions import sessions
from companion.errors import CompanionError
from companion.events import Utterance, Word
from companion.sessions import edits, rescue
from companion.sessions.journal import Journal
from companion.sessions.pages import rows
from tests.sessions.kept import STARTED, found, keep, said

PAGE = 4096
DAY = 86_400.0


def written(path: Path, calls: int = 3, turns: int = 100) -> list[str]:
    journal = Journal.open(path)
    words = tuple(Word(f"word{n}", 0.0, 1.0) for n in range(60))  # long enough to overflow a page's share
    ids = [
        keep(journal, *(said(f"sentence {n} of call {day}", n + 1.0, words=words) for n in range(turns)),
             started=STARTED + day * DAY, title=f"Call {day}")
        for day in range(calls)
    ]  # fmt: skip
    edits.retitle(journal, ids[0], "The first", ["old"])
    with journal.reading() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    journal.close()
    return ids


def damaged(path: Path, seed: int, pages: int) -> None:
    data = bytearray(path.read_bytes())
    chance = random.Random(seed)
    for _ in range(pages):
        at = PAGE * chance.randrange(1, len(data) // PAGE)
        data[at : at + PAGE] = chance.randbytes(PAGE)
    path.write_bytes(data)


def texts(path: Path) -> dict[str, list[str]]:
    journal = Journal.open(path)
    out = {s.id: [e.text for e in journal.load(s.id).events if isinstance(e, Utterance)] for s in journal.sessions()}
    journal.close()
    return out


def test_an_undamaged_journal_is_rescued_whole(path: Path) -> None:
    ids = written(path)
    before = texts(path)
    saved = rescue.rescue(path)
    assert saved.sessions == 3 and texts(path) == before
    journal = Journal.open(path)
    assert (journal.find(ids[0]).title, journal.find(ids[0]).tags) == ("The first", ("old",))
    assert journal.find(ids[1]).title == "Call 1"
    assert len(found(journal, '"call 2"')) == 50
    journal.close()
    assert saved.damaged.is_file()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), pages=st.integers(1, 12))
def test_pages_of_rubbish_cost_what_was_on_them_and_no_more(tmp_path: Path, seed: int, pages: int) -> None:
    path = tmp_path / f"{seed}-{pages}" / "sessions.db"
    if path.parent.exists():
        return
    written(path, calls=2, turns=40)
    damaged(path, seed, pages)
    before = path.read_bytes()
    saved = rescue.rescue(path, now_unix=0.0)
    assert saved.damaged.read_bytes() == before
    kept = texts(path)
    count = sum(map(len, kept.values()))
    assert count <= 80
    assert count >= 80 - 12 * pages, "a page of this size holds parts of fewer than twelve of these rows"
    for session, said_there in kept.items():
        assert said_there == sorted(said_there, key=lambda s: int(s.split()[1])), session


def test_a_file_without_its_head_or_its_tail_is_rescued(path: Path) -> None:
    written(path)
    data = path.read_bytes()
    path.write_bytes(b"\xff" * 100 + data[100 : len(data) * 2 // 3])
    with pytest.raises(CompanionError, match="companion sessions rescue"):
        Journal.open(path)
    assert rescue.rescue(path).events > 150
    assert len(texts(path)) >= 2


def test_what_was_in_the_log_only_is_saved_too(path: Path) -> None:
    journal = Journal.open(path)
    keep(journal, said("in the log", 1.0))
    log = path.with_name(path.name + "-wal").read_bytes()
    journal.close()
    path.write_bytes(b"rubbish" * 1000)
    path.with_name(path.name + "-wal").write_bytes(log)
    assert any("in the log" in str(row) for row in rows(path))
    rescue.rescue(path)
    assert list(texts(path).values()) == [["in the log"]]


def test_a_file_with_nothing_in_it_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all " * 500)
    before = path.read_bytes()
    with pytest.raises(CompanionError, match="mv "):
        rescue.rescue(path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_the_command_says_what_was_saved(own_home: Path) -> None:
    path = locations.journal_path()
    written(path, calls=1, turns=40)
    run = CliRunner().invoke
    assert "Nothing is wrong" in run(sessions, ["rescue"]).output
    data = path.read_bytes()
    path.write_bytes(b"\xff" * 200 + data[200:])
    assert "of 1 sessions" in run(sessions, ["rescue"]).output
    assert len(next(iter(texts(path).values()))) == 40
