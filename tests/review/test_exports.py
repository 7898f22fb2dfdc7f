"""What goes out can be read again: every format, there and back."""

from __future__ import annotations

import csv
import html
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion import wire
from companion.errors import CompanionError
from companion.events import Event, Named, Titled, Utterance
from companion.plain import clean
from companion.review.export import FORMATS
from companion.review.report import render
from tests.review.test_review import EVENTS
from tests.test_wire import any_event

words = st.text(min_size=1, max_size=60)


@st.composite
def any_talk(draw: st.DrawFn) -> tuple[Event, ...]:
    t, out = 0.0, []
    for _ in range(draw(st.integers(0, 6))):
        begin = t + draw(st.integers(0, 4000)) / 1000
        t = begin + draw(st.integers(1, 9000)) / 1000
        out.append(Utterance(t=t, speaker=draw(st.sampled_from(["me", "them"])), t0=begin, t1=t, text=draw(words)))
    return tuple(out)


@given(st.lists(any_event(), max_size=8).map(tuple))
def test_json_is_every_event_and_the_title(events: tuple[Event, ...]) -> None:
    back = tuple(wire.from_dict(d) for d in json.loads(FORMATS["json"](events, "A title")))
    assert back[: len(events)] == events
    assert any(isinstance(e, Titled) for e in back)


@given(any_talk())
def test_the_table_has_every_utterance_and_is_no_formula(events: tuple[Event, ...]) -> None:
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](events, "x"), newline="")))
    assert len(rows) == len(events)
    for row, event in zip(rows, events, strict=True):
        assert row["speaker"] == event.speaker
        assert (float(row["t0"]), float(row["t1"])) == pytest.approx((event.t0, event.t1), abs=0.001)
        assert not row["text"].startswith(("=", "+", "-", "@"))
        guarded = row["text"][:1] == "'" and clean(event.text)[:1] in "=+-@"
        assert (row["text"][1:] if guarded else row["text"]) == clean(event.text)


def seconds(text: str) -> float:
    hours, minutes, rest = text.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


@given(any_talk())
def test_captions_are_every_utterance_at_its_time(events: tuple[Event, ...]) -> None:
    for kind in ("srt", "vtt"):
        blocks = [b for b in FORMATS[kind](events, "x").removeprefix("WEBVTT\n\n").split("\n\n") if b.strip()]
        assert len(blocks) == len(events)
        for block, event in zip(blocks, events, strict=True):
            *_, times, line = block.strip("\n").split("\n")
            begin, end = times.split(" --> ")
            assert (seconds(begin), seconds(end)) == pytest.approx((event.t0, event.t1), abs=0.001)
            who, text = re.fullmatch(r"<v (\w+)>(.*)" if kind == "vtt" else r"(\w+): (.*)", line).groups()
            assert who == {"me": "You", "them": "They"}[event.speaker]
            said = clean(event.text).replace("-->", "→").strip() or "…"
            assert (html.unescape(text) if kind == "vtt" else text) == (
                html.unescape(html.escape(said, quote=False)) if kind == "vtt" else said
            )


def test_names_that_were_given_stand_in_every_format() -> None:
    events = (*EVENTS, Named(speaker="them", name="Renate <b>"))
    assert "<v Renate &lt;b&gt;>" in FORMATS["vtt"](events, "x")
    assert "Renate <b>: " in FORMATS["srt"](events, "x")
    assert "**Renate \\<b\\>**" in FORMATS["md"](events, "x")


def test_each_of_several_people_stands_under_their_own_name_in_every_format() -> None:
    begin = [Utterance(t=t, speaker="them", t0=t - 1, t1=t, text=f"line {t}", person=t) for t in (1, 2)]
    events = (*begin, Named(speaker="them", name="Renate"), Named(speaker="them", person=2, name="=Dana <b>"))
    vtt = FORMATS["vtt"](events, "x")
    assert "<v Renate 1>line 1" in vtt and "<v =Dana &lt;b&gt;>line 2" in vtt
    srt = FORMATS["srt"](events, "x")
    assert "Renate 1: line 1" in srt and "=Dana <b>: line 2" in srt
    assert "**Renate 1**: line 1" in FORMATS["md"](events, "x")
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](events, "x"), newline="")))
    assert [(r["person"], r["name"]) for r in rows] == [("1", "Renate 1"), ("2", "'=Dana <b>")], "no formula"
    page = render(events, "x")
    assert "Renate 1" in page and "=Dana &lt;b&gt;" in page and "<b>" not in page
    back = json.loads(FORMATS["json"](events, "x"))
    assert [(e["person"], e["name"]) for e in back if e["type"] == "named"] == [(0, "Renate"), (2, "=Dana <b>")]


def test_parquet_is_a_table_for_analysts() -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra (pip install pyarrow)")
    from companion.review.parquet import as_parquet

    table = pq.read_table(io.BytesIO(as_parquet((*EVENTS, Named(speaker="them", name="Renate")), "A call")))
    rows = table.to_pylist()
    said = [e for e in EVENTS if isinstance(e, Utterance)]
    assert [r["text"] for r in rows] == [u.text for u in said]
    assert [r["level"] for r in rows] == [0, 2, None]
    assert [r["name"] for r in rows] == ["Renate" if u.speaker == "them" else "you" for u in said]
    assert rows[1]["drivers"] == [{"name": "anger", "probability": pytest.approx(0.8)}]
    assert table.schema.metadata[b"title"] == b"A call"


def test_without_pyarrow_there_is_a_sentence_with_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from companion.review.parquet import as_parquet

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(CompanionError, match="pip install pyarrow"):
        as_parquet(EVENTS, "x")
