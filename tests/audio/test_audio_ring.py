"""The ring against the simplest model there is: a list of all samples ever written."""

from __future__ import annotations

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from companion.audio.ring import Ring

CAPACITY = 16

steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 40)),
        st.tuples(st.just("silence"), st.integers(0, 40)),
        st.tuples(st.just("advance"), st.integers(0, 40)),
        st.tuples(st.just("read"), st.just(0)),
    ),
    max_size=40,
)


@given(steps)
def test_it_keeps_the_newest_in_order_and_counts_what_it_drops(script):
    # given a ring and a plain list
    ring = Ring(CAPACITY)
    ever: list[float] = []
    read_to, dropped, number = 0, 0, 1.0

    # when both are written to and read from in any order
    for what, count in script:
        if what == "write":
            new = [number + n for n in range(count)]
            number += count
            ring.write(np.array(new, np.float32))
            ever += new
        elif what == "silence":
            ring.write_silence(count)
            ever += [0.0] * count
        elif what == "advance":
            ring.advance(count)
            ever += [-1.0] * count
            read_to = len(ever)
        else:
            place, samples = ring.read()
            # then what is read is what was written there, up to the newest
            assert samples.tolist() == ever[place:]
            assert place == read_to
            read_to = len(ever)
        if len(ever) - read_to > CAPACITY:
            dropped += len(ever) - CAPACITY - read_to
            read_to = len(ever) - CAPACITY
        assert ring.end == len(ever)
        assert ring.unread == len(ever) - read_to
        assert ring.dropped == dropped


def test_the_reader_is_never_torn_by_the_writer():
    # given a writer that counts up in blocks, much faster than it is read
    ring, total = Ring(4096), 400_000
    blocks = np.arange(total, dtype=np.float32).reshape(-1, 400)
    writer = threading.Thread(target=lambda: [ring.write(block) for block in blocks])

    # when it is read meanwhile
    heard = 0
    writer.start()
    while writer.is_alive() or ring.unread:
        place, samples = ring.read()
        heard += len(samples)
        # then every sample is at its place, whatever was dropped before it
        assert np.array_equal(samples, np.arange(place, place + len(samples), dtype=np.float32))
    writer.join()
    assert heard + ring.dropped == total
