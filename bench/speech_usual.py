"""Baseline: the usual design. Silero finds the end of speech after 0.6 s of silence; then faster-whisper, padded to 30 s,
beam 5. One worker for both sides, as here. Fed at the call's own speed.

    .venv/bin/python bench/speech_usual.py CALL.ogg OUT.jsonl SECONDS [BEAM]
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from pathlib import Path

from speech_scores import RATE, sound_of


def main() -> None:
    from faster_whisper import WhisperModel

    from companion.pipeline.build import speech_model_path
    from companion.speech.ear import Ear, Speech
    from companion.speech.endpoint import Endpointer
    from companion.speech.vad import SileroVad, load_silero

    call, out, beam = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[4]) if len(sys.argv) > 4 else 5
    model = WhisperModel(str(speech_model_path("base")), device="cpu", compute_type="int8", cpu_threads=2)
    vad = load_silero()
    ears = [Ear(s, SileroVad(vad), Endpointer(pause_s=0.6)) for s in ("me", "them")]
    jobs: queue.Queue[Speech | None] = queue.Queue()
    sound, rows = sound_of(call)[:, : round(min(float(sys.argv[3]), 1e5) * RATE)], []
    zero = time.monotonic()

    def work() -> None:
        while (speech := jobs.get()) is not None:
            segments, _ = model.transcribe(speech.samples, language="en", beam_size=beam)
            text = " ".join(s.text.strip() for s in segments)
            rows.append(
                {
                    "speaker": speech.speaker,
                    "t0": speech.t0,
                    "t1": speech.t1,
                    "at": time.monotonic() - zero,
                    "text": text,
                }
            )

    worker = threading.Thread(target=work)
    worker.start()
    for i in range(0, sound.shape[1], 512):
        time.sleep(max(0.0, zero + (i + 512) / RATE - time.monotonic()))
        for ear, channel in zip(ears, sound, strict=True):
            for decision in ear.feed(channel[i : i + 512]):
                if isinstance(decision, Speech):
                    jobs.put(decision)
    for ear in ears:
        for decision in ear.flush():
            if isinstance(decision, Speech):
                jobs.put(decision)
    jobs.put(None)
    worker.join()
    out.write_text("".join(json.dumps(r) + "\n" for r in rows if r["text"]))


if __name__ == "__main__":
    main()
