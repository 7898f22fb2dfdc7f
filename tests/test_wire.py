"""Events survive the way to JSON and back."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion import wire
from companion.events import EVENT_TYPES, Driver, Event, Named, Utterance, Voice, Word

times = st.floats(0, 1e5).map(lambda x: round(x, 3))
shares = st.floats(0, 1).map(lambda x: round(x, 3))
FIELDS = {
    "float": times, "int": st.integers(0, 9), "str": st.text(max_size=30), "bool": st.booleans(),
    "Speaker": st.sampled_from(["me", "them"]), "float | None": st.none() | times,
    "tuple[str, ...]": st.lists(st.text(max_size=9), max_size=3).map(tuple),
    "tuple[float, ...]": st.lists(shares, max_size=4).map(tuple),
    "tuple[Word, ...]": st.lists(st.builds(Word, st.text(max_size=9), times, times, shares), max_size=3).map(tuple),
    "tuple[Driver, ...]": st.lists(st.builds(Driver, st.text(max_size=9), shares), max_size=3).map(tuple),
    "Mapping[str, str]": st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3),
    "Mapping[str, float]": st.dictionaries(st.text(max_size=9), shares, max_size=3),
    "Voice | None": st.none() | st.builds(Voice, times, st.none() | times, st.none() | times, st.booleans()),
}  # fmt: skip


def any_event() -> st.SearchStrategy[Event]:
    return st.one_of(
        st.builds(cls, **{f.name: FIELDS[f.type] for f in dataclasses.fields(cls)}) for cls in EVENT_TYPES.values()
    )


@given(any_event())
def test_every_event_comes_back_as_it_went(event: Event) -> None:
    line = wire.to_json(event)
    assert "\n" not in line
    assert wire.from_json(line) == event
    assert wire.from_json_of(event.type, line) == event


@given(any_event())
def test_the_type_comes_first_and_names_the_class(event: Event) -> None:
    assert next(iter(json.loads(wire.to_json(event)).items())) == ("type", event.type)


def test_an_utterance_has_the_fields_of_the_contract() -> None:
    said = Utterance(speaker="them", t0=1.23456, t1=4.0, text="No.", emotions={"anger": 0.81},
                     drivers=(Driver("anger", 0.7654321),), voice=Voice(1.4, None, 0.9))  # fmt: skip
    data = json.loads(wire.to_json(said))
    assert data["t0"] == 1.2346
    assert data["drivers"] == [{"id": "anger", "score": 0.7654}]
    assert data["voice"]["effort"] == 1.4
    assert {"at", "t", "speaker", "text", "emotions"} <= data.keys()


def test_a_name_from_before_people_were_numbered_is_of_the_whole_side() -> None:
    assert wire.from_json('{"type":"named","t":0.0,"at":0.0,"speaker":"them","name":"Renate"}') == Named(
        speaker="them", name="Renate", person=0
    )


def test_fields_of_a_newer_version_are_left_out() -> None:
    assert wire.from_dict({"type": "mark", "t": 1.0, "colour": "red"}).t == 1.0


@pytest.mark.parametrize("line", ["{", "[1]", '{"type": "nonsense"}', '{"type": "prompt"}', '{"t": 1}'])
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        wire.from_json(line)


def test_utterances_of_older_journals_are_turns_of_their_own() -> None:
    line = '{"type":"utterance","t":2.0,"at":2.1,"speaker":"me","t0":1.0,"t1":2.0,"text":"Hello"}'
    for said in (wire.from_json(line), wire.from_json_of("utterance", line)):
        assert isinstance(said, Utterance)
        assert not said.continues
        assert not said.estimated
