"""Stretches, figures and trends: folds over a call, and a call beside the user's own earlier ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.events import (
    Answered,
    Driver,
    Escalation,
    Health,
    Labelled,
    Named,
    Paused,
    Prompt,
    Removed,
    Resumed,
    SessionStarted,
    Temperature,
    Titled,
    Utterance,
)
from companion.review.debrief import next_ideas
from companion.review.spans import gaps, merged, overlaps, silences, total
from companion.review.summary import summarise
from companion.review.text import told as told_in_text
from companion.review.trends import figures, told, trends


def said(speaker: str, t0: float, t1: float, text: str = "words", **more: object) -> Utterance:
    return Utterance(t=t1, speaker=speaker, t0=t0, t1=t1, text=text, **more)


spans = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20)).map(lambda p: (p[0], p[0] + p[1])), max_size=12)


@given(spans, spans)
def test_overlap_is_where_both_spoke_and_never_more_than_either(mine: list, theirs: list) -> None:
    talk = [*(said("me", *s) for s in mine), *(said("them", *s) for s in theirs)]
    both = total(overlaps(talk))
    assert both <= min(total(merged(mine)), total(merged(theirs))) + 1e-9
    by_hand = sum(
        max(0.0, min(b, d) - max(a, c)) for a, b in merged(mine) for c, d in merged(theirs)
        if min(b, d) - max(a, c) >= 0.3
    )  # fmt: skip
    assert both == pytest.approx(by_hand)


def test_a_silence_is_where_nobody_spoke_though_it_listened() -> None:
    talk = [said("me", 0, 3), said("them", 10, 12), said("me", 30, 31)]
    assert silences(talk, [(12.0, 30.0)], 40.0) == ((3.0, 10.0), (31.0, 40.0))


def test_a_gap_is_a_pause_or_an_ear_that_was_lost() -> None:
    events = (Paused(t=5), Resumed(t=9), Health(t=8, part="them", state="lost"), Health(t=12, part="them", state="ok"),
              Health(t=20, part="me", state="lost"))  # fmt: skip
    assert gaps(events, 30.0) == ((5, 12), (20, 30.0))


def test_a_turn_goes_on_until_the_other_side_speaks() -> None:
    talk = (said("me", 0, 10), said("me", 11, 40), said("them", 41, 45), said("me", 46, 50), said("me", 60, 65))
    summary = summarise(talk)
    assert summary.sides["me"].longest_s == 40
    assert summary.sides["them"].longest_s == 4


def test_what_was_added_afterwards_is_in_the_summary_and_does_not_make_the_call_longer() -> None:
    events = (SessionStarted(source="x", started_unix=0), said("me", 0, 5), Labelled(t=5, verdict="right"),
              Labelled(t=5, verdict=""), Labelled(t=3, verdict="missed"), Answered(question="next", text="Breathe."),
              Named(speaker="them", name="Renate"), Titled(title="x", tags=("a",)), Removed(t=700, t1=900))  # fmt: skip
    summary = summarise(events)
    assert summary.duration_s == 5
    assert summary.labels == {3: "missed"}
    assert summary.answers == {"next": "Breathe."}
    assert (summary.who("them"), summary.who("me")) == ("Renate", "you")


def test_a_person_has_a_name_of_their_own_else_the_sides_with_the_number() -> None:
    talk = (said("them", 0, 5, person=2), said("them", 6, 9, person=1), said("them", 10, 11), said("me", 12, 13))
    nobody = summarise(talk)
    assert nobody.people == (1, 2) and [nobody.who("them", n) for n in range(3)] == ["they", "they 1", "they 2"]
    assert summarise(talk[2:]).people == ()
    named = (*talk, Named(speaker="them", name="Renate"), Named(speaker="them", person=2, name="Dana"))
    assert [summarise(named).who("them", n) for n in range(3)] == ["Renate", "Renate 1", "Dana"]
    taken_back = (*named, Named(speaker="them", person=2, name=""), Named(speaker="them", name=""))
    assert summarise(taken_back).names == {}


def test_a_moment_tells_which_person_led_to_it() -> None:
    talk = (said("them", 0, 5, person=1), said("them", 6, 9, "Enough!", person=2), Escalation(t=9, level=2, score=0.7))
    summary = summarise((*talk, Named(speaker="them", person=2, name="Dana")))
    assert any("Dana: “Enough!”" in line for line in told_in_text(summary, "x"))


def test_a_prompt_helped_when_the_minute_after_was_calmer() -> None:
    prompt = Prompt(t=10, id=1, move="acknowledge", driver="anger", headline="h", say="s")
    heated = (Escalation(t=9, level=2, score=0.7), Temperature(t=9, level=2, score=0.7), prompt)
    calmer = summarise((*heated, Temperature(t=30, level=2, score=0.5)))
    hotter = summarise((*heated, Temperature(t=30, level=2, score=0.8)))
    silent = summarise(heated)
    stepped = summarise((*heated, Escalation(t=40, level=1, previous=2, score=0.3)))
    assert [s.suggested[0].helped for s in (calmer, hotter, silent, stepped)] == [True, False, None, True]


def a_call(share: float) -> tuple:
    return (
        said("me", 0, 100 * share, "a b c?"),
        said("them", 100 * share, 100, "d e f"),
        Temperature(t=100, level=0, score=0),
    )


def test_a_call_is_compared_with_earlier_ones_only_when_there_are_enough() -> None:
    earlier = [figures(summarise(a_call(s))) for s in (0.4, 0.45, 0.5, 0.42)]
    now = figures(summarise(a_call(0.9)))
    assert trends(now, earlier[:2]) == ()
    found = {t.key: t for t in trends(now, earlier)}
    assert found["share"].unusual == 1
    assert found["share"].median == pytest.approx(0.435)
    assert "more than usual for you" in told(list(found.values()))[0]
    assert found["overlap"].unusual == 0
    assert figures(summarise(a_call(0.5)[:0])) == {}


def test_there_is_always_something_to_try_and_the_strongest_evidence_comes_first() -> None:
    assert next_ideas(summarise(())) != ()
    defending = tuple(said("me", n, n + 1, drivers=(Driver("defensive", 0.8),)) for n in range(3))
    assert "explain" in next_ideas(summarise(defending))[0]
    assert "Let them finish" in next_ideas(summarise(a_call(0.9)))[0]
