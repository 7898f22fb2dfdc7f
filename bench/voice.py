"""Vocal effort on acted emotion: anger against the rest, level removed, each speaker against their own neutral clips.

    .venv/bin/python bench/voice.py [--data ../shared]

The area under the curve as recorded, through a telephone's band, through Opus at 16 kbit/s, and in noise at 15 dB; with the
neutral clips among the rest, and without them (they are the baseline).
"""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import numpy as np

RATE = 16_000
ROOT = Path(__file__).parents[1]
ANGRY, NEUTRAL = "05", "01"


def as_recorded(sound: np.ndarray) -> np.ndarray:
    return sound


def telephone(sound: np.ndarray) -> np.ndarray:
    """300-3400 Hz and nothing else."""
    spectrum, hertz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1 / RATE)
    return np.fft.irfft(np.where((hertz >= 300) & (hertz <= 3400), spectrum, 0), len(sound))


def noisy(sound: np.ndarray) -> np.ndarray:
    """White noise 15 dB below the speech."""
    noise = np.random.default_rng(len(sound)).normal(size=len(sound))
    return sound + noise * np.sqrt(np.mean(sound**2)) * 10 ** (-15 / 20)


def opus(sound: np.ndarray) -> np.ndarray:
    """Through Opus at 16 kbit/s and back."""
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=RATE, bit_rate=16_000, layout="mono")
        samples = (np.clip(sound, -1, 1) * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    buffer.seek(0)
    with av.open(buffer) as source:
        resampler = av.AudioResampler("flt", "mono", RATE)
        frames = [f for decoded in source.decode(audio=0) for f in resampler.resample(decoded)]
    return np.concatenate([f.to_ndarray()[0] for f in frames])


def clips(folder: Path) -> dict[str, list[tuple[str, np.ndarray]]]:
    """Speaker -> emotion and sound (level removed) of each clip; names as in RAVDESS."""
    from companion.audio.files import open_audio

    out: dict[str, list[tuple[str, np.ndarray]]] = {}
    for path in sorted(folder.glob("*.flac")):
        parts = path.stem.split("-")
        sound = np.concatenate([sides["them"] for _, sides in open_audio(path)]).astype(np.float64)
        out.setdefault(parts[-1], []).append((parts[2], sound / (np.sqrt(np.mean(sound**2)) + 1e-9) * 0.05))
    return out


def efforts(spoken: list[tuple[str, np.ndarray]], change) -> list[tuple[str, float]]:
    """Emotion and effort of each clip of one speaker, against a baseline of the neutral ones."""
    from companion.affect.voice import VoiceBaseline, measure

    measured = [(emotion, measure(change(sound).astype(np.float32))) for emotion, sound in spoken]
    out = []
    for emotion, features in measured:
        baseline = VoiceBaseline()
        for other, neutral in measured:
            if other == NEUTRAL and neutral is not None:
                baseline.compare(neutral)
        if features is not None:
            out.append((emotion, baseline.compare(features).effort))
    return out


def area(angry: list[float], rest: list[float]) -> float:
    return round(float(np.mean(np.array(angry)[:, None] > np.array(rest)[None])), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    speakers = clips(parser.parse_args().data / "eval" / "real" / "acted_emotion")
    if not speakers:
        print("There are no acted clips beside the checkout; nothing is measured.")
        return
    for change in (as_recorded, telephone, opus, noisy):
        found = [pair for spoken in speakers.values() for pair in efforts(spoken, change)]
        angry = [x for e, x in found if e == ANGRY]
        print(json.dumps({
            "what": "vocal effort, anger against the rest (AUC)", "sound": change.__name__, "clips": len(found),
            "with_neutral": area(angry, [x for e, x in found if e != ANGRY]),
            "without_neutral": area(angry, [x for e, x in found if e not in (ANGRY, NEUTRAL)]),
        }), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
