"""How long a recognition would take on this machine, as it is just now: learnt from those before it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

TOKENS_A_SECOND = 3.5
"""Of ordinary English speech."""
FIRST_TOKENS = 4.0
"""What a decode costs before its first token, in tokens."""
BEAM = 0.12
"""What each beam more than one adds to the price of a token: 30 tokens of base take 226 ms, with three beams 274."""
NEWEST = 0.2
"""Weight of the newest measurement in the running mean."""


class Speed:
    """Running means of seconds of work: for a second of sound in the encoder, for a token in the decoder."""

    def __init__(self, encoding: float = 0.014, decoding: float = 0.007) -> None:
        self.encoding = encoding
        self.decoding = decoding

    def estimate(self, heard_s: float, spoken_s: float, given: int, beams: int) -> float:
        """Seconds for ``heard_s`` of sound with ``spoken_s`` of speech, after ``given`` tokens."""
        return self.encoding * heard_s + self.decoding * _tokens(given + spoken_s * TOKENS_A_SECOND, beams)

    @contextmanager
    def encodes(self, heard_s: float) -> Iterator[None]:
        """Learn from the encoding of so much sound."""
        begun = time.perf_counter()
        yield
        self.encoding += NEWEST * ((time.perf_counter() - begun) / heard_s - self.encoding)

    def decoded(self, tokens: int, beams: int, took_s: float) -> None:
        """Learn from a decode of so many tokens, those given included."""
        self.decoding += NEWEST * (took_s / _tokens(tokens, beams) - self.decoding)


def _tokens(tokens: float, beams: int) -> float:
    return (FIRST_TOKENS + tokens) * (1.0 + BEAM * (beams - 1))
