"""Several people on one channel: what the clustering promises, and the real model where it is pulled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion import locations
from companion.modelstore.store import ModelStore
from companion.speech.speakers import MODEL, Embedding, People, Rules, SpeakerEmbedder


def voice(axis: int, wobble: float = 0.0, seed: int = 0) -> Embedding:
    """A made-up voice: a direction of its own, off by a little."""
    out = np.random.default_rng(seed).normal(0, wobble / 16, 256)
    out[axis] += 1
    return np.asarray(out / np.linalg.norm(out), np.float32)


def test_two_voices_get_two_labels_in_the_order_in_which_they_were_heard() -> None:
    people = People()
    said = [7, 7, 3, 7, 3]
    labels = [people.label(voice(axis, 0.4, i), 4.0 * i, 4.0 * i + 3) for i, axis in enumerate(said)]
    assert labels == [1, 1, 2, 1, 2]


def test_a_short_utterance_opens_nobody() -> None:
    assert People().label(voice(0), 0.0, 1.2) == 0


def test_too_little_to_tell_gets_the_label_of_the_near_neighbour_or_none() -> None:
    people = People()
    people.label(voice(0), 0.0, 3.0)
    assert people.label(None, 3.4, 3.8) == 1
    assert people.label(None, 20.0, 20.4) == 0


def test_a_doubtful_voice_goes_to_the_nearest_and_opens_nobody() -> None:
    rules = Rules()
    people = People(rules)
    people.label(voice(0), 0.0, 3.0)
    likeness = (rules.same + rules.other) / 2
    doubtful = np.zeros(256, np.float32)
    doubtful[:2] = likeness, np.sqrt(1 - likeness**2)
    assert people.label(doubtful, 4.0, 7.0) == 1


@given(st.lists(st.tuples(st.integers(0, 20), st.floats(0.2, 9)), max_size=60))
def test_labels_are_counted_without_holes_and_bounded(said: list[tuple[int, float]]) -> None:
    people, seen, at = People(), 0, 0.0
    for axis, seconds in said:
        label = people.label(voice(axis), at, at + seconds)
        assert 0 <= label <= min(seen + 1, Rules().most)
        seen = max(seen, label)
        at += seconds + 2


@pytest.mark.skipif(
    ModelStore(locations.models_dir()).status(MODEL).state != "ready", reason="companion models pull speakers"
)
def test_the_real_model_gives_unit_vectors_that_are_the_same_for_the_same_sound() -> None:
    embedder = SpeakerEmbedder(ModelStore(locations.models_dir()).path(MODEL))
    hum = np.sin(np.arange(32_000) * 0.06).astype(np.float32) * 0.1
    first, louder = embedder.embed(hum), embedder.embed(hum[:4_000])
    assert np.linalg.norm(first) == pytest.approx(1, abs=1e-4)
    assert first.shape == louder.shape == (256,)
    assert np.array_equal(first, embedder.embed(hum))
