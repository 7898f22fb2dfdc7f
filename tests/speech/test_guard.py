"""Words that nobody said are refused; ordinary ones never."""

from __future__ import annotations

import pytest

from companion.speech.guard import Evidence, junk_reason
from companion.speech.runaway import echo_length, without_echo, without_loop


def evidence(text: str, **changes: float) -> Evidence:
    facts = {"seconds": 2.0, "speech_probability": 0.85, "mean_log_probability": -0.2,
             "no_speech_probability": 0.05, "compression_ratio": 1.0} | changes  # fmt: skip
    return Evidence(text, **facts)


@pytest.mark.parametrize("text", ["Thank you.", "Yes.", "Okay, bye.", "You", "No, no, no, no."])
def test_what_was_really_said_is_believed_whatever_it_is(text: str) -> None:
    assert junk_reason(evidence(text)) is None


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Thank you.", {"speech_probability": 0.3, "no_speech_probability": 0.8}),
        ("Thanks for watching!", {"mean_log_probability": -1.4, "no_speech_probability": 0.7}),
        ("...", {}),
        ("", {}),
        ("la " * 30, {"compression_ratio": 6.0, "seconds": 9.0}),
        ("one two three four five six seven eight", {"seconds": 0.5}),
    ],
)
def test_what_noise_made_of_it_is_refused(text: str, facts: dict[str, float]) -> None:
    assert junk_reason(evidence(text, **facts)) is not None


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("Sorry, hang on. Ours wasn't signed. Sorry, hang on.", True),
        ("we need this we need this we need this", True),
        ("I said no, and I meant no.", False),
        ("Fine.", False),
        ("No, honestly, no.", False),
    ],
)
def test_a_decoder_that_goes_round_again_is_noticed(text: str, again: bool) -> None:
    assert (echo_length(text) > 0) is again


def test_what_the_decoder_said_twice_is_kept_once() -> None:
    assert without_echo("Ha! She's been here. It is done. Ha! She's been") == "Ha! She's been here. It is done."
    assert without_echo("A plain sentence of some words.") == "A plain sentence of some words."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("It was 70% 3% 3% 3% 3%", "It was 70% 3%"),
        ("Then refunds came in. Then refunds came in.", "Then refunds came in."),
        ("No, no.", "No, no."),
        ("I said no, and I meant no.", "I said no, and I meant no."),
        ("", ""),
    ],
)
def test_a_look_that_goes_round_is_cut_where_it_begins_to(text: str, kept: str) -> None:
    assert without_loop(text) == kept
