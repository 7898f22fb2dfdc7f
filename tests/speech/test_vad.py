"""Voice activity on real sound: the bundled call."""

from __future__ import annotations

import numpy as np

from companion import locations
from companion.audio.files import open_audio
from companion.speech.vad import FRAME, SileroVad, load_silero


class Counting:
    """Silero's session, counting."""

    def __init__(self) -> None:
        self.session, self.asked = load_silero(), 0

    def run(self, *arguments):
        self.asked += 1
        return self.session.run(*arguments)


def test_speech_is_speech_and_digital_silence_costs_nothing() -> None:
    session = Counting()
    vad = SileroVad(session)
    assert [vad.probability(np.zeros(FRAME, np.float32)) for _ in range(50)] == [0.0] * 50
    assert session.asked == 0
    loud = []
    for t, sides in open_audio(locations.shipped("models", "demo", "call.ogg")):
        loud.append(max(vad.probability(s) for s in sides.values() if s is not None))
        if t > 5:
            break
    assert session.asked > 0
    assert max(loud) > 0.9
