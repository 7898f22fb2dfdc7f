"""How a side takes part: told in words that can be checked, bounded, and nothing by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.escalation import dynamics
from companion.escalation.dynamics import Manner
from companion.escalation.turns import HeardTurn, begun
from companion.events import Temperature, Utterance
from tests.escalation.said import CALM, HEATED, TENSE, heard, levels, utterance


def told(utterances: list[Utterance]) -> list[str]:
    """The words of the signs of the last turn, all turns being recent."""
    turns: list[HeardTurn] = []
    manners = {"me": Manner(), "them": Manner()}
    found: tuple[dynamics.Sign, ...] = ()
    for said in utterances:
        turn = begun(said)
        alone = bool(turns) and turns[-1].speaker == said.speaker
        turns.append(turn)
        now = dynamics.learn(manners[said.speaker], turn, alone=alone)
        found = dynamics.signs(manners[said.speaker], now, turns)
        manners[said.speaker] = now
    return [sign.words for sign in found]


def in_turns(count: int, start: float = 0.0, words: int = 15, **more: object) -> list[Utterance]:
    return [
        utterance(start + 6.0 * n, start + 6.0 * n + 5, "them" if n % 2 else "me", words=words, **more)  # type: ignore[arg-type]
        for n in range(count)
    ]


def spoken_over(times: int, by: float) -> list[Utterance]:
    """I speak, and they begin ``by`` seconds before I have ended, again and again."""
    out = []
    for n in range(times):
        t = 12.0 * n
        out.append(utterance(t, t + 6, "me"))
        out.append(utterance(t + 6 - by, t + 10, "them"))
    return out


def test_speaking_over_the_other_again_and_again_is_told() -> None:
    assert told(spoken_over(3, 2.0)) == ["they began to speak over you 3 times within a minute"]


def test_hands_that_change_quickly_are_no_overlap() -> None:
    assert told(spoken_over(5, 0.3)) == []


def test_a_word_of_listening_is_no_overlap() -> None:
    talk = [
        utterance(0, 30, "me", words=60),
        *(utterance(5.0 * n, 5.0 * n + 0.9, "them", words=1) for n in range(1, 6)),
    ]
    assert told(talk) == []


def test_turns_that_shrink_are_told_against_the_same_sides_usual() -> None:
    short = [
        utterance(100.0 + 6 * n, 102.0 + 6 * n, "them" if n % 2 else "me", words=3 if n % 2 else 15) for n in range(6)
    ]
    assert told([*in_turns(16), *short]) == ["their turns get shorter: 3 words, usually 13"]


def test_somebody_of_few_words_is_not_shrinking() -> None:
    assert told(in_turns(20, words=3)) == []


def test_not_letting_the_other_speak_is_told() -> None:
    talk = [*in_turns(15), *(utterance(100.0 + 11 * n, 110.0 + 11 * n, "them", words=25) for n in range(6))]
    assert any("have spoken for 60 s on end" in words for words in told(talk))


def test_speaking_faster_than_usual_is_told() -> None:
    quick = [utterance(120.0 + 6 * n, 123.0 + 6 * n, "them" if n % 2 else "me", words=15) for n in range(4)]
    assert told([*in_turns(18), *quick]) == ["they speak faster than their usual (1.6 times)"]


def test_sharper_from_turn_to_turn_is_told() -> None:
    talk = [utterance(6.0 * n, 6.0 * n + 5, emotions={"anger": heat}) for n, heat in enumerate((0.1, 0.3, 0.6))]
    assert told(talk) == ["their last 3 turns: each sharper than the one before"]


def test_from_estimated_times_nothing_is_read() -> None:
    talk = [*in_turns(18, estimated=True), *spoken_over(4, 2.0)]
    later = [
        utterance(u.t0 + 200, u.t1 + 200, u.speaker, words=2, estimated=True) if n >= 18 else u
        for n, u in enumerate(talk)
    ]
    assert told(later) == []


def test_in_a_calm_talk_it_hardly_moves_the_level() -> None:
    def top(*, dynamics: bool) -> float:
        events = heard(spoken_over(10, 2.0), dynamics=dynamics)
        assert levels(events) == []
        return max(e.score for e in events if isinstance(e, Temperature))

    assert top(dynamics=True) - top(dynamics=False) < 0.02


def test_in_a_tense_talk_it_tips_the_balance_and_is_named() -> None:
    def tense(*, dynamics: bool) -> list:
        readings = [CALM] * 8 + [TENSE] * 3 + [HEATED] * 4
        talk = spoken_over(8, 2.0)
        said = [utterance(u.t0, u.t1, u.speaker, r) for u, r in zip(talk, readings, strict=False)]
        return heard(said, dynamics=dynamics)

    def top(events: list) -> float:
        return max(e.score for e in events if isinstance(e, Temperature))

    assert top(tense(dynamics=True)) > top(tense(dynamics=False))
    assert any("speak over you" in r for e in tense(dynamics=True) for r in getattr(e, "reasons", ()))


@given(st.lists(st.sampled_from(sorted(dynamics.WEIGHT.values())), max_size=9))
def test_all_together_are_bounded(weights: list[float]) -> None:
    assert 0 <= dynamics.lean([dynamics.Sign("x", w) for w in weights]) <= dynamics.MOST
