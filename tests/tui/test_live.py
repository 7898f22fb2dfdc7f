"""The live screen: every key does what it says, and speech is data."""

from __future__ import annotations

import dataclasses

import pytest
from textual.widgets import Input, Static

from companion.config import Settings
from companion.events import Escalation, Health, Mark, SensitivityChanged, SessionStarted, Utterance
from companion.tui.around import REVIEW, Around
from companion.tui.keysline import KeysLine
from companion.tui.live import LiveApp
from companion.tui.palette import PALETTES
from companion.tui.sheets import help_for
from companion.tui.state import Sign
from companion.tui.transcript import Transcript
from tests.tui import feed
from tests.tui.contrast import contrast
from tests.tui.feed import PROMPT, PlayedSession, breaking, calm, heated, over, tense


def app(events, *, review=False, alarms=None, **screen) -> tuple[LiveApp, PlayedSession]:
    settings = Settings()
    settings = dataclasses.replace(settings, screen=dataclasses.replace(settings.screen, **screen))
    session = PlayedSession(events)
    around = Around("a call", review=review, alarms=lambda: alarms, now=lambda: 0.0)
    return LiveApp(session, settings, around), session


def shown(live: LiveApp, what: str) -> str:
    return str(live.screen_stack[0].query_one(what, Static).visual)


def words(live: LiveApp) -> Transcript:
    return live.screen_stack[0].query_one("#transcript", Transcript)


def seen(live: LiveApp) -> str:
    """What stands on the rows of the transcript."""
    view = words(live)
    return "\n".join(view.render_line(y).text for y in range(view.size.height))


async def test_what_is_said_stands_in_the_transcript() -> None:
    live, _ = app(heated())
    async with live.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.2)
        assert "Do you even hear yourself?" in seen(live)
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
        assert "space listen" in shown(live, "#keys")
        await pilot.press("space")
        await pilot.pause(0.2)
        assert "CALM" in shown(live, "#state")
        assert "space pause" in shown(live, "#keys")


async def test_a_key_for_the_session_lights_up_before_it_is_answered(monkeypatch) -> None:
    monkeypatch.setattr("companion.tui.keysline.LIT_S", 60.0)
    live, session = app(calm())
    session.pause = lambda: None  # a session that is busy
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("space")
        keys = live.screen_stack[0].query_one("#keys", KeysLine)
        assert any(span.style.reverse for span in keys.text.spans)
        keys.clear()
        assert not any(span.style.reverse for span in keys.text.spans)


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


async def test_a_mark_stands_where_its_key_was_pressed_however_long_the_note_takes() -> None:
    live, session = app(calm())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        session.reached = 60.0
        await pilot.press("m")
        session.reached = 71.5
        await pilot.press(*"here", "enter")
        await pilot.pause(0.2)
        assert live.state.signs == (Sign(60.0, "mark"),)


@pytest.mark.parametrize("theme", PALETTES)
async def test_what_the_line_for_a_note_asks_for_can_be_read(theme: str) -> None:
    live, _ = app(calm(), theme=theme)
    async with live.run_test() as pilot:
        await pilot.press("m")
        await pilot.pause(0.1)
        # the first cell is the cursor's
        instruction = [s for s in live.query_one("#note", Input).render_line(0) if "note, or just Enter" in s.text]
        assert len(instruction) == 1
        style = instruction[0].style
        assert style is not None and style.color is not None and style.bgcolor is not None
        assert contrast(style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex) >= 4.5


async def test_a_mark_is_confirmed_once_the_session_has_it_until_the_next_key() -> None:
    live, _ = app(calm())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("m", "enter")
        await pilot.pause(0.2)
        assert shown(live, "#keys").strip() == "Marked."
        await pilot.press("space")
        assert "m mark" in shown(live, "#keys")


async def test_more_and_less_sensitive_within_bounds() -> None:
    live, _ = app(calm())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("plus")
        await pilot.pause(0.2)
        assert live.state.sensitivity == 0.25
        assert "+1 of 4: speaks up early" in shown(live, "#keys")
        for _ in range(9):
            await pilot.press("minus")
            await pilot.pause(0.1)
        assert live.state.sensitivity == -1.0


async def test_no_press_of_plus_is_lost_while_the_session_is_busy() -> None:
    live, session = app(calm())
    wanted: list[float] = []
    session.set_sensitivity = wanted.append  # it answers later
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("plus", "plus", "plus")
        assert wanted == [0.25, 0.5, 0.75]
        assert "+3 of 4" in shown(live, "#keys")
        session.play([SensitivityChanged(t=99.0, value=value) for value in wanted])
        await pilot.pause(0.2)
        await pilot.press("minus")
        assert wanted[-1] == 0.5


