"""The live screen: every key does what it says, and speech is data."""

from __future__ import annotations

import dataclasses

import pytest
from textual.widgets import Input, RichLog, Static

from companion.config import Settings
from companion.events import Mark, SessionStarted, Utterance
from companion.tui.live import LiveApp
from tests.tui.feed import PlayedSession, calm, heated, over


def app(events, **screen) -> tuple[LiveApp, PlayedSession]:
    settings = Settings()
    settings = dataclasses.replace(settings, screen=dataclasses.replace(settings.screen, **screen))
    session = PlayedSession(events)
    return LiveApp(session, settings, title="a call"), session


def shown(live: LiveApp, what: str) -> str:
    return str(live.screen_stack[0].query_one(what, Static).visual)


def transcript(live: LiveApp) -> str:
    return "\n".join(strip.text for strip in live.screen_stack[0].query_one("#transcript", RichLog).lines)


async def test_what_is_said_stands_in_the_transcript() -> None:
    live, _ = app(heated())
    async with live.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.2)
        assert "Do you even hear yourself?" in transcript(live)
        assert "ACKNOWLEDGE THE ANGER" in shown(live, "#card")
        assert "HEATED" in shown(live, "#state")


@pytest.mark.parametrize(("key", "outcome"), [("u", "used"), ("d", "dismissed")])
async def test_a_prompt_is_answered_with_one_key(key: str, outcome: str) -> None:
    live, session = app(heated())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press(key)
        await pilot.pause(0.2)
        assert session.asked == [(outcome, 1)]
        assert "Listening" in shown(live, "#card")


async def test_without_a_prompt_the_same_keys_do_nothing() -> None:
    live, session = app(calm())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("u", "d")
        assert session.asked == []


async def test_space_pauses_and_goes_on() -> None:
    live, _ = app(calm())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("space")
        await pilot.pause(0.2)
        assert "PAUSED" in shown(live, "#state")
        await pilot.press("space")
        await pilot.pause(0.2)
        assert "CALM" in shown(live, "#state")


async def test_a_moment_is_marked_with_a_note_or_without() -> None:
    live, session = app(calm())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("m", *"ask u", "enter")
        await pilot.press("m", "enter")
        await pilot.press("m", "x", "escape")
        await pilot.pause(0.2)
        assert session.asked == [("mark", "ask u"), ("mark", "")]
        assert not live.query_one("#note", Input).has_class("open")


async def test_more_and_less_sensitive_within_bounds() -> None:
    live, _ = app(calm())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("plus")
        await pilot.pause(0.2)
        assert live.state.sensitivity == 0.25
        for _ in range(9):
            await pilot.press("minus")
            await pilot.pause(0.1)
        assert live.state.sensitivity == -1.0


async def test_the_words_can_be_hidden_when_the_screen_is_shared() -> None:
    live, _ = app(heated())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("t")
        assert not live.query_one("#transcript").display
        await pilot.press("t")
        assert live.query_one("#transcript").display


async def test_help_and_breathing_lie_over_it_until_a_key() -> None:
    live, _ = app(heated())
    async with live.run_test() as pilot:
        for key in ("question_mark", "b"):
            await pilot.press(key)
            assert len(live.screen_stack) == 2
            await pilot.press("x")
            assert len(live.screen_stack) == 1


async def test_the_end_is_asked_for_once_and_then_summed_up() -> None:
    live, session = app(heated())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("q", "n")
        assert session.asked == []
        await pilot.press("q", "y")
        await pilot.pause(0.2)
        assert session.asked == [("end", "user")]
        assert "The call is over" in str(live.screen.query_one("#sheet", Static).visual)
        await pilot.press("x")
    assert live.return_code == 0


async def test_ctrl_c_ends_at_once_and_in_order() -> None:
    live, session = app(calm())
    async with live.run_test() as pilot:
        await pilot.pause(0.1)
        await pilot.press("ctrl+c")
        assert session.asked == [("end", "signal")]


async def test_a_session_that_ends_by_itself_leaves_its_summary() -> None:
    live, _ = app(over())
    async with live.run_test() as pilot:
        await pilot.pause(0.3)
        assert "1 suggestion, 1 used" in str(live.screen.query_one("#sheet", Static).visual)


async def test_speech_is_data() -> None:
    evil = "[bold red]hello[/] [@click=app.bell]x[/] \x1b[31m\u202ered\x07"
    live, _ = app([SessionStarted(source="x", started_unix=0.0),
                   Utterance(t=1, speaker="them", t0=0, t1=1, text=evil), Mark(t=2, note=evil)])  # fmt: skip
    async with live.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.2)
        text = transcript(live)
        assert "[bold red]hello[/]" in text
        assert not {"\x1b", "\u202e", "\x07"} & set(text)


async def test_thousands_of_events_between_two_looks_are_drawn_once() -> None:
    live, session = app(calm())
    async with live.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.1)
        session.play([Utterance(t=n, speaker="me", t0=n, t1=n + 1, text=f"sentence {n}") for n in range(5000)])
        await pilot.pause(1.5)
        assert "sentence 4999" in transcript(live)


PICTURES = [
    ("dark", (80, 24), "calm"), ("dark", (80, 24), "heated"), ("dark", (120, 40), "heated"),
    ("dark", (200, 50), "heated"), ("dark", (38, 30), "heated"), ("dark", (80, 6), "heated"),
    ("light", (80, 24), "heated"), ("light", (120, 40), "calm"), ("contrast", (80, 24), "heated"),
    ("dark", (80, 24), "over"),
]  # fmt: skip


@pytest.mark.parametrize(("theme", "size", "story"), PICTURES, ids=lambda v: str(v).replace(" ", ""))
def test_it_looks_as_it_did(snap_compare, theme: str, size: tuple[int, int], story: str) -> None:
    live, _ = app({"calm": calm, "heated": heated, "over": over}[story](), theme=theme)

    async def settle(pilot) -> None:
        await pilot.pause(0.3)

    assert snap_compare(live, terminal_size=size, run_before=settle)
