"""The PyAV adapter: the first audio stream of a file, decoded piece by piece, resampled to 16 kHz.

A file is data that somebody sent: only the formats below are tried, and only from the file itself, so that a playlist
named ``call.wav`` cannot make the decoder open other files or addresses.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from companion.audio.chunks import RATE, Samples
from companion.errors import UsageError

_FORMATS = (
    "wav,w64,aiff,au,caf,flac,wv,mp3,aac,ac3,amr,ogg,mov,mp4,m4a,3gp,matroska,webm,avi,flv,asf,mpeg,mpegts,ape,tta"
)
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
_GAP_S = 0.1
"""A jump of the timestamps that is larger than this is a hole in the recording; codec delays are below it."""
_LONGEST_GAP_S = 600.0
"""A larger jump is taken for a broken timestamp."""
_SHORTFALL_S = 0.5
"""Less sound than the file declares, by more than this, means that it was cut off."""
_SPEECH_RATES = (4_000, 768_000)
"""Samples a second: below, no speech can be understood (a telephone has 8,000); above are broken headers only."""
_TEXTS = (".json", ".txt", ".csv", ".srt", ".vtt", ".md")
_AS_TRANSCRIPT = 'A transcript is a .jsonl file with lines like {"speaker": "me", "text": "Hello."}.'
_UNKNOWN_SIZES = (0, 0xFFFFFFFF)
"""What recorders that were never closed leave in a RIFF header."""


def duration_of(path: Path) -> float | None:
    """Seconds that the file declares, or None; raises ``UsageError`` as ``decode`` does."""
    with _opened(path) as (container, _):
        return _declared_s(container)


def decode(path: Path, warnings: list[str]) -> Iterator[Samples]:
    """The sound as arrays of shape (channels, samples) at 16 kHz, holes filled with silence.

    What cannot be decoded is left out and told in ``warnings``; raises ``UsageError`` when nothing can be opened.
    """
    with _opened(path) as (container, stream):
        declared_s = _declared_s(container)
        resampler = _Resampler(longest_s=declared_s)
        broken = 0
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
                frames = packet.decode() if packet is not None else None
            except _decoding_errors():
                broken += 1
                continue
            if frames is None:
                break
            for frame in frames:
                try:
                    yield from resampler.take(frame)
                except _decoding_errors():  # a layout or a rate that the resampler cannot take
                    broken += 1
                    resampler.drop()
        yield from resampler.flush()
        heard_s = resampler.made / RATE
        if declared_s is not None and heard_s < declared_s - _SHORTFALL_S:
            warnings.append(
                f"{path.name} declares {declared_s:.0f} s but only {heard_s:.1f} s could be read: "
                "it is cut off or damaged."
            )
        elif _ends_early(path, container.format.name):
            warnings.append(f"{path.name} breaks off after {heard_s:.1f} s: it was not written to its end.")
        elif broken:
            warnings.append(f"{path.name} is damaged in {broken} place(s), which were left out.")


class _Resampler:
    """Decoded frames in, arrays at 16 kHz out, in step with the frames' timestamps."""

    def __init__(self, longest_s: float | None) -> None:
        self.made = 0
        """Samples handed out, a channel."""
        self._longest_s = longest_s
        self._begin_s: float | None = None
        self._setup: tuple[Any, ...] | None = None
        self._resampler: Any = None

    def take(self, frame: Any) -> Iterator[Samples]:
        import av

        setup = (frame.format.name, frame.layout.name, frame.sample_rate)
        if setup != self._setup:
            # a stream may change its form midway, a resampler may not
            yield from self.flush()
            self._setup = setup
            self._resampler = av.AudioResampler(format="fltp", rate=RATE)
        hole = self._hole_before(frame)
        if hole:
            yield self._count(np.zeros((frame.layout.nb_channels, hole), np.float32))
        for made in self._resampler.resample(frame):
            yield self._count(made.to_ndarray())

    def flush(self) -> Iterator[Samples]:
        if self._resampler is not None:
            for made in self._resampler.resample(None):
                yield self._count(made.to_ndarray())
        self._resampler = None

    def drop(self) -> None:
        """Leave what could not be resampled, and begin anew with the next frame."""
        self._resampler = self._setup = None

    def _count(self, made: Samples) -> Samples:
        """Float formats can hold anything; what is no number or beyond full scale would spoil all that follows."""
        self.made += made.shape[1]
        return np.clip(np.nan_to_num(made), -1.0, 1.0)

    def _hole_before(self, frame: Any) -> int:
        """Samples of silence that are missing before this frame."""
        if frame.time is None:
            return 0
        if self._begin_s is None:
            self._begin_s = frame.time
        at_s = frame.time - self._begin_s
        missing_s = at_s - self.made / RATE
        credible = missing_s < _LONGEST_GAP_S and (self._longest_s is None or at_s <= self._longest_s)
        return round(missing_s * RATE) if missing_s > _GAP_S and credible else 0


def _decoding_errors() -> tuple[type[Exception], ...]:
    import av.error

    return (av.error.FFmpegError,)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """The container and its first audio stream; raises ``UsageError`` with one sentence."""
    import av

    _check_there(path)
    try:
        container = av.open(f"file:{path}", metadata_errors="ignore", options=_OPTIONS)
    except _decoding_errors() as error:
        if isinstance(error, PermissionError):
            raise UsageError(f"{path} may not be read.", "Check its permissions.") from error
        is_text = path.suffix.lower() in _TEXTS
        hint = _AS_TRANSCRIPT if is_text else "Try to play it, or convert it to WAV first."
        raise UsageError(f"{path} is not a sound or video file that can be read, or it is damaged.", hint) from error
    with container:
        if not container.streams.audio:
            raise UsageError(f"{path} holds no sound.", "Name a file with an audio track.")
        stream = container.streams.audio[0]
        lowest, highest = _SPEECH_RATES
        if stream.rate and not lowest <= stream.rate <= highest:
            what = f"{path} has a sample rate of {stream.rate} Hz, which cannot be speech."
            raise UsageError(what, f"Name a recording with {lowest} Hz or more, such as 16000.")
        yield container, stream


def _check_there(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder, not a sound file.", "Name a file in it.")
    if not path.exists():
        raise UsageError(f"There is no file {path}.", "Check the path.")
    if not path.is_file():
        raise UsageError(f"{path} is not a regular file.", "Name a sound file.")
    if path.stat().st_size == 0:
        raise UsageError(f"{path} is empty (0 bytes).", "Record it again, or name another file.")


def _declared_s(container: Any) -> float | None:
    microseconds = container.duration
    return microseconds / 1e6 if microseconds is not None and microseconds > 0 else None


def _ends_early(path: Path, format_name: str) -> bool:
    """Whether a WAV is shorter than its header says, or an Ogg lacks its last page (RFC 3533): FFmpeg tells neither."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if format_name == "wav":
            declared = int.from_bytes(file.read(8)[4:8], "little")
            return declared not in _UNKNOWN_SIZES and declared + 8 > size
        if format_name == "ogg":
            file.seek(max(0, size - 70_000))  # a page has 65,307 bytes at most
            tail = file.read()
            page = tail.rfind(b"OggS")
            return page >= 0 and len(tail) > page + 5 and not tail[page + 5] & 4
    return False
