"""Events as lines: safe to print, and quiet when nobody reads on."""

from __future__ import annotations

import io

import pytest

from companion.commands.lines import Printer, line
from companion.errors import CompanionError
from companion.events import Mark, Prompt, SessionStarted, Utterance

HELLO = Utterance(speaker="me", t0=0.0, t1=1.0, text="hello")


class Out(io.StringIO):
    """A stream whose writing fails."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        raise self.error


@pytest.mark.parametrize(
    "event",
    [
        SessionStarted(source="a\x1b[31m\nb", started_unix=1.0),
        Utterance(speaker="me", t0=0.0, t1=1.0, text="a\x1b]0;own\x07 \u202e b\r\nc"),
        Prompt(id=1, move="reframe", driver="impasse", headline="a\x1b[2J", say="b\x1b[31m\n"),
        Mark(note="\x9b31m"),
    ],
)
def test_what_was_said_never_commands_the_terminal(event: Utterance) -> None:
    told = line(event)
    assert told is not None
    assert told.isprintable(), repr(told)


def test_when_the_reader_has_left_it_is_told_once_and_nothing_fails() -> None:
    left: list[bool] = []
    printer = Printer(Out(BrokenPipeError()), gone=lambda: left.append(True))
    printer(HELLO)
    printer(HELLO)
    assert left == [True]


def test_lines_that_cannot_be_printed_are_one_sentence() -> None:
    with pytest.raises(CompanionError, match="No space left"):
        Printer(Out(OSError(28, "No space left on device")))(HELLO)
