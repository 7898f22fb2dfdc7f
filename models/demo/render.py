"""Speak the bundled call: ``call.jsonl`` -> ``call.ogg`` (stereo 16 kHz Vorbis: left me, right them) and turn times.

    pip install piper-tts==1.8.0 kokoro-onnx==0.6.1 soundfile soxr scipy     (in an environment of its own)
    python models/demo/render.py --joe en_US-joe-medium.onnx --kokoro kokoro.onnx --voices voices_ja.npz

The voices are named in README.md, with where they come from. The same script, voices and versions give the same call.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
import soxr
from kokoro_onnx import Kokoro
from piper import PiperVoice, SynthesisConfig
from scipy.signal import butter, sosfilt

HERE = Path(__file__).parent
RATE = 16_000
THEM = "jf_alpha"
LOUDNESS = 0.05
"""Root mean square of a neutral turn, full scale 1."""
NOISE = 0.0006
STYLES = {  # pace, gain in dB, lift above 1 kHz in dB: what a raised or a flat voice does
    "neutral": (1.0, 0, 0),
    "warm": (0.97, 0, -1),
    "slow": (0.9, -1, -1),
    "flat": (0.92, -3, -3),
    "shaky": (0.94, -1, 1),
    "fast": (1.12, 1, 2),
    "tense": (1.04, 2, 3),
    "loud": (1.06, 6, 6),
}
PIECE = 80_000  # longer single writes crash libsndfile's Vorbis encoder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("joe", "kokoro", "voices"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    args = parser.parse_args()
    joe = PiperVoice.load(str(args.joe))
    kokoro = Kokoro(str(args.kokoro), str(args.voices))
    high = butter(2, 1000, "high", fs=RATE, output="sos")

    def speak(text: str, speaker: str, style: str) -> np.ndarray:
        pace, gain, lift = STYLES[style]
        if speaker == "me":
            chunks = list(joe.synthesize(text, SynthesisConfig(length_scale=1 / pace, noise_scale=0.4)))
            sound, rate = np.concatenate([c.audio_float_array for c in chunks]), chunks[0].sample_rate
        else:
            sound, rate = kokoro.create(text, voice=THEM, speed=pace * 0.95, lang="en-us")
        sound = soxr.resample(np.asarray(sound, np.float32), rate, RATE)
        sound = sound / (np.sqrt(np.mean(sound**2)) + 1e-9) * LOUDNESS
        sound = sound + (10 ** (lift / 20) - 1) * sosfilt(high, sound)
        return (sound * 10 ** (gain / 20)).astype(np.float32)

    turns = [json.loads(line) for line in (HERE / "call.jsonl").read_text(encoding="utf-8").splitlines()][1:]
    end, times, pieces = 0.8, [], []
    for turn in turns:
        sound = speak(turn["text"], turn["speaker"], turn["voice"])
        begin = max(0.2, end + turn["gap"])
        end = begin + len(sound) / RATE
        times.append({"n": turn["n"], "speaker": turn["speaker"], "t0": round(begin, 3), "t1": round(end, 3)})
        pieces.append((begin, sound, 0 if turn["speaker"] == "me" else 1))
    call = np.random.default_rng(5).normal(0, NOISE, (int((end + 2) * RATE), 2)).astype(np.float32)
    for begin, sound, side in pieces:
        at = int(begin * RATE)
        call[at : at + len(sound), side] += sound
    call = np.clip(call, -0.98, 0.98)
    with soundfile.SoundFile(HERE / "call.ogg", "w", RATE, 2, format="OGG", subtype="VORBIS") as out:
        for i in range(0, len(call), PIECE):
            out.write(call[i : i + PIECE])
    (HERE / "call.times.json").write_text(json.dumps(times, indent=0) + "\n", encoding="utf-8")
    print(f"{len(call) / RATE:.0f} s, {(HERE / 'call.ogg').stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
