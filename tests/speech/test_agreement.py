"""Partial words grow and never flicker."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.speech.agreement import Agreement


def agreed(*hypotheses: str) -> Agreement:
    """After these, at pauses, so that their last words count."""
    agreement = Agreement()
    for hypothesis in hypotheses:
        agreement.update(hypothesis, paused=True)
    return agreement


def test_what_three_hypotheses_agree_upon_is_stable() -> None:
    agreement = Agreement()
    assert agreement.update("we had a deal", paused=True) == ("we had a deal", 0)
    assert agreement.update("We had a dealer", paused=True) == ("We had a dealer", 0)
    text, stable = agreement.update("We had a dealer in Lindach", paused=True)
    assert text == "We had a dealer in Lindach"
    assert text[:stable] == "We had a"


def test_stable_words_stay_when_a_later_hypothesis_differs() -> None:
    agreement = agreed("we had a deal", "we had a deal", "we had a deal today")
    text, stable = agreement.update("he had no deal at all")
    assert text[:stable].startswith("we had a deal")


def test_a_hypothesis_that_says_the_beginning_in_fewer_words_repeats_and_loses_none() -> None:
    agreement = agreed(*["it was seventy per cent then refunds came"] * 3)
    text, _ = agreement.update("It was 70% then refunds came in and the")
    assert text == "it was seventy per cent then refunds came in and the"


def test_the_last_words_are_held_back_unless_nothing_is_being_said() -> None:
    said = "we had a deal in the end"
    agreement = Agreement()
    for _ in range(3):
        text, stable = agreement.update(said)
    assert text == said
    assert text[:stable] == "we had a"
    assert agreement.update(said, paused=True) == (said, len(said))


def test_words_agreed_upon_need_not_come_at_once() -> None:
    agreement = agreed("so it", "so it is", "so it is done")
    text, stable = agreement.update("so it is done now", paused=True)
    assert text[:stable] == "so it is"
    text, stable = agreement.update("so it is done now", paused=True)
    assert text[:stable] == "so it is done"


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=12).map(" ".join), max_size=12))
def test_committed_text_only_ever_grows(hypotheses: list[str]) -> None:
    agreement, before = Agreement(), ""
    for hypothesis in hypotheses:
        text, stable = agreement.update(hypothesis)
        assert text[:stable].startswith(before)
        assert text.startswith(text[:stable])
        before = text[:stable]
