"""Where speech begins and ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.speech.endpoint import FRAME_S, Began, Endpointer, Finished, State

SPEECH, SILENCE = 0.95, 0.02


def decisions(probabilities: list[float], **settings: float) -> list[Began | Finished]:
    endpointer = Endpointer(**settings)
    out = [d for p in probabilities for d in endpointer.step(p)]
    return out + endpointer.flush()


def frames(seconds: float) -> int:
    return round(seconds / FRAME_S)


def test_speech_between_silences_is_one_utterance() -> None:
    heard = decisions([SILENCE] * 20 + [SPEECH] * 50 + [SILENCE] * 40)
    assert heard == [Began(20), Finished(20, 70)]


def test_a_click_is_no_speech() -> None:
    assert decisions([SILENCE] * 10 + [SPEECH] * 2 + [SILENCE] * 40) == []


def test_a_short_pause_belongs_to_the_utterance() -> None:
    pause = frames(0.4)
    heard = decisions([SPEECH] * 30 + [SILENCE] * pause + [SPEECH] * 30 + [SILENCE] * 40, pause_s=0.6)
    assert heard == [Began(0), Finished(0, 60 + pause)]


def test_a_long_pause_ends_it() -> None:
    pause = frames(0.8)
    heard = decisions([SPEECH] * 30 + [SILENCE] * pause + [SPEECH] * 30 + [SILENCE] * 40, pause_s=0.6)
    assert heard == [Began(0), Finished(0, 30), Began(30 + pause), Finished(30 + pause, 60 + pause)]


def test_speech_without_a_pause_is_cut_at_its_quietest_point() -> None:
    long = [SPEECH] * 400
    long[180] = 0.4  # not silence enough to end it, but the best place
    heard = decisions(long, longest_s=200 * FRAME_S)
    first = next(d for d in heard if isinstance(d, Finished))
    assert first == Finished(0, 180, cut=True)


def test_the_end_of_the_sound_finishes_what_is_open() -> None:
    assert decisions([SPEECH] * 30) == [Began(0), Finished(0, 30)]


def test_it_knows_a_pause_from_the_end() -> None:
    endpointer = Endpointer(pause_s=0.6)
    for p in [SPEECH] * 10 + [SILENCE] * 3:
        endpointer.step(p)
    assert endpointer.state is State.STOPPING
    assert endpointer.in_pause


def test_a_pause_may_be_told_how_long_it_must_last() -> None:
    endpointer = Endpointer(pause_s=0.6)
    for p in [SPEECH] * 10 + [SILENCE] * 5:
        assert not [d for d in endpointer.step(p) if isinstance(d, Finished)]
    assert endpointer.pause_frames == 5
    endpointer.expect(0.1)
    assert endpointer.step(SILENCE) == [Finished(0, 10)]


def test_what_was_told_of_one_pause_does_not_hold_for_the_next() -> None:
    endpointer = Endpointer(pause_s=0.6)
    for p in [SPEECH] * 10 + [SILENCE] * 5:
        endpointer.step(p)
    endpointer.expect(0.3)
    for p in [SPEECH] * 5 + [SILENCE] * frames(0.5):
        assert endpointer.step(p) == []
    assert endpointer.in_pause


@given(st.lists(st.floats(0, 1), max_size=900), st.floats(0.2, 2), st.floats(5, 20))
def test_utterances_are_in_order_do_not_overlap_and_lose_no_loud_frame(
    probabilities: list[float], pause_s: float, longest_s: float
) -> None:
    heard = decisions(probabilities, pause_s=pause_s, longest_s=longest_s)
    spans = [(d.first, d.last) for d in heard if isinstance(d, Finished)]
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))
    assert all(b - a <= frames(longest_s) + 1 for a, b in spans)
    run = 0
    for i, p in enumerate(probabilities):
        run = run + 1 if p >= 0.5 else 0
        if run >= 3:  # three loud frames in a row are speech wherever they are
            assert any(a <= i < b for a, b in spans), i
