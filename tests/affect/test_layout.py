"""How an utterance and its context are laid out for the model."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from companion.affect.layout import assemble, pair
from companion.affect.reader import level_probabilities

tokens = st.lists(st.integers(3, 99), max_size=200)


def test_who_says_it_is_part_of_it() -> None:
    assert pair(("me", "No."), [("them", "Why?"), ("me", "Well.")]) == ("me: No.", "them: Why? me: Well.")


@given(tokens, tokens, st.integers(12, 160))
def test_it_fits_and_keeps_the_latest_words(current: list[int], context: list[int], longest: int) -> None:
    ids = assemble(current, context, start=1, end=2, longest=longest)
    assert len(ids) <= longest
    body = ids[1 : ids.index(2)]
    assert body == current[len(current) - len(body) :]
    rest = ids[ids.index(2) + 1 : -1]
    assert rest == context[len(context) - len(rest) :]
    if len(current) + len(context) + 3 <= longest:
        assert len(body) == len(current) and len(rest) == len(context)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_level_probabilities_are_a_distribution(at_least: list[float]) -> None:
    p = level_probabilities(np.array(at_least))
    assert len(p) == 4
    assert abs(sum(p) - 1) < 1e-9
    assert min(p) >= 0
