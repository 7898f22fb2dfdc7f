"""What the ears hand on: float32 mono at 16 kHz, from -1 to 1, with the audio second it begins at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from companion.events import Speaker

RATE = 16_000
"""Samples a second of everything downstream: what Whisper and Silero were trained on."""
BLOCK = 512
"""Samples in a block, 32 ms: one frame of Silero at 16 kHz."""

Samples: TypeAlias = NDArray[np.float32]
"""float32, -1 to 1, 16 kHz; one dimension, unless it says otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """A stretch of one side's sound; ``t``: audio second, since the session began, of its first sample.

    ``listen``: the same stretch for telling when somebody speaks, where it differs from what is to be recognised.
    """

    speaker: Speaker
    t: float
    samples: Samples
    listen: Samples | None = None
