"""What an idle output hands over at once when its stream begins is old, and skipped."""

from __future__ import annotations

import os

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from companion.audio.pulse import _skip_backlog


@given(st.integers(1, 4000))
def test_the_stream_goes_on_at_its_end_and_at_a_whole_sample(samples):
    # given a stream that begins with a backlog
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as stream, os.fdopen(writer, "wb", buffering=0) as server:
        server.write(np.ones(samples, "<f4").tobytes())
        # when it is skipped and the stream goes on
        _skip_backlog(stream)
        server.write(np.array([0.25, 0.5], "<f4").tobytes())
        # then the next bytes are the next sample
        assert np.frombuffer(stream.read(100), "<f4").tolist() == [0.25, 0.5]


def test_a_stream_that_ends_at_once_is_no_trouble():
    reader, writer = os.pipe()
    os.close(writer)
    with os.fdopen(reader, "rb", buffering=0) as stream:
        _skip_backlog(stream)