async def test_the_words_can_be_hidden_when_the_screen_is_shared() -> None:
    live, _ = app(breaking())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("t")
        await pilot.pause(0.1)
        everything = seen(live) + shown(live, "#state") + shown(live, "#card")
        assert "The words are hidden" in everything
        assert not any(said in everything for said in ("ticket", "we are done", "Not below 40"))
        assert "PREPARE A GRACEFUL EXIT" in everything
        await pilot.press("t")
        await pilot.pause(0.1)
        assert "ticket" in seen(live)


async def test_another_suggestion_takes_the_place_of_the_first() -> None:
    live, session = app(heated())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("n")
        await pilot.pause(0.2)
        assert session.asked == [("another", None)]
        assert "TAKE A SHORT BREAK" in shown(live, "#card")


async def test_sensitivity_is_told_as_alarms_an_hour_of_the_users_own_calls() -> None:
    live, _ = app(calm(), alarms={0.0: 0.0, 0.25: 3.1})
    async with live.run_test(size=(120, 30)) as pilot:
        await pilot.pause(0.3)
        assert "no alarms" in shown(live, "#meters")
        await pilot.press("plus")
        await pilot.pause(0.2)
        assert "about 3 alarms an hour" in shown(live, "#meters")
        assert "+1 of 4: about 3 alarms an hour (counted on your past calls)" in shown(live, "#keys")


async def test_what_is_said_is_followed_until_one_scrolls_back_and_again_from_the_end() -> None:
    many = [Utterance(t=n, speaker="me", t0=n, t1=n + 1, text=f"sentence {n}") for n in range(300)]
    live, session = app([*calm(), *many])
    async with live.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        assert "sentence 299" in seen(live)
        await pilot.press("pageup", "up")
        session.play([Utterance(t=301, speaker="them", t0=300, t1=301, text="one more")])
        await pilot.pause(0.2)
        assert "one more" not in seen(live)
        assert "newer words below" in seen(live)
        await pilot.press("home")
        await pilot.pause(0.1)
        assert "Morning." in seen(live)
        await pilot.press("end")
        await pilot.pause(0.1)
        assert "one more" in seen(live)
        assert words(live).following


async def test_what_is_being_said_stands_below_the_rest_and_becomes_firm_in_place() -> None:
    live, session = app(heated())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        before = seen(live).split("\n")
        assert before[-1].strip() == "they  No, I am not going to"
        session.play([Utterance(t=100, speaker="them", t0=97, t1=100, text="No, I am not going to")])
        await pilot.pause(0.2)
        assert seen(live).split("\n") == before


WINDOWS = [(120, 40), (200, 50), (110, 20), (80, 40), (80, 28), (80, 24), (80, 20), (38, 50), (38, 32), (38, 24)]


@pytest.mark.parametrize("size", [*WINDOWS, (80, 14), (38, 14)])
async def test_nothing_moves_when_a_suggestion_comes_and_goes(size: tuple[int, int]) -> None:
    live, session = app(tense())
    async with live.run_test(size=size) as pilot:
        await pilot.pause(0.2)
        places = {w.id: w.region for w in live.screen_stack[0].walk_children() if w.id != "keys"}
        session.play([PROMPT])
        await pilot.pause(0.2)
        assert {w.id: w.region for w in live.screen_stack[0].walk_children() if w.id != "keys"} == places


@pytest.mark.parametrize("size", [*WINDOWS, (80, 14), (38, 14), (80, 6)])
async def test_a_suggestion_is_the_largest_thing_on_the_screen(size: tuple[int, int]) -> None:
    live, _ = app(heated())
    async with live.run_test(size=size) as pilot:
        await pilot.pause(0.2)
        areas = {w.id: w.region.area for w in live.screen_stack[0].walk_children() if w.id != "body"}
        assert areas.pop("card") > max(areas.values())


async def test_the_palette_knows_every_command_and_changes_colours() -> None:
    live, _ = app(heated())
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        commands = {c.title: c.callback for c in live.get_system_commands(live.screen)}
        assert {"Pause or listen again", "Another suggestion", "End the call", "Colours: Light"} <= commands.keys()
        commands["Colours: Light"]()
        await pilot.pause(0.1)
        assert live.theme == "companion-light"
        await pilot.press("ctrl+p")
        await pilot.pause(0.3)
        assert len(live.screen_stack) == 2


@pytest.mark.parametrize(("alert", "rings"), [("off", 0), ("bell", 1)])
async def test_a_soft_sign_only_for_breaking_and_only_when_wanted(monkeypatch, alert: str, rings: int) -> None:
    rung: list[int] = []
    monkeypatch.setattr(LiveApp, "bell", lambda self: rung.append(1))
    live, session = app(heated(), alert=alert)
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        assert rung == []
        session.play([Escalation(t=101, level=3, previous=2, score=0.9)])
        await pilot.pause(0.2)
        assert len(rung) == rings


