"""Which feelings are named."""

from __future__ import annotations

from companion.affect.feelings import NEGATIVE, POSITIVE, named


def test_the_likeliest_come_first_and_noise_is_not_named() -> None:
    assert list(named({"joy": 0.3, "anger": 0.05, "neutral": 0.6}, 0.0)) == ["neutral", "joy"]


def test_a_pleasant_feeling_is_named_only_where_it_outweighs_the_unpleasant_ones_together() -> None:
    mixed = {"amusement": 0.5, "annoyance": 0.04, "sadness": 0.05}
    assert list(named(mixed, 0.0)) == ["amusement"]
    assert list(named(mixed, 5.0)) == ["amusement"]
    assert named(mixed, 6.0) == {}


def test_an_unpleasant_feeling_needs_no_more_than_to_be_likely() -> None:
    assert list(named({"joy": 0.8, "anger": 0.2}, 8.0)) == ["anger"]


def test_no_feeling_is_both() -> None:
    assert not POSITIVE & NEGATIVE
