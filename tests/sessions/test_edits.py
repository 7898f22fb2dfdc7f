"""What is changed afterwards: notes are added, and what is taken out leaves no trace."""

from __future__ import annotations

import pytest

from companion.errors import UsageError
from companion.events import (
    Answered,
    Escalation,
    Labelled,
    Mark,
    Prompt,
    PromptClosed,
    Removed,
    Temperature,
    Utterance,
    Word,
)
from companion.pipeline.past import earlier_figures
from companion.sessions import edits
from companion.sessions.journal import Journal
from companion.sessions.search import Query, search
from tests.sessions.kept import STARTED, found, keep, said

QUOTE = "The zanzibar contract is a swindle and you know it, every single page of it, from the first"


def a_call(journal: Journal) -> str:
    return keep(
        journal,
        said("Let us begin.", 1.0, "me"),
        said(QUOTE, 3.0, words=(Word("zanzibar", 2.1, 2.4),)),
        Escalation(t=3.0, level=2, score=0.7, reasons=("they: may be anger, “The zanzibar contract is a swindle …”",)),
        Temperature(t=3.0, level=2, score=0.7),
        Prompt(t=3.2, id=1, move="acknowledge", driver="anger", headline="h", say="About zanzibar, I hear you."),
        Mark(t=3.4, note="zanzibar again"),
        said("Well.", 5.0, "me"),
        Escalation(t=5.0, level=3, previous=2, score=0.9, reasons=("3 sharp turns, “The zanzibar contract …”",)),
        PromptClosed(t=6.0, id=1, outcome="used"),
        said("Zanzibar is what we came for.", 8.0),
    )


def test_notes_are_events_and_the_last_word_counts(journal: Journal) -> None:
    call = a_call(journal)
    for event in (
        Labelled(t=3.0, verdict="wrong"),
        Labelled(t=3.0, verdict="right"),
        Answered(question="next", text="Ask first."),
    ):
        edits.add(journal, call, event)
    kept = journal.load(call).events[-3:]
    assert [e.type for e in kept] == ["label", "label", "answer"]
    from companion.review.summary import summarise

    assert summarise(journal.load(call).events).labels == {3.0: "right"}
    assert journal.find(call).state == "ended"


def test_titles_tags_and_names_can_be_changed_and_found(journal: Journal) -> None:
    call = a_call(journal)
    edits.retitle(journal, call, "The renewal", ["renewal", " renewal ", "big"])
    edits.name_person(journal, call, "them", "Renate Lindach")
    info = journal.find(call)
    assert (info.title, info.tags) == ("The renewal", ("renewal", "big"))
    edits.retitle(journal, call, tags=["big"])
    assert journal.find(call).title == "The renewal"
    assert len(search(journal, Query(words="zanzibar", person="lindach"))) == 2
    assert search(journal, Query(words="begin", person="lindach")) == []
    assert len(search(journal, Query(words="zanzibar", tag="big"))) == 2
    assert search(journal, Query(words="zanzibar", tag="bi")) == []


def test_a_correction_is_found_and_what_stood_there_is_gone(journal: Journal, on_disk) -> None:
    call = keep(journal, said("Teh swindel is near.", 2.0, words=(Word("swindel", 1.0, 1.5),)),
                Escalation(t=2.0, level=2, score=0.6, reasons=("they: “Teh swindel is near.”",)))  # fmt: skip
    (n,) = [n for n, e in zip(journal.load(call).numbers, journal.load(call).events, strict=True)
            if isinstance(e, Utterance)]  # fmt: skip
    edits.correct(journal, call, n, "The  settlement is near.")
    changed = journal.load(call).events
    assert changed[1].text == "The settlement is near."
    assert changed[1].words == ()
    assert "settlement" in changed[2].reasons[0]
    assert len(found(journal, "settlement")) == 1
    assert not on_disk("swindel")
    with pytest.raises(UsageError):
        edits.correct(journal, call, n + 1, "x")
    with pytest.raises(UsageError):
        edits.correct(journal, call, n, "  ")


def test_a_correction_counts_in_the_figures_that_later_calls_are_compared_with(journal: Journal) -> None:
    call = keep(journal, said("Good", 2.0, "me"), said("morning.", 70.0))
    later = journal.find(keep(journal, started=STARTED + 1))
    assert earlier_figures(journal, later)[0]["questions"] == 0
    edits.correct(journal, call, 2, "Good?")
    assert earlier_figures(journal, later)[0]["questions"] > 0


def test_a_passage_is_taken_out_for_good_with_all_that_was_read_from_it(journal: Journal, on_disk) -> None:
    call = a_call(journal)
    assert edits.cut(journal, call, 2.0, 4.0) == 1
    events = journal.load(call).events
    assert [e.text for e in events if isinstance(e, Utterance)] == [
        "Let us begin.", "Well.", "Zanzibar is what we came for."]  # fmt: skip
    assert not any(isinstance(e, Prompt | PromptClosed | Mark | Temperature) for e in events)
    assert [e.level for e in events if isinstance(e, Escalation)] == [2, 3], "the steps stay"
    assert [e.reasons for e in events if isinstance(e, Escalation)] == [
        (edits.WITHHELD,), ("3 sharp turns, (deleted)",)]  # fmt: skip
    assert isinstance(events[-1], Removed)
    assert not on_disk("swindle") and not on_disk("zanzibar contract")
    assert len(found(journal, "zanzibar")) == 1
    with pytest.raises(UsageError):
        edits.cut(journal, call, 4.0, 4.0)


def test_a_name_is_replaced_wherever_it_stands_as_a_whole_word_only(journal: Journal, on_disk) -> None:
    call = keep(
        journal,
        said("Ask renate LINDACH, not Lindachs.", 2.0, words=(Word("Lindach,", 1.2, 1.5),)),
        Mark(t=2.0, note="Lindach angry"),
        title="Call with Lindach",
    )
    edits.name_person(journal, call, "them", "Renate Lindach")
    assert edits.redact(journal, [call], "Lindach", "the client") == 3
    text = str(journal.load(call))
    assert "Lindachs" in text
    assert "Ask renate the client, not" in text and "the client angry" in text
    assert journal.find(call).title == "Call with the client"
    edits.redact(journal, [call], "Lindachs")
    assert not on_disk("lindach")
    assert found(journal, "lindach") == []
    with pytest.raises(UsageError):
        edits.redact(journal, [call], "x")


def test_the_name_of_one_of_several_people_is_replaced_and_the_others_stay(journal: Journal, on_disk) -> None:
    call = keep(journal, said("zanzibar", 1.0, person=1), said("zanzibar", 2.0, person=2))
    edits.name_person(journal, call, "them", "Renate", person=1)
    edits.name_person(journal, call, "them", "Dana Lindach", person=2)
    edits.redact(journal, [call], "Dana Lindach", "B.")
    assert [h.name for h in search(journal, Query(words="zanzibar"))] == ["Renate", "B."]
    assert not on_disk("lindach")


def test_a_name_of_an_emotion_does_not_harm_what_was_read(journal: Journal) -> None:
    call = keep(journal, said("I feel anger.", 2.0, emotions={"anger": 0.9}))
    edits.redact(journal, [call], "anger")
    event = journal.load(call).events[1]
    assert event.text == "I feel [redacted]." and event.emotions == {"anger": 0.9}
