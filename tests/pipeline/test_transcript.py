"""Transcripts: read with care, and heard at their times."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from companion.clock import ManualClock
from companion.config import Settings
from companion.errors import UsageError
from companion.events import Escalation, Event, Health, Prompt, SessionEnded, SessionStarted, Speaker, Utterance
from companion.pipeline.spine import Spine, refold
from companion.pipeline.transcript import TranscriptCall, Turn, read_transcript
from companion.pipeline.understanding import Conversation
from tests.pipeline.fakes import KeywordModel


def transcript(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "call.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), encoding="utf-8")
    return path


def test_times_are_taken_where_they_are_and_made_where_not(tmp_path: Path) -> None:
    path = transcript(
        tmp_path,
        {"title": "a header without text is skipped"},
        {"speaker": "me", "text": "Hello there", "t0": 1.0, "t1": 2.0},
        "",
        {"speaker": "them", "text": "one two three four five six seven eight nine", "gap": 0.5},
        {"speaker": "somebody", "text": "and I"},
    )
    turns = read_transcript(path)
    assert [t.speaker for t in turns] == ["me", "them", "them"]
    assert (turns[0].t0, turns[0].t1) == (1.0, 2.0)
    assert turns[1].t0 == 2.5
    assert 2 < turns[1].t1 - turns[1].t0 < 5
    assert turns[2].t0 > turns[1].t1


@pytest.mark.parametrize(
    ("row", "needle"),
    [
        ("{not json", "line 2, is not JSON"),
        ("[1, 2]", "line 2, is not a JSON object"),
        ('{"speaker": "me", "text": 5}', '"text" must be a text'),
        ('{"speaker": "me", "text": "x", "t0": "soon"}', '"t0" must be a number'),
        ('{"speaker": "me", "text": "x", "gap": true}', '"gap" must be a number'),
        ('{"speaker": "me", "text": "x", "t1": NaN}', '"t1" must be a number'),
        ('{"speaker": "me", "text": "x", "t0": ' + "9" * 400 + "}", '"t0" must be a number'),
        ('{"speaker": "me", "text": "x", "t0": 1764081000000}', '"t0" must be a number of seconds'),
        ('{"speaker": "me", "text": "x", "t0": 172799, "t1": 1e9}', '"t1" must be a number of seconds'),
        ('{"speaker": "me", "text": "x", "t0": 172800}', "longer than two days"),
        ("[" * 100_000, "line 2, is not JSON"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, row: str, needle: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_transcript(transcript(tmp_path, {"speaker": "me", "text": "fine"}, row))
    assert needle in str(caught.value)


def test_what_other_programs_write_is_read(tmp_path: Path) -> None:
    # given a byte order mark, line ends of three systems, a separator inside a text, half a surrogate, no text
    path = tmp_path / "call.jsonl"
    lines = ['{"speaker": "me", "text": "one\u2028two\u0085three"}', '{"speaker": "me", "text": null}',
             '{"speaker": "them", "text": "half \\ud83d"}', '{"speaker": "them", "text": "last"}']  # fmt: skip
    path.write_bytes(b"\xef\xbb\xbf" + f"{lines[0]}\r\n{lines[1]}\n{lines[2]}\r{lines[3]}".encode())
    # when it is read, then nothing is lost, and what no file can hold is replaced
    assert [t.text for t in read_transcript(path)] == ["one two three", "half \N{REPLACEMENT CHARACTER}", "last"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_folder_or_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    for name, needle in (("pipe.jsonl", "not a regular file"), ("folder.jsonl", "is a folder")):
        with pytest.raises(UsageError, match=needle):
            read_transcript(tmp_path / name)


def test_a_session_ends_even_when_a_listener_fails(tmp_path: Path) -> None:
    def broken(event: Event) -> None:
        if isinstance(event, SessionStarted):
            raise BrokenPipeError

    call = TranscriptCall(
        read_transcript(transcript(tmp_path, {"speaker": "me", "text": "Hello."})),
        lambda: Conversation(KeywordModel(), 5),
        started=SessionStarted(source="x", started_unix=1.0),
        spine=lambda sinks, at: Spine(Settings(), sinks, at),
        sinks=[],
        clock=ManualClock(),
    )
    call.start(broken)
    assert call.wait(10)
    assert isinstance(call.failure, BrokenPipeError)


def test_a_file_without_turns_or_without_text_is_a_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no turns"):
        read_transcript(transcript(tmp_path, {"title": "nothing"}))
    with pytest.raises(UsageError, match="There is no file"):
        read_transcript(tmp_path / "none.jsonl")
    binary = tmp_path / "b.jsonl"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read as text"):
        read_transcript(binary)


def call(turns: list[Turn], sink, language: str = "en", **more) -> TranscriptCall:
    settings = Settings()
    return TranscriptCall(
        turns, lambda: Conversation(KeywordModel(), 5),
        started=SessionStarted(source="x", started_unix=0.0, language=language),
        spine=lambda sinks, at: Spine(settings, sinks, at), sinks=[sink], clock=ManualClock(), **more,
    )  # fmt: skip


def quarrel() -> list[Turn]:
    calm = [Turn("me" if n % 2 else "them", "all is well", 4.0 * n, 4.0 * n + 3) for n in range(4)]
    hot = [Turn("them", "I am angry now", 16.0 + 4 * n, 19.0 + 4 * n) for n in range(4)]
    return calm + hot


def test_a_quarrel_is_noticed_and_answered() -> None:
    out: list[Event] = []
    call(quarrel(), out.append).run()
    assert isinstance(out[0], SessionStarted)
    assert isinstance(out[-1], SessionEnded)
    assert out[-1].reason == "finished"
    assert [e.text for e in out if isinstance(e, Utterance)] == [t.text for t in quarrel()]
    assert max(e.level for e in out if isinstance(e, Escalation)) >= 2
    assert [e.move for e in out if isinstance(e, Prompt)][:1] == ["acknowledge"]


def test_of_a_language_that_is_not_read_the_words_are_left_and_that_is_told_once() -> None:
    out: list[Event] = []
    call(quarrel(), out.append, "de").run()
    assert [(e.part, e.t) for e in out if isinstance(e, Health)] == [("affect", quarrel()[0].t1)]
    assert {e.levels for e in out if isinstance(e, Utterance)} == {()}
    assert not [e for e in out if isinstance(e, Escalation)]


def test_events_come_in_the_order_of_their_times() -> None:
    out: list[Event] = []
    call([*quarrel(), Turn("me", "over you", 31.0, 36.0)], out.append).run()
    times = [e.t for e in out]
    assert times == sorted(times)


def test_at_the_speed_of_the_clock_it_is_the_same_call() -> None:
    fast: list[Event] = []
    slow: list[Event] = []
    call(quarrel(), fast.append).run()
    call(quarrel(), slow.append, speed=1.0).run()
    assert [e.type for e in fast] == [e.type for e in slow]
    last = slow[-2]
    assert last.at == pytest.approx(last.t, abs=0.3)


def test_it_ends_when_told() -> None:
    out: list[Event] = []
    session = call(quarrel(), out.append, longest_s=10.0)
    session.run()
    assert out[-1].reason == "limit"
    assert all(e.t <= 12 for e in out)


def test_a_past_call_can_be_folded_again_under_other_settings() -> None:
    import dataclasses

    out: list[Event] = []
    call(quarrel(), out.append).run()
    again = refold(out, Settings())
    assert [dataclasses.replace(e, at=0) for e in again] == [dataclasses.replace(e, at=0) for e in out]
    deaf = dataclasses.replace(Settings(), escalation=dataclasses.replace(Settings().escalation, sensitivity=-1.0))
    prompts = [sum(isinstance(e, Prompt) for e in refold(out, s)) for s in (deaf, Settings())]
    assert prompts[0] <= prompts[1]


def test_rows_of_a_transcript_are_turns_of_their_own_and_say_where_their_times_are_guessed(tmp_path: Path) -> None:
    path = transcript(
        tmp_path,
        {"speaker": "them", "text": "You are angry", "t0": 1.0, "t1": 2.0},
        {"speaker": "them", "text": "and so am I", "t0": 2.2, "t1": 3.0},
        {"speaker": "me", "text": "Not at all", "gap": 0.3},
    )
    events: list[Event] = []
    call(read_transcript(path), events.append).run()
    said = [e for e in events if isinstance(e, Utterance)]
    assert [u.continues for u in said] == [False, False, False]
    assert [u.estimated for u in said] == [False, False, True]


def test_what_is_heard_in_pieces_is_marked_as_one_turn() -> None:
    conversation = Conversation(KeywordModel(), 5)

    def said(speaker: Speaker, t0: float, t1: float, text: str = "some words") -> bool:
        return conversation.read(speaker, text, t0, t1, "en", whole=False).continues

    assert not said("them", 0.0, 2.0)
    assert said("them", 2.6, 4.0)
    assert not said("me", 4.2, 5.0)
    assert not said("them", 5.1, 6.0)
    assert not said("them", 9.0, 10.0)
    assert said("them", 10.2, 11.0, "word " * 80)
    assert not said("them", 11.2, 12.0)
