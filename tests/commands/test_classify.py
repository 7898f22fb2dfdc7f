"""``classify``: one answer a line, in order, as the lines come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from companion.commands.classify import classify
from companion.errors import UsageError
from tests.pipeline.fakes import KeywordModel


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.pipeline.build.load_text_model", lambda _: KeywordModel())


def ask(text: bytes) -> Result:
    return CliRunner().invoke(classify, ["--json"], input=text)


def answers(text: bytes) -> list[dict[str, Any]]:
    done = ask(text)
    assert done.exit_code == 0, done.exception
    return [json.loads(answer) for answer in done.stdout.split("\n") if answer]


def test_every_line_is_answered_in_order() -> None:
    said = answers(b'\xef\xbb\xbf{"speaker": "me", "text": "one"}\r\n\r\ntwo\n{"text": "a\xe2\x80\xa8b"}')
    assert [(u["type"], u["speaker"], u["text"]) for u in said] == [
        ("utterance", "me", "one"), ("utterance", "them", "two"), ("utterance", "them", "a\u2028b"),
    ]  # fmt: skip


def test_nothing_is_read_into_nothing() -> None:
    (empty,) = answers(b'{"text": "  "}\n')
    assert (empty["drivers"], empty["emotions"], empty["levels"]) == ([], {}, [])


def test_half_a_surrogate_is_replaced() -> None:
    assert answers(b'{"text": "a \\ud800"}\n')[0]["text"] == "a \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("line", [b"{oops", b'{"text": ' + b"[" * 100_000, b'{"text": 3}'])
def test_a_broken_line_is_named_after_the_answers_before_it(line: bytes) -> None:
    done = ask(b"fine\n" + line + b"\n")
    assert isinstance(done.exception, UsageError)
    assert "Line 2" in str(done.exception)
    assert done.stdout.count("utterance") == 1
