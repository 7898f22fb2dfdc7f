"""Recordings to decode, encoded on the spot by PyAV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

LOW, HIGH = 440.0, 1000.0
CODECS = {
    "wav": "pcm_s16le", "flac": "flac", "mp3": "libmp3lame", "m4a": "aac", "ogg": "libopus", "opus": "libopus",
    "webm": "libopus", "mp4": "aac", "mkv": "libopus",
}  # fmt: skip


def tone(frequency, seconds, rate):
    return (0.4 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def pitch(samples, rate=16_000):
    """The strongest frequency, Hz; None in silence."""
    if len(samples) < 512 or np.sqrt(np.mean(np.square(samples))) < 1e-3:
        return None
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * rate / len(samples)


def write(path: Path, channels, rate=48_000, layout="stereo", video=False):
    """Encode ``channels`` (channels, samples) by the file's ending, with a picture beside it where asked."""
    with av.open(str(path), "w") as container:
        if video:
            picture = container.add_stream("mpeg4", rate=5)
            picture.width = picture.height = 64
            picture.pix_fmt = "yuv420p"
        sound = (
            container.add_stream(CODECS[path.suffix[1:]], rate=rate, layout=layout) if channels is not None else None
        )
        if video:
            for _ in range(10):
                container.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
            container.mux(picture.encode(None))
        if sound is not None:
            for at in range(0, channels.shape[1], 960):
                piece = np.ascontiguousarray(channels[:, at : at + 960])
                frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
                frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
                container.mux(sound.encode(frame))
            container.mux(sound.encode(None))
    return path
