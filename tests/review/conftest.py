"""A journal of two calls, and the review of the last one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from companion.events import SessionStarted
from companion.sessions.journal import Journal
from companion.tui.review import ReviewApp
from tests.review.looking import a_call


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    opened = Journal.open(tmp_path / "data" / "sessions.db")
    for n in range(2):
        writer = opened.begin(
            SessionStarted(source="x", started_unix=1_790_000_000.0 + n), f"Renewal {'first' if n == 0 else 'second'}"
        )
        for event in a_call():
            writer.append(event)
    yield opened
    opened.close()


@pytest.fixture
def app(journal: Journal) -> ReviewApp:
    return ReviewApp(journal, "last", "dark")
