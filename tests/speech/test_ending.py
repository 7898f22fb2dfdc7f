"""The words before a pause say how long it must last to be the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.speech.ending import ending_after


@pytest.mark.parametrize(
    "text",
    ["That is our last word.", "Can you do that?", "No!", 'He said "never."', "I did.", "What for?", "Ja, das geht."],
)
def test_a_complete_sentence_ends_soon(text: str) -> None:
    ending = ending_after(text, 0.6)
    assert ending.reason == "complete"
    assert ending.pause_s < 0.4


@pytest.mark.parametrize(
    "text", ["We could do that and", "And then the.", "I mean,", "If we...", "It's because.", "So, um", "my and."]
)
def test_a_sentence_that_hangs_is_waited_for(text: str) -> None:
    ending = ending_after(text, 0.6)
    assert ending.reason == "dangling"
    assert ending.pause_s > 0.6


def test_without_a_sign_it_is_between() -> None:
    assert ending_after("two more weeks", 0.6).reason == "open"
    assert 0.4 < ending_after("", 0.6).pause_s < 0.6


@given(st.text(), st.floats(0.2, 5))
def test_whatever_was_said_the_wait_stays_in_bounds(text: str, usual_s: float) -> None:
    assert 0.5 * usual_s <= ending_after(text, usual_s).pause_s <= 1.5 * usual_s
