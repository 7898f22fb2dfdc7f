"""On loudspeakers the other side is taken out of the user's channel; on headphones nothing is touched."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from companion import locations
from companion.audio.chunks import BLOCK, RATE, Chunk
from companion.audio.echo import AGAIN_S, HELD, Cleaner
from companion.audio.leak import GONE_LOOKS, HOP, LeakFinder

CALL_S = 40
DELAY_S = 0.12


@pytest.fixture(scope="module")
def call():
    """Half a minute of the bundled call: (me, them), and the seconds in which only the other side speaks."""
    sound, _ = soundfile.read(
        locations.shipped("models", "demo", "call.ogg"), dtype="float32", stop=CALL_S * RATE, always_2d=True
    )
    return np.ascontiguousarray(sound[:, 0]), np.ascontiguousarray(sound[:, 1])


def through_a_room(them, *, gain=0.5, delay_s=DELAY_S, rt60_s=0.3):
    rng = np.random.default_rng(3)
    t = np.arange(round(rt60_s * RATE)) / RATE
    way = 0.03 * rng.standard_normal(len(t)) * 10 ** (-3 * t / rt60_s)
    way[0] = 1.0
    echo = np.convolve(them, way)[: len(them)]
    late = np.pad(echo, (round(delay_s * RATE), 0))[: len(them)]
    return (gain * late + rng.normal(0, 3e-4, len(them))).astype(np.float32)


def clean(me, them, cleaner=None, *, order=("me", "them")):
    """Both sides through a cleaner; what is heard of me at last (told again where it was), and the chunks."""
    cleaner = cleaner or Cleaner()
    out, told = np.zeros(len(me), np.float32), []
    sides = {"me": me, "them": them}
    for at in range(0, len(me), 1600):
        for who in order:
            told += cleaner.take(Chunk(who, at / RATE, sides[who][at : at + 1600]))
    told += cleaner.flush()
    mine = [c for c in told if c.speaker == "me"]
    for chunk in mine:
        at = round(chunk.t * RATE)
        out[at : at + len(chunk.samples)] = chunk.samples
    return out, mine


def loudness_db(sound):
    return 10 * np.log10(np.mean(np.square(sound)) + 1e-12)


def test_on_headphones_not_a_sample_changes(call):
    me, them = call
    out, told = clean(me, them)
    assert np.array_equal(out, me)
    assert all(c.listen is None for c in told)


@pytest.mark.parametrize("delay_s", [0.02, 0.12, 0.4])
def test_an_echo_is_found_with_its_delay_within_two_seconds_of_speech(call, delay_s):
    # given a user who is silent before loudspeakers
    _, them = call
    mic = through_a_room(them, gain=0.1, delay_s=delay_s)
    finder, first = LeakFinder(), None
    begins = np.flatnonzero(np.abs(them) > 0.02)[0] / RATE
    for at in range(0, len(mic) - BLOCK, BLOCK):
        finder.feed(mic[at : at + BLOCK], them[at : at + BLOCK])
        if finder.leak is not None and first is None:
            first = at / RATE
    assert first is not None
    assert first - begins < 2.0 + delay_s
    assert finder.leak.delay_s == pytest.approx(delay_s, abs=0.001)


def test_the_echo_goes_and_what_was_heard_of_it_before_is_told_again(call):
    # given loudspeakers, and a user who says nothing
    _, them = call
    mic = through_a_room(them)
    out, told = clean(mic, them)
    # then by the time that the other side has spoken a while, it is as good as gone
    later = slice(20 * RATE, CALL_S * RATE - 1600)
    assert loudness_db(out[later]) < loudness_db(mic[later]) - 15
    # and there is one chunk that replaces the seconds before it was found
    again = [b for a, b in zip(told, told[1:], strict=False) if b.t < a.t - 0.5]
    assert [len(c.samples) <= AGAIN_S * RATE + BLOCK for c in again] == [True]
    # and where it is listened for speech, hardly anything is left
    listened = np.concatenate([c.listen for c in told if c.listen is not None and c.t > 20])
    assert loudness_db(listened) < loudness_db(mic[later]) - 25


def test_the_user_speaking_over_the_echo_is_kept(call):
    # given the user's own words over the other side's, as loud as they
    me, them = call
    over = np.roll(me, 3 * RATE)
    out, _ = clean(over + through_a_room(them, gain=0.3), them)
    # then what is heard is the user, by more than twelve decibels, wherever the user speaks
    speaks = np.convolve(np.abs(over), np.ones(1600) / 1600, "same") > 0.01
    speaks[: 20 * RATE] = False
    speaks[-1600:] = False
    assert loudness_db((out - over)[speaks]) < loudness_db(over[speaks]) - 12


def over_from_the_start(call):
    """Both begin at once, the echo as loud as it was played: (what the microphone hears, the user, the other side)."""
    begins = [np.flatnonzero(np.abs(side) > 0.02)[0] - RATE // 2 for side in call]
    me, them = (np.ascontiguousarray(side[at : at + 8 * RATE]) for side, at in zip(call, begins, strict=True))
    return me + through_a_room(them, gain=1.0), me, them


def found_at(mic, them):
    """The sample at which the echo is found."""
    finder = LeakFinder()
    for at in range(0, len(mic) - BLOCK, BLOCK):
        finder.feed(mic[at : at + BLOCK], them[at : at + BLOCK])
        if finder.leak is not None:
            return at + BLOCK
    raise AssertionError


def test_the_users_first_words_over_the_echo_are_told_again_without_it(call):
    # given both who begin at once
    mic, me, them = over_from_the_start(call)
    # when the echo has been found, and was learnt from
    out, _ = clean(mic, them)
    # then half of it, at least, is gone from the very beginning on
    first = slice(0, 3 * RATE)
    assert loudness_db((out - me)[first]) < loudness_db((mic - me)[first]) - 6


@pytest.mark.parametrize("then", ["it goes on", "it ends", "there is a gap"])
def test_what_is_held_back_while_an_echo_is_learnt_is_told_whole(call, then):
    # given an echo that was found half a second ago, of which nothing was told since
    mic, _, them = over_from_the_start(call)
    until = found_at(mic, them) + RATE // 2
    cleaner, told = Cleaner(), []
    end = -(-until // 1600) * 1600
    for at in range(0, end, 1600):
        told += cleaner.take(Chunk("me", at / RATE, mic[at : at + 1600]))
        told += cleaner.take(Chunk("them", at / RATE, them[at : at + 1600]))
    assert cleaner.leak is None
    assert max(c.t + len(c.samples) / RATE for c in told if c.speaker == "me") < end / RATE - 0.3
    # when it goes on, or ends, or something is missing
    if then == "it goes on":
        for at in range(end, end + RATE, 1600):
            told += cleaner.take(Chunk("them", at / RATE, them[at : at + 1600]))
            told += cleaner.take(Chunk("me", at / RATE, mic[at : at + 1600]))
    elif then == "it ends":
        told += cleaner.flush()
    else:
        told += cleaner.take(Chunk("me", end / RATE + 30, mic[:1600]))
    # then it was told once more, from the beginning on, up to there
    again = next(c for c in told if c.speaker == "me" and c.listen is not None)
    assert again.t == 0.0
    assert again.t + len(again.samples) / RATE > end / RATE - 0.1
    assert cleaner.leak is not None


def test_an_echo_is_not_given_up_while_the_users_side_is_held_back():
    # given that nothing would be told of that second then
    assert GONE_LOOKS * HOP > 2 * HELD * BLOCK


def test_the_users_own_voice_coming_back_from_the_other_side_is_not_taken_for_an_echo(call):
    # given a far end that sends the user's voice back
    me, them = call
    out, _ = clean(me, them + through_a_room(me, gain=0.2, delay_s=0.25))
    assert np.array_equal(out, me)


def test_a_side_that_is_not_there_holds_nobody_up(call):
    me, _ = call
    cleaner = Cleaner()
    for at in range(0, 5 * RATE, 1600):
        chunk = Chunk("me", at / RATE, me[at : at + 1600])
        assert cleaner.take(chunk) == [chunk]


def test_a_long_silence_of_the_devices_is_gone_through(call):
    # given an echo that is being taken out
    _, them = call
    mic, cleaner = through_a_room(them), Cleaner()
    clean(mic, them, cleaner)
    assert cleaner.leak is not None
    # when nothing comes for a minute, and it goes on
    t = CALL_S + 60.0
    told = cleaner.take(Chunk("them", t, them[: 2 * RATE])) + cleaner.take(Chunk("me", t, mic[: 2 * RATE]))
    # then time is true
    mine = [c for c in told if c.speaker == "me"]
    assert mine[0].t == t
    assert sum(len(c.samples) for c in mine) == pytest.approx(2 * RATE, abs=BLOCK)
