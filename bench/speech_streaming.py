"""Baseline: a live peer. whisper_streaming (LocalAgreement over a growing window), same model, at the call's own speed,
on the mono mix of both sides, which is less work than the two channels that we hear.

    python3 -m venv .venv-peer && .venv-peer/bin/pip install --no-deps whisper-streaming==0.1.0
    .venv-peer/bin/pip install faster-whisper librosa soundfile opus-fast-mosestokenizer websockets
    .venv-peer/bin/python bench/speech_streaming.py CALL.ogg OUT.jsonl SECONDS
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
from speech_scores import RATE, sound_of
from whisper_streaming import ASRProcessor, AudioReceiver, Backend, OutputSender, TimeTrimming, Word
from whisper_streaming.backend import (
    FasterWhisperFeatureExtractorConfig,
    FasterWhisperModelConfig,
    FasterWhisperTranscribeConfig,
)

CHUNK_S = 1.0
"""Its own default: a second of sound at a time."""
WINDOW_S = 15.0
"""Its own default: trimmed to so much."""


class AtItsOwnSpeed(AudioReceiver):
    def __init__(self, sound: np.ndarray) -> None:
        super().__init__()
        self.sound, self.at, self.zero = sound, 0, time.monotonic()

    def _do_receive(self) -> np.ndarray | None:
        if self.at >= len(self.sound):
            return None
        chunk = self.sound[self.at : self.at + round(CHUNK_S * RATE)]
        self.at += len(chunk)
        time.sleep(max(0.0, self.zero + self.at / RATE - time.monotonic()))
        return chunk

    def _do_close(self) -> None:
        pass


class Keep(OutputSender):
    def __init__(self, out: Path, zero: AtItsOwnSpeed) -> None:
        super().__init__()
        self.out, self.clock = out.open("w"), zero

    def _do_output(self, data: Word) -> None:
        at = time.monotonic() - self.clock.zero
        row = {"speaker": None, "t0": data.start, "t1": data.end, "at": at, "text": data.word.strip()}
        self.out.write(json.dumps(row) + "\n")
        self.out.flush()

    def _do_close(self) -> None:
        pass


def main() -> None:
    call, out, seconds = Path(sys.argv[1]), Path(sys.argv[2]), min(float(sys.argv[3]), 1e5)
    model = str(Path(os.environ["COMPANION_MODELS"]) / "base")
    sound = sound_of(call).mean(axis=0)[: round(seconds * RATE)]
    receiver = AtItsOwnSpeed(sound)
    processor = ASRProcessor(
        ASRProcessor.ProcessorConfig(
            sampling_rate=RATE,
            prompt_size=200,
            audio_receiver_timeout=5,
            audio_trimming=TimeTrimming(WINDOW_S),
            language="en",
        ),
        receiver,
        Keep(out, receiver),
        Backend.FASTER_WHISPER,
        FasterWhisperModelConfig(model, device="cpu", compute_type="int8", cpu_threads=2),
        FasterWhisperTranscribeConfig(),
        FasterWhisperFeatureExtractorConfig(),
    )
    receiver.zero = time.monotonic()
    processor.run()


if __name__ == "__main__":
    main()
