"""What the screen shows follows from the events alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.events import Health, Meter, Partial, PromptClosed, Temperature, Utterance
from companion.tui.gauges import timeline
from companion.tui.paint import state_line
from companion.tui.palette import PALETTES
from companion.tui.state import WINDOW_S, LiveState
from tests.tui.contrast import contrast
from tests.tui.feed import PROMPT, calm, heated, over


def fold(events) -> LiveState:
    state = LiveState()
    for event in events:
        state = state.apply(event)
    return state


def test_a_calm_talk() -> None:
    state = fold(calm())
    assert (state.level, state.prompt) == (0, None)
    assert [w.text.split()[0] for w in state.fresh] == ["Morning.", "Sure.", "Happy"]


def test_a_heated_one_with_its_prompt() -> None:
    state = fold(heated())
    assert (state.level, state.prompt, state.marks, state.shown) == (2, PROMPT, 1, 1)
    assert state.talked[0] == pytest.approx(16.0)
    assert [(p.speaker, p.stable) for p in state.partials] == [("them", 9)]


def test_a_final_takes_the_place_of_its_partial() -> None:
    state = fold([Partial(speaker="me", t0=1, text="we", stable=0), Utterance(speaker="me", t0=1, t1=2, text="we did")])
    assert state.partials == ()


def test_only_the_open_prompt_is_closed() -> None:
    assert fold([PROMPT, PromptClosed(id=7, outcome="used")]).prompt == PROMPT
    assert fold([PROMPT, PromptClosed(id=1, outcome="used")]).used == 1


def test_the_end_counts_the_time_in_each_level() -> None:
    state = fold(over())
    assert sum(state.in_level) == pytest.approx(134.0)
    assert state.in_level[1] == pytest.approx(28.0)
    assert state.ended == "finished"


def test_peaks_are_seen_and_fall_slowly() -> None:
    state = fold([Meter(speaker="me", rms_dbfs=-10.0), Meter(speaker="me", rms_dbfs=-70.0)])
    assert -20 < state.meters[0] < -10


def test_the_worst_trouble_is_told_and_goes_when_it_is_over() -> None:
    lost = Health(part="them", state="lost", message="Nothing is heard of them.")
    slow = Health(part="machine", state="degraded", message="Catching up.")
    assert fold([lost, slow]).trouble() == "Nothing is heard of them."
    assert fold([lost, slow, Health(part="them", state="ok")]).trouble() == "Catching up."


@given(st.lists(st.tuples(st.floats(0, 5000), st.floats(0, 1), st.integers(0, 3)), max_size=60), st.integers(10, 250))
def test_the_timeline_fits_and_memory_is_bounded(points: list[tuple[float, float, int]], width: int) -> None:
    state = fold(Temperature(t=t, score=s, level=level) for t, s, level in sorted(points))
    assert all(p.t >= state.now - WINDOW_S for p in state.points)
    bars = timeline(state, PALETTES["dark"], width).plain.split("\n")[0]
    assert len(bars) == width


@pytest.mark.parametrize("width", [20, 38, 80, 200])
def test_the_state_line_is_exactly_one_line(width: int) -> None:
    assert state_line(fold(heated()), PALETTES["dark"], width).cell_len <= width


def test_calm_is_not_claimed_before_anything_was_heard() -> None:
    said = Utterance(speaker="them", t0=1, t1=2, text="Morning.")
    for events, badge in (([], "NO WORDS YET"), ([said], "CALM")):
        line = state_line(fold(events), PALETTES["dark"], 38).plain
        assert [word for word in ("NO WORDS YET", "CALM") if word in line] == [badge]


@pytest.mark.parametrize("name", PALETTES)
def test_all_text_can_be_read(name: str) -> None:
    p = PALETTES[name]
    for ground in (p.ground, p.card):
        for colour in (p.text, p.dim, p.accent, *p.levels):
            assert contrast(colour, ground) >= 4.5, (colour, ground)
