"""The journal: what happened is there, whatever happens; what is deleted is gone."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from companion import locations, wire
from companion.errors import CompanionError, UsageError
from companion.events import TRANSIENT, Driver, Event, Mark, Meter, Temperature, Utterance
from companion.sessions import migrations
from companion.sessions.edits import name_person
from companion.sessions.forgetting import delete, expire
from companion.sessions.journal import Journal
from companion.sessions.search import Query, search
from tests.sessions.kept import found, keep, said
from tests.test_wire import any_event

DAY = 86_400.0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(any_event())
def test_every_event_that_is_kept_comes_back(journal: Journal, event: Event) -> None:
    if event.type == "session_started":
        return
    kept = journal.load(keep(journal, event)).events
    assert kept[1:-1] == (() if isinstance(event, TRANSIENT) else (event,))


def test_only_its_owner_can_read_it(path: Path, journal: Journal) -> None:
    keep(journal, said("a secret"))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in path.parent.iterdir()} == {0o600}


def test_sessions_are_listed_the_latest_first_and_found_by_part_or_as_last(journal: Journal) -> None:
    first = keep(journal)
    second = keep(journal)
    third = keep(journal, started=1_790_000_000.0 + DAY)
    assert [s.id for s in journal.sessions()] == [third, second, first]
    assert journal.find("last").id == third
    assert journal.find(third[:10]).id == third
    with pytest.raises(UsageError, match="may mean"):
        journal.find(first[:-1])
    with pytest.raises(UsageError, match="companion sessions list"):
        journal.find("yesterday")


def test_an_empty_journal_says_what_to_do(journal: Journal) -> None:
    with pytest.raises(CompanionError, match="companion demo"):
        journal.find("last")


WRITER = """
import sys, time
from pathlib import Path
from companion.events import *
from companion.sessions.journal import Journal
journal = Journal.open(Path(sys.argv[1]))
started = SessionStarted(source="live", started_unix=time.time())
writer = journal.begin(started)
writer.append(started)
for n in range(10_000):
    writer.append(Utterance(t=n, speaker="me", t0=n, t1=n, text=f"sentence {n}"))
    print(n, flush=True)
