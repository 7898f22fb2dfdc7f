"""``analyze``: what came of a file in a few words, and what could not be read from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from companion.commands.run import analyze
from tests.pipeline.fakes import KeywordModel

NOTE = "Feelings are read from English only; this is just transcribed."


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.pipeline.build.load_text_model", lambda _: KeywordModel())


def analyzed(tmp_path: Path, *options: str) -> str:
    path = tmp_path / "anruf.jsonl"
    path.write_text(
        '{"speaker": "me", "text": "Guten Tag."}\n{"speaker": "them", "text": "Na ja."}\n', encoding="utf-8"
    )
    done = CliRunner().invoke(analyze, [str(path), "--no-keep", *options])
    assert done.exit_code == 0, done.exception
    return done.stdout


def test_a_language_that_is_not_read_is_noted_for_people_and_for_programs(tmp_path: Path) -> None:
    assert analyzed(tmp_path, "--language", "de").count(f"note: {NOTE}") == 1
    assert json.loads(analyzed(tmp_path, "--language", "de", "--json"))["notes"] == [NOTE]


def test_a_transcript_is_taken_as_english_where_no_language_is_set(tmp_path: Path) -> None:
    assert json.loads(analyzed(tmp_path, "--language", "auto", "--json"))["notes"] == []
