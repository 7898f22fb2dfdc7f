"""Keeping within bounds, and forgetting for good."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from companion import locations
from companion.commands.keeping import JournalSink
from companion.config import SessionsSettings
from companion.errors import CompanionError
from companion.events import SessionEnded, SessionStarted
from companion.review.export import as_json
from companion.review.summary import summarise
from companion.sessions import carrying, edits, forgetting
from companion.sessions.journal import Journal
from companion.sessions.search import Query, search
from tests.sessions.kept import STARTED, keep, said

DAY = 86_400.0


def test_the_recording_goes_with_its_session_and_no_other(journal: Journal, path: Path) -> None:
    first, second = keep(journal, said("one")), keep(journal, said("two"))
    folder = path.parent / "recordings"
    folder.mkdir()
    for name in (f"{first}.ogg", f"{second}.ogg", f"{first}0.ogg"):
        (folder / name).write_bytes(b"sound")
    assert forgetting.delete(journal, [first])
    assert sorted(p.name for p in folder.iterdir()) == sorted([f"{second}.ogg", f"{first}0.ogg"])


def test_what_runs_is_not_deleted(journal: Journal) -> None:
    running = keep(journal, said("one"), ended=False)
    with pytest.raises(CompanionError, match="still running"):
        forgetting.delete(journal, [running])
    assert journal.find(running).state == "running"


def test_traces_in_the_log_are_told_while_another_has_it_open(journal: Journal, path: Path) -> None:
    gone = keep(journal, said("zanzibar"))
    other = Journal.open(path)
    with other.reading() as db:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM events").fetchone()
        with journal.reading() as mine:
            mine.execute("PRAGMA busy_timeout = 50")
        assert not forgetting.delete(journal, [gone])
        db.execute("ROLLBACK")
    other.close()
    assert forgetting.scrub(journal)
    assert not any(b"zanzibar" in f.read_bytes() for f in path.parent.iterdir())


def test_the_oldest_go_first_when_all_takes_too_much_room(journal: Journal, path: Path) -> None:
    ids = [
        keep(journal, *(said(f"word{n} " * 60, float(n + 1)) for n in range(150)), started=STARTED + day * DAY)
        for day in range(4)
    ]
    with journal.reading() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size / 1e6
    assert [s.id for s in forgetting.beyond(journal, size * 0.6)] == ids[:2]
    wanted = [s.id for s in forgetting.beyond(journal, 1)]
    assert forgetting.expire(journal, 0, 1) == wanted == ids[: len(wanted)]
    assert path.stat().st_size / 1e6 <= 1.1


def test_a_session_ends_with_forgetting_what_is_past_its_time(own_home: Path) -> None:
    journal = Journal.open(locations.journal_path())
    old = keep(journal, said("old"), started=time.time() - 40 * DAY)
    journal.close()
    sink = JournalSink("new", SessionsSettings(keep_days=30))
    for event in (SessionStarted(source="x", started_unix=time.time()), SessionEnded(t=1.0, reason="user")):
        sink(event)
    sink.close()
    journal = Journal.open(locations.journal_path())
    assert [s.title for s in journal.sessions()] == ["new"]
    assert old not in {s.id for s in journal.sessions()}
    journal.close()


def test_what_was_exported_before_it_was_deleted_comes_back_whole(journal: Journal, tmp_path: Path) -> None:
    call = keep(journal, said("zanzibar", 2.0))
    edits.retitle(journal, call, "The island", ["far"])
    edits.name_person(journal, call, "them", "Renate")
    before = journal.load(call)
    file = tmp_path / "x.json"
    file.write_text(as_json(before.events, before.info.title), encoding="utf-8")
    forgetting.delete(journal, [call])
    after = journal.load(carrying.bring_back(journal, carrying.read_events(file)))
    assert after.events == before.events
    assert (after.info.title, after.info.tags, after.info.state) == ("The island", ("far",), "ended")
    assert len(search(journal, Query(words="zanzibar", person="renate"))) == 1


def test_names_of_several_people_come_back_and_go_with_their_session(journal: Journal, tmp_path: Path, on_disk) -> None:
    call = keep(journal, said("zanzibar", 1.0, person=1), said("zanzibar", 2.0, person=2))
    edits.name_person(journal, call, "them", "Renate", person=1)
    edits.name_person(journal, call, "them", "Dana", person=2)
    file = tmp_path / "x.json"
    file.write_text(as_json(journal.load(call).events, "x"), encoding="utf-8")
    forgetting.delete(journal, [call])
    assert not on_disk("renate") and not on_disk("dana")
    again = carrying.bring_back(journal, carrying.read_events(file))
    assert [h.t for h in search(journal, Query(words="zanzibar", person="dana"))] == [2.0]
    assert summarise(journal.load(again).events).who("them", 1) == "Renate"


@pytest.mark.parametrize("text", ["", "[]", "nonsense", '[{"type":"mark","t":1}]', '{"type":"session_started"}', "[1]"])
def test_what_is_no_session_is_not_brought_in(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CompanionError, match="holds no session"):
        carrying.read_events(file)