"""


def test_kill_9_loses_nothing_that_was_written_and_is_told_from_a_running_call(path: Path, journal: Journal) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) == 20:
            break
    assert journal.sessions()[0].state == "running"
    os.kill(process.pid, signal.SIGKILL)
    told = [20, *(int(line) for line in process.stdout)]
    process.wait()
    process.stdout.close()
    info = journal.sessions()[0]
    assert info.state == "interrupted"
    kept = [e.text for e in journal.load().events if isinstance(e, Utterance)]
    assert kept[: told[-1] + 1] == [f"sentence {n}" for n in range(told[-1] + 1)]
    assert info.last_t >= told[-1]


def test_words_are_found_in_all_sessions(journal: Journal) -> None:
    first = keep(journal, said("We talked about the deposit."), said("And the weather."))
    keep(journal, said("Nothing here."))
    hits = found(journal, "deposit")
    assert [(h.session, h.speaker) for h in hits] == [(first, "them")]
    assert "[deposit]" in hits[0].snippet
    assert found(journal, 'a "quoted* AND (word') == []
    assert found(journal, "") == []


def test_what_is_deleted_leaves_no_trace_in_any_file(path: Path, journal: Journal) -> None:
    gone = keep(journal, *(said(f"zanzibar {n}") for n in range(300)), Mark(t=2.0, note="zanzibar"))
    stays = keep(journal, said("this stays"))
    assert delete(journal, [gone])
    assert [s.id for s in journal.sessions()] == [stays]
    assert found(journal, "zanzibar") == []
    assert not any(b"zanzibar" in f.read_bytes().lower() for f in path.parent.iterdir())
    assert [h.session for h in found(journal, "stays")] == [stays]


def test_a_recording_goes_with_its_session(path: Path, journal: Journal) -> None:
    gone, stays = keep(journal), keep(journal)
    sounds = {s: locations.recording_path(s, path) for s in (gone, stays)}
    sounds[gone].parent.mkdir()
    for sound in sounds.values():
        sound.write_bytes(b"OggS")
    delete(journal, [gone])
    assert [s for s, sound in sounds.items() if sound.exists()] == [stays]


def test_old_sessions_expire_and_running_ones_do_not(journal: Journal) -> None:
    now = time.time()
    keep(journal, started=now - 100 * DAY)
    keep(journal, started=now - 99 * DAY, ended=False)
    recent = keep(journal, started=now - DAY)
    assert expire(journal, 0, 0) == []
    assert len(expire(journal, 90, 0)) == 1
    assert {s.state for s in journal.sessions()} == {"running", "ended"}
    assert recent in {s.id for s in journal.sessions()}


@pytest.mark.parametrize("version", range(len(migrations.MIGRATIONS)))
def test_a_journal_of_any_earlier_version_opens_with_all_it_has(path: Path, version: int) -> None:
    path.parent.mkdir()
    old = sqlite3.connect(path, isolation_level=None)
    migrations.migrate(old, upto=version)
    if version:
        old.execute("INSERT INTO sessions (id, started_unix, source) VALUES ('2026-01-01-1', 1767225600, 'x')")
        event = Utterance(
            t=1.0, at=1.0, speaker="me", t0=0.0, t1=1.0, text="an old sentence", drivers=(Driver("hurt", 0.7),)
        )
        old.execute("INSERT INTO events VALUES ('2026-01-01-1', 1, 1.0, 'utterance', ?)", (wire.to_json(event),))
        heat = wire.to_json(Temperature(t=1.0, level=2, score=0.6))
        old.execute("INSERT INTO events VALUES ('2026-01-01-1', 2, 1.0, 'temperature', ?)", (heat,))
        if version >= 2:
            old.execute("INSERT INTO words VALUES ('an old sentence', '2026-01-01-1', 1)")
        if version >= 4:
            old.execute("INSERT INTO said VALUES ('2026-01-01-1', 1, 1.0, 'me', 2, ' hurt ')")
    old.close()
    opened = Journal.open(path)
    if version:
        assert [e.text for e in opened.load().events if isinstance(e, Utterance)] == ["an old sentence"]
        (hit,) = search(opened, Query(words="sentence", driver="hurt", level=2))
        assert hit.session == "2026-01-01-1"
    keep(opened, said("a new one"))
    opened.close()


def test_names_of_sides_and_numbers_of_people_are_carried_over_from_an_earlier_version(path: Path) -> None:
    # given a journal of the version in which only a side could have a name
    path.parent.mkdir()
    old = sqlite3.connect(path, isolation_level=None)
    migrations.migrate(old, upto=4)
    old.execute("INSERT INTO sessions (id, started_unix, source) VALUES ('2026-01-01-1', 1767225600, 'x')")
    old.execute("INSERT INTO names VALUES ('2026-01-01-1', 'them', 'Renate')")
    for n, person in enumerate((1, 2), 1):
        event = Utterance(t=n, speaker="them", t0=n - 1, t1=n, text=f"sentence {n}", person=person)
        old.execute("INSERT INTO events VALUES ('2026-01-01-1', ?, ?, 'utterance', ?)", (n, n, wire.to_json(event)))
        old.execute("INSERT INTO said VALUES ('2026-01-01-1', ?, ?, 'them', 0, ' ')", (n, n))
    # and damage in the text of one event
    old.execute("INSERT INTO events VALUES ('2026-01-01-1', 3, 3, 'utterance', '{\"person\": 2')")
    old.execute("INSERT INTO said VALUES ('2026-01-01-1', 3, 3, 'me', 0, ' ')")
    old.close()
    # when it is opened, and the second person is given a name
    opened = Journal.open(path)
    both = search(opened, Query(person="renate"))
    name_person(opened, "2026-01-01-1", "them", "Dana", person=2)
    # then the side's name was kept, and the number of what had been said already
    assert [h.n for h in both] == [1, 2]
    assert [(h.n, h.person) for h in search(opened, Query(person="dana"))] == [(2, 2)]
    # and the damage takes only its own text
    assert [(h.n, h.person, h.snippet) for h in search(opened, Query(person="me"))] == [(3, 0, "")]
    opened.close()


def test_a_journal_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    Journal.open(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(CompanionError, match="Update the program"):
        Journal.open(path)


def test_a_damaged_journal_is_named_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all, not even a little" * 50)
    before = path.read_bytes()
    with pytest.raises(CompanionError) as caught:
        Journal.open(path)
    assert "companion sessions rescue" in str(caught.value)
    assert path.read_bytes() == before


def test_meters_are_not_kept(journal: Journal) -> None:
    assert len(journal.load(keep(journal, Meter(speaker="me", rms_dbfs=-20.0))).events) == 2
