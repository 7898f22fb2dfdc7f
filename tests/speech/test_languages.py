"""The language of a side settles, and does not flip with one utterance."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.speech.languages import SWITCH_AFTER, SideLanguage


def settled_on(language: str) -> SideLanguage:
    side = SideLanguage()
    for _ in range(2):
        side.note(language, 0.95, 5.0)
    assert side.settled == language
    return side


def test_one_utterance_is_not_enough() -> None:
    side = SideLanguage()
    side.note("cy", 0.6, 6.0)
    assert side.settled is None


def test_a_short_okay_in_what_looks_like_another_language_changes_nothing() -> None:
    side = settled_on("de")
    for _ in range(10):
        side.note("en", 0.9, 0.5)
    assert side.choose("en", 0.9) == "de"


def test_who_really_changes_language_is_followed() -> None:
    side = settled_on("de")
    for _ in range(SWITCH_AFTER):
        side.note("fr", 0.95, 4.0)
    assert side.choose("fr", 0.95) == "fr"


def test_before_it_is_settled_an_unsure_guess_gives_way_to_what_was_heard_before() -> None:
    side = SideLanguage()
    side.note("de", 0.9, 3.0)
    assert side.choose("nl", 0.4) == "de"
    assert side.choose("en", 0.95) == "en"


@given(st.lists(st.tuples(st.sampled_from(["en", "de", "fr"]), st.floats(0, 1), st.floats(0.2, 18)), max_size=40))
def test_it_never_changes_twice_within_three_utterances(heard: list[tuple[str, float, float]]) -> None:
    side, changes = SideLanguage(), []
    for i, (language, probability, seconds) in enumerate(heard):
        before = side.settled
        side.note(language, probability, seconds)
        if before is not None and side.settled != before:
            changes.append(i)
    assert all(b - a >= SWITCH_AFTER for a, b in zip(changes, changes[1:], strict=False))
