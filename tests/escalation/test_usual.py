"""Who is always blunt is not escalating; a real change is never hidden."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.escalation import usual
from companion.escalation.usual import Usual
from companion.events import Driver, Escalation, Temperature, Utterance
from tests.escalation.said import BREAKING, CALM, HEATED, heard, utterance

BLUNT = (0.30, 0.50, 0.18, 0.02)
"""What the reader makes of somebody who is blunt."""
HARSH, BESIDE_IT = (0.05, 0.30, 0.55, 0.10), (0.50, 0.40, 0.09, 0.01)
"""What it makes of somebody who is harsh, and of the calm answers to that."""


def learnt(heats: list[float], *, heated: bool = False) -> Usual:
    found = Usual()
    for heat in heats:
        found = usual.learn(found, heat, 6.0, heated=heated)
    return found


Levels = tuple[float, ...]


def blunt(turns: int, heat: float = 0.55, theirs: Levels = BLUNT, mine: Levels = CALM) -> list[Utterance]:
    """A side that is always as sharp, and one that never is."""
    out = []
    for n in range(turns):
        t = 12.0 * n
        out.append(utterance(t, t + 6, "them", theirs, emotions={"anger": heat}))
        out.append(utterance(t + 6.5, t + 11, "me", mine))
    return out


def test_what_is_always_so_counts_less_and_less() -> None:
    often = learnt([0.5] * 30)
    assert often.heat > 0.35
    assert usual.discount(often, 0.5) < 0.8


def test_what_is_far_above_the_usual_counts_in_full() -> None:
    assert usual.discount(learnt([0.5] * 30), 0.95) == 1.0
    assert usual.is_sharper(learnt([0.5] * 30), 0.95)


def test_whose_usual_is_ordinary_is_never_discounted() -> None:
    ordinary = learnt([0.1] * 30)
    assert all(usual.discount(ordinary, h / 20) == 1.0 for h in range(21))


def test_a_flare_in_a_quiet_talk_is_not_usual() -> None:
    assert learnt([0.05] * 20 + [0.9] * 6).heat < usual.ORDINARY


def test_a_quarrel_teaches_slowly() -> None:
    assert learnt([0.9] * 8, heated=True).heat < usual.ORDINARY


@given(st.lists(st.floats(0, 1), max_size=60), st.floats(0, 1))
def test_the_discount_is_bounded_and_the_usual_too(heats: list[float], heat: float) -> None:
    found = learnt(heats)
    assert 0 <= found.heat <= usual.MOST
    assert 1 - usual.DISCOUNT <= usual.discount(found, heat) <= 1


def heated(talk: list[Utterance]) -> list[float]:
    """The seconds of the turns after which the talk is heated."""
    return [e.t for e in heard(talk) if isinstance(e, Temperature) and e.level >= 2]


def test_somebody_who_is_blunt_is_no_alarm() -> None:
    assert heated(blunt(40)) == []


def test_somebody_who_is_always_as_harsh_is_an_alarm_only_until_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = blunt(40, theirs=HARSH, mine=BESIDE_IT)
    assert 0 < max(heated(talk)) < 240
    monkeypatch.setattr(usual, "DISCOUNT", 0.0)
    assert max(heated(talk)) > 460


def test_open_anger_counts_however_usual() -> None:
    always = learnt([0.8] * 80)
    assert usual.discount(always, 0.8) > 0.85


def test_and_is_still_noticed_when_it_turns_against_people() -> None:
    talk = blunt(30)
    for n in range(30, 34):
        talk.append(utterance(12.0 * n, 12.0 * n + 6, "them", HEATED, drivers=(Driver("anger", 0.9),),
                              emotions={"anger": 0.9}))  # fmt: skip
        talk.append(utterance(12.0 * n + 7, 12.0 * n + 11, "me", BREAKING if n == 33 else HEATED))
    ups = [e for e in heard(talk) if isinstance(e, Escalation) and e.level >= 2 > e.previous]
    assert ups
    assert ups[0].t < 12.0 * 33
