"""The pieces of the screen, by themselves: layouts, line breaks, the pacer, the first run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from companion.errors import CompanionError
from companion.tui.gauges import KEYS, PROMPT_KEYS, an_hour, changed, keys, meters, sensitivity, timeline
from companion.tui.layout import fitting
from companion.tui.paint import BREATH, pacer, state_line
from companion.tui.palette import PALETTES
from companion.tui.regions import Region
from companion.tui.state import LiveState, Sign
from companion.tui.welcome import WelcomeApp
from companion.tui.wrap import wrapped
from tests.tui.feed import StillHearing

DARK = PALETTES["dark"]


@pytest.mark.parametrize(
    ("size", "name"),
    [((200, 50), "wide"), ((110, 24), "wide"), ((109, 24), "normal"), ((80, 24), "normal"), ((59, 40), "narrow"),
     ((38, 24), "narrow"), ((80, 6), "strip"), ((200, 6), "strip"), ((38, 6), "strip")],
)  # fmt: skip
def test_the_layout_follows_the_size(size: tuple[int, int], name: str) -> None:
    assert fitting(*size).name == name


texts = st.text(alphabet=st.sampled_from("ab  ü漢字é-,."), max_size=120)


@given(texts, st.integers(2, 40))
def test_rows_fit_and_no_word_is_lost(text: str, width: int) -> None:
    rows = wrapped(text, width)
    assert rows
    assert all(cell_len(text[a:b]) <= width for a, b in rows)
    assert "".join(text[a:b] for a, b in rows).replace(" ", "") == text.replace(" ", "")
    assert all(b <= c for (_, b), (c, _) in zip(rows, rows[1:], strict=False))


def test_rows_break_at_blanks() -> None:
    text = "the quick brown fox"
    assert [text[a:b] for a, b in wrapped(text, 10)] == ["the quick", "brown fox"]


@given(st.floats(0, 10_000))
def test_the_pacer_never_jumps(seconds: float) -> None:
    assert pacer(seconds, DARK).cell_len == pacer(0.0, DARK).cell_len <= 34, "it fits the sidebar"


def test_a_breath_is_slow_and_longer_on_the_way_out() -> None:
    times = {name: length for length, name in BREATH}
    assert times["breathe out"] > times["breathe in"]
    assert 4.5 <= 60 / sum(times.values()) <= 6.5, "breaths a minute"
    assert pacer(4.5, DARK).plain.count("●") == 14


@pytest.mark.parametrize(
    ("alarms", "words"),
    [(0.0, "no alarms"), (0.3, "an alarm every few hours"), (1.2, "about 1 alarm an hour"),
     (2.7, "about 3 alarms an hour")],
)  # fmt: skip
def test_alarms_are_counted_as_people_count(alarms: float, words: str) -> None:
    assert an_hour(alarms) == words
    assert sensitivity(0.1, {0.0: alarms, 1.0: 9.0}) == words


def test_every_press_of_plus_or_minus_says_something_else_in_the_narrowest_place() -> None:
    for alarms in (None, {0.0: 3.0, 1.0: 9.0}):
        told = [changed(n * 0.25, 0.25, alarms, 38) for n in range(-4, 5)]
        assert len(set(told)) == len(told)
        assert all(len(words) < 38 for words in told)
    assert changed(0.0, 0.25, None, 38) == "Usual sensitivity"


@pytest.mark.parametrize(
    ("reason", "told"),
    [("they: may be anger, “Do you even hear yourself?”", "anger?"), ("you: may be defending, “Well”", "you: defending?"),
     ("their last turns are shorter", "their last turns a…")],
)  # fmt: skip
def test_in_a_sidebar_the_reason_is_told_in_a_word_or_two(reason: str, told: str) -> None:
    line = state_line(LiveState(now=98.0, level=2, reasons=(reason,)), DARK, 38).plain
    assert line.split("HEATED")[1].rpartition("1:38")[0].strip() == told
    assert cell_len(line) == 38


def test_the_users_mark_is_seen_beside_a_suggestion_of_the_same_moment() -> None:
    state = LiveState(now=600.0, signs=(Sign(300.0, "mark"), Sign(301.0, "prompt")))
    assert timeline(state, DARK, 20).plain.split("\n")[1].strip() == "▲"


@pytest.mark.parametrize("width", [38, 49, 50, 80])
def test_a_pace_that_is_not_as_usual_is_seen_at_every_width_and_moves_nothing(width: int) -> None:
    usual, fast = (meters(LiveState(talked=(52.0, 48.0), pace=pace), DARK, width).plain for pace in (1.0, 1.3))
    assert "pace: faster" in fast
    assert "you talk 52%" in usual
    assert len(fast.rstrip()) <= width
    assert fast.index("they") == usual.index("they")


@given(st.floats(-1, 1))
def test_without_past_calls_the_sensitivity_has_a_word(value: float) -> None:
    assert sensitivity(value)


@pytest.mark.parametrize("width", [20, 38, 60, 80, 120, 200])
def test_footers_fit_and_the_most_needed_keys_come_first(width: int) -> None:
    for prompt, first in ((False, KEYS[0]), (True, PROMPT_KEYS[0])):
        line = keys(DARK, width, prompt=prompt)
        assert line.cell_len <= width
        assert line.plain.startswith(f" {first[0]}")
    assert meters(LiveState(talked=(50.0, 50.0), pace=1.3), DARK, width).cell_len <= max(width, 24)


async def test_the_first_run_has_three_screens_and_a_hearing_test() -> None:
    made: list[StillHearing] = []

    def hearing() -> StillHearing:
        made.append(StillHearing())
        return made[-1]

    first = WelcomeApp("dark", hearing)
    async with first.run_test(size=(80, 24)) as pilot:
        pages = []
        for _ in range(3):
            await pilot.pause(0.2)
            pages.append(str(first.query_one("#words", Region).visual).split("\n")[0])
            if len(pages) < 3:
                await pilot.press("enter")
        assert pages == ["What it does", "Consent and privacy", "Does it hear?"]
        assert "not heard yet" in str(first.query_one("#ears", Region).visual)
        assert "heard" in str(first.query_one("#ears", Region).visual).split("\n")[0]
        await pilot.press("enter")
    assert first.return_value is True
    assert made[0].closed


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (38, 32), (80, 6)])
async def test_nothing_jumps_between_the_first_screens(size: tuple[int, int]) -> None:
    first = WelcomeApp("dark", StillHearing)
    async with first.run_test(size=size) as pilot:
        places = []
        for _ in range(3):
            await pilot.pause(0.2)
            places.append((first.query_one("#scroll").region.offset, first.query_one("#foot").region))
            foot = first.query_one("#foot", Region)
            assert foot.region.bottom <= size[1]
            assert "Esc leave" in foot.render_line(0).text
            await pilot.press("right")
        assert len(set(places)) == 1


async def test_in_a_strip_the_first_screens_can_be_scrolled() -> None:
    first = WelcomeApp("dark", StillHearing)
    async with first.run_test(size=(80, 6)) as pilot:
        await pilot.press("enter", "down")
        await pilot.pause(0.2)
        assert first.query_one("#scroll").scroll_y == 1


async def test_leaving_the_first_run_is_no_consent() -> None:
    first = WelcomeApp("light", StillHearing)
    async with first.run_test() as pilot:
        await pilot.press("enter", "left", "escape")
    assert first.return_value is False


async def test_deaf_ears_are_told_in_the_hearing_test() -> None:
    class Deaf(StillHearing):
        def open(self) -> None:
            raise CompanionError("No microphone was found.", "See: companion doctor")

    first = WelcomeApp("dark", Deaf)
    async with first.run_test() as pilot:
        await pilot.press("enter", "enter")
        await pilot.pause(0.2)
        assert "No microphone was found." in str(first.query_one("#ears", Region).visual)
