"""Partial words grow and never flicker."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.speech.agreement import Agreement


def test_what_two_hypotheses_agree_upon_is_stable() -> None:
    agreement = Agreement()
    assert agreement.update("we had a deal") == ("we had a deal", 0)
    text, stable = agreement.update("We had a dealer in Lindach")
    assert text[:stable] == "We had a"


def test_stable_words_stay_when_a_later_hypothesis_differs() -> None:
    agreement = Agreement()
    agreement.update("we had a deal")
    agreement.update("we had a deal today")
    text, stable = agreement.update("he had no deal at all")
    assert text[:stable].startswith("we had a deal")


def test_a_hypothesis_that_says_the_beginning_in_fewer_words_repeats_and_loses_none() -> None:
    agreement = Agreement()
    agreement.update("it was seventy per cent then refunds came", paused=True)
    agreement.update("it was seventy per cent then refunds came", paused=True)
    text, _ = agreement.update("It was 70% then refunds came in and the")
    assert text == "it was seventy per cent then refunds came in and the"


def test_the_last_word_may_be_half_a_word_unless_nothing_is_being_said() -> None:
    agreement = Agreement()
    agreement.update("we had")
    assert agreement.update("we had") == ("we had", 2)
    assert agreement.update("we had", paused=True) == ("we had", 6)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=12).map(" ".join), max_size=12))
def test_committed_text_only_ever_grows(hypotheses: list[str]) -> None:
    agreement, before = Agreement(), ""
    for hypothesis in hypotheses:
        text, stable = agreement.update(hypothesis)
        assert text[:stable].startswith(before)
        assert text.startswith(text[:stable])
        before = text[:stable]
