"""The review screen, driven by keys over a real journal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widgets import Input, OptionList, Static, TextArea

from companion.events import (
    SessionEnded,
    SessionStarted,
    Utterance,
)
from companion.sessions.edits import name_person
from companion.sessions.journal import Journal
from companion.terms import seen_in
from companion.tui import review_state
from companion.tui.palette import PALETTES
from companion.tui.review import ReviewApp
from companion.tui.review_find import parsed
from companion.tui.review_paint import timeline
from companion.tui.review_sheets import Ask
from tests.review.looking import a_call, notes, shown, until


async def test_it_opens_at_the_first_alarm_with_the_reason_and_the_suggestion(app: ReviewApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        moment = shown(app, "#moment")
        assert "◑ HEATED" in moment and "because" in moment and "Do you even hear yourself?" in moment
        assert "Acknowledge the anger" in moment and "you used it" in moment
        assert "Forty people could not work" in shown(app, "#transcript")
        line = shown(app, "#timeline")
        assert "◈" in line and "▲" in line and "░" in line and "1:00" in line


async def test_one_key_judges_an_alarm_and_the_same_key_takes_it_back(app: ReviewApp, journal: Journal) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("n")
        assert app.talk.summary.labels == {75.0: "wrong"}
        assert "a false alarm" in shown(app, "#moment") and "✗" in shown(app, "#timeline")
        await pilot.press("y")
        assert app.talk.summary.labels == {75.0: "right"}
        await pilot.press("y")
        assert app.talk.summary.labels == {}
        await pilot.press("home", "down", "s")
        assert app.talk.summary.labels == {19.0: "missed"}
        await pilot.press("home", "y")
        assert app.talk.summary.labels == {19.0: "missed"}, "where there is no alarm there is nothing to judge"
    assert [e.verdict for e in notes(app, journal, "label")] == ["wrong", "right", "", "missed"]


async def test_a_missed_moment_is_marked_once_though_several_things_were_told_then(app: ReviewApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("s")
        transcript = " ".join(shown(app, "#transcript").split())
        assert transcript.count("it should have spoken here") == 1
        assert transcript.index("it should have spoken here") < transcript.index("1:15 ▲ ◑"), "beside what was said"


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_the_header_says_what_there_is_room_for(app: ReviewApp, width: int) -> None:
    async with app.run_test(size=(width, 30)) as pilot:
        await pilot.pause()
        line = shown(app, "#header").splitlines()[1]
        assert len(line) <= width
        assert "◑ 0:37 heated" in line
        assert ("you talked" in line) == (width >= 80)


def test_both_sides_drivers_are_told_in_words() -> None:
    assert seen_in("me", "defensive") == "your own stress"
    assert seen_in("them", "defensive") == "defending"
    assert seen_in("them", "bad_faith") == "bad faith"


async def test_keys_walk_zoom_and_jump(app: ReviewApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        first = app.look.row
        await pilot.press("plus", "plus")
        assert app.look.span < 40 and app.look.begin <= app.talk.times[first] <= app.look.end
        await pilot.press("home")
        assert app.look.row == 0 and app.look.begin == 0
        await pilot.press("full_stop")
        assert app.look.row == first
        await pilot.press("right", "left", "left", "down", "up", "end", "0")
        assert app.look.span == 120
        await pilot.press("comma")
        assert app.look.row == first


async def test_the_debrief_keeps_answers_and_what_to_try_next(app: ReviewApp, journal: Journal) -> None:
    from companion.pipeline.past import to_try

    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause()
        app.screen.query_one("#answer-difficulty", TextArea).text = "The ticket."
        await pilot.press("ctrl+n")
        idea = app.screen.query_one("#answer-next", Input).value
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.talk.summary.answers == {"difficulty": "The ticket.", "next": idea}
    assert idea and to_try(journal) == idea
    assert len(notes(app, journal, "answer")) == 2


async def test_the_debrief_begins_with_what_was_written_before_the_call(app: ReviewApp, journal: Journal) -> None:
    wrote = {"who": "Renate", "limit": "[red]Not below[/] 40\x1b[31m", "words": "[@click=app.quit]cheap[/]"}
    before = SessionStarted(source="live", started_unix=1_790_000_100.0, prep=wrote)
    writer = journal.begin(before, "Prepared")
    for event in (before, *a_call()[1:]):
        writer.append(event)
    lines = [
        "· Whom you would talk to: Renate",
        "· Your limit: [red]Not below[/] 40 [31m",
        "· Words that set you off: [@click=app.quit]cheap[/]",
    ]
    for session, told in (("last", ["\n".join(lines)]), (app.record.info.id, [])):
        looking = ReviewApp(journal, session, "dark")
        async with looking.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await pilot.press("d")
            await pilot.pause()
            found = looking.screen.query("#prepared").results(Static)
            assert [str(sheet.visual) for sheet in found] == told
            assert looking.screen.query_one("#debrief").scroll_offset.y == 0, "it begins at its top"
            await pilot.press("escape")


async def test_words_are_found_in_all_calls_and_opened_at_their_place(app: ReviewApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press(*"waiti")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 2)
        await pilot.press("down")
        await until(pilot, lambda: app.screen.query_one(OptionList).has_focus)
        await pilot.press("down", "enter")
        await pilot.pause()
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert "waiting two days" in app.talk.rows[app.look.row].event.text
        await pilot.press("l")
        await pilot.pause()
        app.screen.query_one(Input).value = "wal fir"
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.record.info.title == "Renewal first"


async def test_what_worked_is_told_in_numbers(app: ReviewApp) -> None:
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.pause()
        await pilot.press("w")
        await pilot.pause()
        page = str(app.screen.query_one("#numbers", Static).visual)
        assert "heated to tense within a minute" in page and "too few earlier calls" in page
        await pilot.press("n")
        assert app.talk.summary.labels == {}, "keys of what lies below do nothing here"
        await pilot.press("escape")


async def test_titles_tags_names_and_words_are_changed(app: ReviewApp, journal: Journal) -> None:
    async def ask(key: str, text: str) -> None:
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, Ask))
        app.screen.query_one(Input).value = text
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)

    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await ask("t", "The second round")
        await ask("g", "renewal, big")
        await ask("p", "Ana, Renate")
        await pilot.press("home")
        await ask("e", "Good morning.")
        await ask("r", "Renate")
        assert "Good morning." in shown(app, "#transcript")
        assert "[redacted]"[:8] in shown(app, "#transcript")
        assert "The second round  #renewal  #big" in shown(app, "#header")
        await ask("e", "")
        assert app.talk.rows[app.look.row].event.text == "Good morning.", "nothing is not a correction"
    assert (journal.find("last").title, journal.find("last").tags) == ("The second round", ("renewal", "big"))


async def test_several_people_are_named_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "data" / "sessions.db")
    writer = journal.begin(SessionStarted(source="x", started_unix=1_790_000_000.0))
    for n, person in enumerate((1, 2, 3, 0), 1):
        writer.append(Utterance(t=5.0 * n, speaker="them", t0=5.0 * n - 4, t1=5.0 * n, text="words", person=person))
    app = ReviewApp(journal, "last", "dark")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        for typed, expected in ((" Ana, , Dana ", ""), ("Ana, Renate, , Émile", "Ana, , Dana, ")):
            await pilot.press("p")
            await until(pilot, lambda: isinstance(app.screen, Ask))
            assert "of you, they 1, they 2, they 3:" in str(app.screen.query(Static).first().visual)
            field = app.screen.query_one(Input)
            assert field.value == expected
            field.value = typed
            await pilot.press("enter")
            await until(pilot, lambda: len(app.screen_stack) == 1)
            if typed.startswith(" "):
                assert "they 1" in shown(app, "#transcript") and "Dana" in shown(app, "#transcript")
        transcript = shown(app, "#transcript")
        assert "Renate" in transcript and "they 2" in transcript and "Émile" in transcript and "Dana" not in transcript
        assert app.talk.summary.who("them") == "they" and app.talk.summary.who("me") == "Ana"
    journal.close()


async def test_a_name_with_a_comma_in_it_does_not_shift_the_others(journal: Journal) -> None:
    name_person(journal, journal.find("last").id, "me", "Lee, Ana")
    name_person(journal, journal.find("last").id, "them", "Renate")
    app = ReviewApp(journal, "last", "dark")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.talk.summary.names == {"me": "Lee, Ana", "them": "Renate"}


async def test_a_passage_is_taken_out_after_asking(app: ReviewApp, tmp_path: Path) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("home", "x", "down", "x")
        await pilot.pause()
        await pilot.press("n")
        assert len(app.talk.speech["me"]) == 4
        await pilot.press("home", "x", "down", "x")
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert "you took out what was said until 0:19" in shown(app, "#transcript")
        assert "╳" in shown(app, "#timeline")
    kept = (tmp_path / "data" / "sessions.db").read_bytes()
    assert kept.count(b"go through the renewal then") == 2, "in the other call, once as text and once in its index"


async def test_speech_is_data_on_this_screen_too(journal: Journal) -> None:
    writer = journal.begin(SessionStarted(source="x", started_unix=1_790_000_009.0), "[red]evil[/red]")
    evil = "[bold]shout[/bold] \x1b[31m [/] [@click=app.quit]x[/]"
    for event in (Utterance(t=3, speaker="them", t0=0, t1=3, text=evil), SessionEnded(t=5, reason="user")):
        writer.append(event)
    app = ReviewApp(journal, writer.id, "dark")
    async with app.run_test(size=(90, 30)) as pilot:
        await pilot.pause()
        assert "[bold]shout[/bold]" in shown(app, "#transcript")
        assert "[red]evil[/red]" in shown(app, "#header")
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press(*"shout")
        await pilot.pause()
        assert app.screen.query_one(OptionList).option_count == 1


async def test_an_empty_session_can_be_looked_at(journal: Journal) -> None:
    writer = journal.begin(SessionStarted(source="x", started_unix=1_790_000_009.0), "nothing")
    app = ReviewApp(journal, writer.id, "contrast")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("down", "right", "full_stop", "y", "s", "e", "x", "plus", "w", "escape", "d", "escape", "q")


@pytest.mark.parametrize(("theme", "size"), [("dark", (120, 36)), ("light", (80, 24))])
def test_it_looks_as_it_did(journal: Journal, snap_compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(ReviewApp(journal, "last", theme), terminal_size=size, press=["y"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["row", "back", "in", "out", "peak", "whole", "end"]), max_size=25), st.integers(20, 200)
)
def test_the_cursor_stays_in_the_window_and_the_window_in_the_call(moves: list[str], width: int) -> None:
    events = a_call()
    talk = review_state.fold(events, range(len(events)))
    look = review_state.whole(talk)
    for move in moves:
        look = {
            "row": lambda x: review_state.to_row(talk, x, x.row + 3),
            "back": lambda x: review_state.step_time(talk, x, -1, width),
            "in": lambda x: review_state.zoom(talk, x, 0.5),
            "out": lambda x: review_state.zoom(talk, x, 2.0),
            "peak": lambda x: review_state.to_peak(talk, x, 1),
            "whole": lambda x: review_state.whole(talk, x.row),
            "end": lambda x: review_state.to_row(talk, x, 10**6),
        }[move](look)
        assert 0 <= look.begin < look.end <= talk.length + 1e-6
        assert look.begin - 1e-6 <= talk.times[look.row] <= look.end + 1e-6
    lines = timeline(talk, look, PALETTES["dark"], width).plain.split("\n")
    assert {len(line) for line in lines} == {width}


def test_filters_are_read_from_what_is_typed() -> None:
    query = parsed("the deposit level:2 driver:anger who:them tag:big since:2026-11-01 nonsense:1 level:9")
    assert (query.words, query.level, query.driver) == ("the deposit nonsense:1", 0, "anger")
    assert (query.person, query.tag, query.since is not None) == ("them", "big", True)