async def test_without_colours_nothing_is_coloured(monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    live, _ = app(heated())
    async with live.run_test() as pilot:
        await pilot.pause(0.3)
        picture = live.export_screenshot()
        assert not any(colour in picture for colour in ("#f0975a", "#1f2630", "#7fc8a9"))
        assert "HEATED" in shown(live, "#state")


def test_it_looks_as_it_did_without_colours(snap_compare, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    live, _ = app(breaking())

    async def settle(pilot) -> None:
        await pilot.pause(0.3)

    assert snap_compare(live, terminal_size=(80, 24), run_before=settle)


@pytest.mark.parametrize("width", [38, 80, 120])
async def test_what_is_wrong_is_told_while_a_suggestion_stands_too(width: int) -> None:
    live, _ = app(
        [*heated(), Health(part="them", state="lost", message="Nothing is heard of them. Is it on this output?")]
    )
    async with live.run_test(size=(width, 30)) as pilot:
        await pilot.pause(0.2)
        assert "Nothing is heard of them." in shown(live, "#meters")


async def test_in_the_strip_what_is_wrong_is_told_beside_the_state() -> None:
    live, _ = app([*calm(), Health(part="them", state="lost", message="Nothing is heard of them.")])
    async with live.run_test(size=(80, 6)) as pilot:
        await pilot.pause(0.2)
        assert "Nothing is heard of them." in shown(live, "#state")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (38, 32), (38, 24), (80, 6)])
async def test_help_is_whole_at_every_size(size: tuple[int, int]) -> None:
    live, _ = app(heated())
    async with live.run_test(size=size) as pilot:
        await pilot.press("question_mark")
        await pilot.pause(0.1)
        sheet = live.screen.query_one("#sheet", Static)
        rows = [sheet.render_line(y).text.strip() for y in range(sheet.size.height)]
        assert sheet.region.bottom <= size[1]
        assert all(line in rows for line in help_for(*size).split("\n") if len(line) < 36)
        assert "all commands, colours" in " ".join(rows)


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


async def test_what_was_kept_is_looked_back_at_straight_away() -> None:
    live, _ = app(heated(), review=True)
    async with live.run_test() as pilot:
        await pilot.pause(0.2)
        await pilot.press("q", "y")
        await pilot.pause(0.2)
    assert live.return_value == REVIEW


async def test_a_call_that_ends_by_itself_says_so_first() -> None:
    live, _ = app(over(), review=True)
    async with live.run_test() as pilot:
        await pilot.pause(0.3)
        assert "Any key: look back." in str(live.screen.query_one("#sheet", Static).visual)
        await pilot.press("x")
        await pilot.pause(0.1)
    assert live.return_value == REVIEW


async def test_ctrl_c_ends_at_once_and_in_order() -> None:
    live, session = app(calm())
    async with live.run_test() as pilot:
        await pilot.pause(0.1)
        await pilot.press("ctrl+c")
        await pilot.pause(0.1)
        assert session.asked == [("end", "signal")]
    assert live.return_value is None


async def test_what_takes_a_while_at_the_end_is_told_at_once() -> None:
    live, session = app(calm())
    session.end = lambda reason: None  # a session that is still working on the last words
    async with live.run_test() as pilot:
        await pilot.pause(0.1)
        await pilot.press("ctrl+c")
        assert "Finishing the last words" in shown(live, "#card")


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
        text = seen(live)
        assert "[bold red]hello[/]" in text
        assert not {"\x1b", "\u202e", "\x07"} & set(text)


async def test_thousands_of_events_between_two_looks_are_drawn_once() -> None:
    live, session = app(calm())
    async with live.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.1)
        session.play([Utterance(t=n, speaker="me", t0=n, t1=n + 1, text=f"sentence {n}") for n in range(5000)])
        await pilot.pause(1.5)
        assert "sentence 4999" in seen(live)


SIZES = [(120, 36), (80, 24), (38, 32), (80, 6)]
PICTURES = [
    *((theme, size, "heated") for theme in ("dark", "light", "contrast") for size in SIZES),
    *(("dark", size, "calm") for size in SIZES), ("light", (80, 24), "tense"), ("dark", (80, 24), "defended"), ("dark", (38, 32), "defended"), ("dark", (80, 6), "defended"),
    ("dark", (80, 24), "breaking"), ("dark", (80, 14), "heated"), ("dark", (80, 24), "over"),
]  # fmt: skip


@pytest.mark.parametrize(("theme", "size", "story"), PICTURES, ids=lambda v: str(v).replace(" ", ""))
def test_it_looks_as_it_did(snap_compare, theme: str, size: tuple[int, int], story: str) -> None:
    live, _ = app(getattr(feed, story)(), theme=theme)

    async def settle(pilot) -> None:
        await pilot.pause(0.3)

    assert snap_compare(live, terminal_size=size, run_before=settle)
