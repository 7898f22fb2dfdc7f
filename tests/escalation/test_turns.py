"""A turn that is heard in pieces is one turn: one piece of evidence, however often its speaker takes breath."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.config import EscalationSettings
from companion.escalation.tracker import EscalationTracker
from companion.events import Event, SideLevel, SpeechEnded, SpeechStarted, Temperature, Utterance, Voice
from tests.escalation.said import ANGER, CALM, HEATED, TENSE, heard, levels, utterance


def pieces(count: int, levels: tuple[float, ...], *, continues: bool = True, start: float = 0.0) -> list[Utterance]:
    return [
        utterance(start + 2.0 * n, start + 2.0 * n + 1.6, levels=levels, continues=continues and n > 0)
        for n in range(count)
    ]


def score(events: list[Event]) -> float:
    return [e.score for e in events if isinstance(e, Temperature)][-1]


@given(st.integers(2, 8))
def test_a_turn_in_pieces_counts_as_the_turn_in_one(count: int) -> None:
    whole = heard([utterance(0, 20, levels=HEATED)])
    assert score(heard(pieces(count, HEATED))) == pytest.approx(score(whole))


def test_pieces_that_are_no_turn_count_each_as_rows_of_a_transcript_do() -> None:
    assert 2 in levels(heard(pieces(4, HEATED, continues=False)))
    assert 2 not in levels(heard(pieces(4, HEATED)))


def test_the_newest_reading_of_the_turn_is_what_counts() -> None:
    sharp_then_taken_back = [*pieces(2, HEATED), utterance(4.2, 6, levels=CALM, continues=True)]
    assert score(heard(sharp_then_taken_back)) == pytest.approx(score(heard([utterance(0, 6, levels=CALM)])))


def test_the_most_pressed_of_its_pieces_is_the_turns_voice() -> None:
    pressed, plain = Voice(3.0, settled=True), Voice(0.0, settled=True)
    first = utterance(0, 2, "me", TENSE, voice=pressed)
    last = utterance(2.5, 4, "me", TENSE, voice=plain, continues=True)
    assert score(heard([first, last])) > score(heard([utterance(0, 4, "me", TENSE, voice=plain)]))


def test_a_piece_of_which_nothing_was_read_leaves_the_turn_as_it_was() -> None:
    turn = pieces(2, HEATED)
    unread = utterance(4.2, 5, levels=(), continues=True)
    assert score(heard([*turn, unread])) == pytest.approx(score(heard(turn)))


def test_a_piece_whose_beginning_was_cut_out_is_a_turn_of_its_own() -> None:
    orphan = utterance(5, 8, "them", HEATED, continues=True)
    alone = utterance(5, 8, "them", HEATED)
    before = utterance(0, 3, "me")
    assert score(heard([before, orphan])) == pytest.approx(score(heard([before, alone])))


def test_the_quote_is_of_the_piece_that_made_it_sharp() -> None:
    turns = [
        utterance(
            10.0 * n, 10.0 * n + 3, levels=TENSE if drivers else CALM, text=text, continues=continues, drivers=drivers
        )
        for n, (text, continues, drivers) in enumerate(
            [("so about the invoice", False, ()), ("you never listen to us", True, ANGER), ("as ever", False, ANGER)]
            * 2
        )
    ]
    reasons = [r for e in heard(turns) for r in getattr(e, "reasons", ()) if "may be" in r]
    assert any("“you never listen to us”" in r for r in reasons)
    assert not any("so about the invoice" in r for r in reasons)


def test_each_side_has_its_own_level_and_says_why() -> None:
    talk = []
    for n in range(5):
        talk.append(utterance(10.0 * n, 10.0 * n + 4, "them", HEATED, drivers=ANGER, text="you lied to us again"))
        talk.append(utterance(10.0 * n + 5, 10.0 * n + 9, "me", HEATED))
    steps = [e for e in heard(talk) if isinstance(e, SideLevel)]
    assert {e.speaker for e in steps} == {"them"}
    assert steps[-1].level == 2
    assert any("“you lied to us again”" in r for r in steps[-1].reasons)


def test_a_long_turn_is_no_quiet() -> None:
    tracker = EscalationTracker(EscalationSettings())
    for n in range(4):
        tracker.step(utterance(4.0 * n, 4.0 * n + 3, levels=HEATED))
    before = tracker.belief
    tracker.step(SpeechStarted(t=16, t0=16, speaker="me"))
    for second in range(17, 45):
        tracker.tick(float(second))
    assert tracker.belief is before
    tracker.step(SpeechEnded(t=45, t1=45, speaker="me"))
    for second in range(46, 70):
        tracker.tick(float(second))
    assert tracker.belief[0] > before[0]
