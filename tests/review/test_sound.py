"""A recorded call is heard again from the cursor on."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from companion import locations
from companion.sessions.journal import Journal
from companion.tui.review import ReviewApp
from tests.review.looking import shown, until


class StandIn:
    """Plays nothing; tells where it would be."""

    begun: ClassVar[list[StandIn]] = []

    def __init__(self, path: Path, begin_s: float) -> None:
        assert path.is_file()
        self.begun.append(self)
        self.at, self.playing, self.trouble = begin_s, True, ""

    def seek(self, t: float) -> None:
        self.at = t

    def stop(self) -> None:
        self.playing = False


async def test_a_recorded_call_is_heard_from_the_cursor_and_the_cursor_follows(
    app: ReviewApp, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = locations.recording_path(app.record.info.id, journal.path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"sound")
    monkeypatch.setattr("companion.audio.playing.Player", StandIn)
    StandIn.begun.clear()
    app._open("last")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "space plays" in shown(app, "#header")
        before = app.look.row
        await pilot.press("space")
        (player,) = StandIn.begun
        assert player.at == app.talk.times[before]
        assert "▶ 1:15" in shown(app, "#header")
        player.at = app.talk.times[before + 3]
        await until(pilot, lambda: app.look.row == before + 3)
        await pilot.press("up")
        assert player.at == app.talk.times[before + 2]
        await pilot.press("space")
        assert not player.playing
        assert "space plays" in shown(app, "#header")


async def test_a_call_that_was_not_recorded_says_so(app: ReviewApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "space" not in shown(app, "#header")
        await pilot.press("space")
        await pilot.pause()
        (note,) = app._notifications
        assert "not recorded" in note.message and "under [sessions]" in note.message
        assert not note.markup, "what stands in brackets is shown"
