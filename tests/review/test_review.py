"""Looking back: folds that say what happened, and formats that others can read."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from companion import locations
from companion.commands import review as commands
from companion.commands import sessions as session_commands
from companion.errors import CompanionError, UsageError
from companion.events import (
    Driver,
    Escalation,
    Mark,
    Prompt,
    PromptClosed,
    SessionEnded,
    SessionStarted,
    Temperature,
    Utterance,
)
from companion.review.export import FORMATS
from companion.review.report import render
from companion.review.summary import summarise
from companion.review.text import told
from companion.sessions.journal import Journal

EVIL = "<script>alert(1)</script> & \x1b[31mred\u202e --> =1+1"
EVENTS = (
    SessionStarted(source="call.ogg", started_unix=1_790_000_000.0, prep={"limit": "Not below 40."}),
    Utterance(t=3, speaker="me", t0=0, t1=3, text="Shall we begin?"),
    Temperature(t=3, level=0, score=0.05),
    Utterance(t=9, speaker="them", t0=4, t1=9, text=EVIL, drivers=(Driver("anger", 0.8),)),
    Escalation(t=9, level=2, previous=0, score=0.7, reasons=("they: may be anger, “<b>x</b>”",)),
    Temperature(t=9, level=2, score=0.7),
    Prompt(
        t=10, id=1, move="acknowledge", driver="anger", headline="Acknowledge the anger", say="I hear you.", level=2
    ),
    PromptClosed(t=14, id=1, outcome="used"),
    Mark(t=15, note="here"),
    Utterance(t=20, speaker="me", t0=8, t1=20, text="=HYPERLINK(1)", drivers=(Driver("defensive", 0.6),)),
    Escalation(t=40, level=1, previous=2, score=0.3, reasons=("calmer turns",)),
    Temperature(t=40, level=1, score=0.3),
    SessionEnded(t=60, reason="finished"),
)


def test_the_numbers_are_those_of_the_events() -> None:
    summary = summarise(EVENTS)
    assert summary.duration_s == 60
    assert summary.in_level == (9, 20, 31, 0)
    assert summary.peak == 2
    assert summary.overlap_s == 1
    assert summary.sides["me"].talk_s == 15
    assert summary.sides["me"].questions == 1
    assert summary.sides["them"].drivers == (("anger", 1),)
    assert summary.share_me == pytest.approx(15 / 20)


def test_a_prompt_is_told_with_what_came_after() -> None:
    (suggested,) = summarise(EVENTS).suggested
    assert (suggested.outcome, suggested.before, suggested.after) == ("used", 2, 1)


def test_the_moments_say_why() -> None:
    (moment,) = summarise(EVENTS).moments
    assert (moment.level, moment.speaker) == (2, "them")
    assert "may be anger" in moment.reasons[0]


def test_what_was_written_before_the_call_is_told_in_words_and_as_text() -> None:
    before = SessionStarted(source="live", started_unix=0.0, prep={"limit": "Not below 40.", "words": EVIL, "old": "x"})
    events = (before, *EVENTS[1:])
    told_lines = list(told(summarise(events), "x"))
    at = told_lines.index("\nWhat you wrote before the call")
    assert told_lines[at + 1 : at + 4] == [
        "  Your limit: Not below 40.",
        "  Words that set you off: <script>alert(1)</script> &  [31mred  --> =1+1",
        "  old: x",
    ]
    page = render(events, "x")
    words = "&lt;script&gt;alert(1)&lt;/script&gt; &amp;  [31mred  --&gt; =1+1"
    assert f"<li>Your limit: Not below 40.</li><li>Words that set you off: {words}</li><li>old: x</li>" in page
    bare = (SessionStarted(source="live", started_unix=0.0), *EVENTS[1:])
    assert "before the call" not in "\n".join(told(summarise(bare), "x")) + render(bare, "x")


def test_a_session_that_broke_off_can_be_reviewed_too() -> None:
    text = "\n".join(told(summarise(EVENTS[:6]), "x"))
    assert "interrupted" in text
    assert list(told(summarise(()), "empty"))


def test_the_plain_review_has_it_all_and_nothing_that_commands_the_terminal() -> None:
    text = "\n".join(told(summarise(EVENTS), "A call"))
    for needle in ("HEATED".lower() + " because", "Acknowledge the anger", "Not below 40.", "What did you learn"):
        assert needle in text
    assert not {"\x1b", "\u202e"} & set(text)


def test_what_is_between_the_sides_is_told_as_such() -> None:
    assert "Both at once for" in render(EVENTS, "x")


def test_the_page_is_whole_escaped_and_asks_for_nothing() -> None:
    page = render(EVENTS, "<i>title</i>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "<b>x</b>" not in page
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page)) | {"t400"}
    assert "Not below 40." in page


def test_the_table_has_a_row_an_utterance_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](EVENTS, "x"))))
    assert [r["speaker"] for r in rows] == ["me", "them", "me"]
    assert rows[2]["text"] == "'=HYPERLINK(1)"
    assert rows[2]["level"] == "2"


@pytest.mark.parametrize(("kind", "point"), [("srt", ","), ("vtt", ".")])
def test_captions_have_their_times_in_order(kind: str, point: str) -> None:
    text = FORMATS[kind](EVENTS, "x")
    times = re.findall(r"(\d\d:\d\d:\d\d[.,]\d{3}) --> (\d\d:\d\d:\d\d[.,]\d{3})", text)
    assert times == [(a.replace(".", point).replace(",", point), b) for a, b in
                     [("00:00:00" + point + "000", "00:00:03" + point + "000"),
                      ("00:00:04" + point + "000", "00:00:09" + point + "000"),
                      ("00:00:08" + point + "000", "00:00:20" + point + "000")]]  # fmt: skip
    assert "<script>" not in text or kind == "srt"


def test_markdown_shows_speech_as_it_was_said() -> None:
    text = FORMATS["md"](EVENTS, "x")
    assert "\\<script\\>" in text


# ---- through the commands


@pytest.fixture
def kept() -> None:
    journal = Journal.open(locations.journal_path())
    writer = journal.begin(EVENTS[0], "A call")
    for event in EVENTS:
        writer.append(event)
    journal.close()


def run(command, *arguments: str):
    return CliRunner().invoke(command, arguments)


@pytest.mark.usefixtures("kept")
def test_the_ending_of_the_file_tells_in_which_format_it_is_written(tmp_path: Path) -> None:
    for name, begins in (("x.json", "["), ("x.vtt", "WEBVTT"), ("x.CSV", "speaker"), ("x.notes", "# ")):
        result = run(commands.export, "-o", str(tmp_path / name))
        assert result.exit_code == 0, result.output
        assert begins in (tmp_path / name).read_text().splitlines()[0]
    run(commands.export, "--format", "md", "-o", str(tmp_path / "y.json"))
    assert (tmp_path / "y.json").read_text().startswith("# ")


@pytest.mark.usefixtures("kept")
def test_review_report_and_export_from_the_journal(tmp_path: Path) -> None:
    assert "Acknowledge the anger" in run(commands.review).output
    assert json.loads(run(commands.review, "--json").output)["peak"] == 2
    page = tmp_path / "r.html"
    assert run(commands.report, "last", "-o", str(page)).exit_code == 0
    assert page.stat().st_mode & 0o777 == 0o600
    assert html.unescape(page.read_text(encoding="utf-8")).count("Acknowledge the anger") >= 2
    again = run(commands.report, "last", "-o", str(page))
    assert isinstance(again.exception, UsageError)
    for kind in FORMATS:
        assert run(commands.export, "--format", kind).exit_code == 0


@pytest.mark.usefixtures("kept")
def test_sessions_are_listed_shown_searched_and_deleted() -> None:
    listed = json.loads(run(session_commands.sessions, "list", "--json").output)
    assert [(s["title"], s["state"]) for s in listed] == [("A call", "ended")]
    assert "Shall we begin?" in run(session_commands.sessions, "show").output
    assert "Shall we [begin]?" in run(session_commands.sessions, "search", "begin").output
    assert isinstance(run(session_commands.sessions, "purge").exception, UsageError)
    assert run(session_commands.sessions, "delete", "last", "--yes").exit_code == 0
    assert json.loads(run(session_commands.sessions, "list", "--json").output) == []


def test_without_sessions_there_is_a_friendly_sentence() -> None:
    assert "companion demo" in run(session_commands.sessions, "list").output
    assert isinstance(run(commands.review).exception, CompanionError)
