"""Recognition by faster-whisper (MIT), on exactly the sound there is.

Whisper was trained on 30 s windows and faster-whisper pads to them, which costs most of the time on short turns. Here
the encoder sees the clip and two more seconds of silence. Without any padding the decoder runs away (word error rate
131 %); with two seconds it is as accurate as with thirty (12.1 % against 12.7 %, base, 7 s clips), in a third of the
time.
When a result looks like a run-away, six seconds are tried, then the whole window after all.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.errors import CompanionError
from companion.events import Word
from companion.speech import narrow
from companion.speech.features import log_mel
from companion.speech.guard import REPETITIVE, UNLIKELY

_log = logging.getLogger(__name__)
RATE = 16_000
TAIL_S = 2.0
"""Silence after the clip that the encoder needs to see."""
LONGER_TAIL_S = 6.0
"""With this much, seven of the eight turns of the dev calls that run away with two seconds come out right."""
WINDOW_S = 30.0
TRIES = 3
THREADS = 1
"""For each clip. A token is too little work for two: 25 of base take 209 ms and 350 ms of processor with two threads,
230 and 225 with one."""
AT_ONCE = 2
"""Clips that may be recognised at the same time, each with threads of its own: a look must not keep a final waiting."""
_PREPENDED, _APPENDED = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"
"""Punctuation that belongs to the word after, or before (as in Whisper's own code)."""
TOKENS_PER_S = 9.0
"""More tokens than this per second of clip are a run-away (fast English makes about 6)."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was recognised; the numbers are Whisper's own, ``words`` have times relative to the clip.

    ``detected``: language and probability where they were detected, else None. ``doubtful``: it looks like a run-away,
    and was not tried again with the whole window.
    """

    text: str
    words: tuple[Word, ...]
    language: str
    mean_log_probability: float
    no_speech_probability: float
    compression_ratio: float
    detected: tuple[str, float] | None = None
    doubtful: bool = False


class Transcriber:
    """A loaded Whisper model. Not thread-safe: it belongs to the inference worker.

    Raises ``CompanionError`` when the folder does not hold a model that loads.
    """

    def __init__(
        self, model: Path, *, name: str, language: str = "en", threads: int = 0, glossary: Sequence[str] = ()
    ) -> None:
        from faster_whisper.tokenizer import Tokenizer

        # with a full stop: after an open list its last term counts as said already, and is left out of the text
        self._glossary = f"{', '.join(glossary)}." if glossary else ""
        try:
            self._whisper = _load(model, threads, self._glossary if language == "en" else None)
        except (RuntimeError, ValueError, OSError) as error:
            raise CompanionError(
                f'The speech model "{name}" in {model} does not load ({str(error).splitlines()[0]}).',
                f"Run: companion models pull {name} --force",
            ) from error
        self._make_tokenizer = Tokenizer
        self._multilingual = bool(self._whisper.model.is_multilingual)
        if language not in ("en", "auto") and not self._multilingual:
            raise CompanionError(
                f'The speech model "{name}" knows English only, but speech.language is "{language}".',
                'Set speech.model to "base".',
                exit_code=2,
            )
        self._language = language
        self._tokenizers: dict[str, Any] = {}

    def transcribe(
        self,
        samples: NDArray[np.float32],
        *,
        choose: Callable[[str, float], str] = lambda detected, _: detected,
        on_text: Callable[[str], None] | None = None,
        words: bool = True,
        still: Callable[[], bool] = lambda: True,
        tries: int = TRIES,
    ) -> Transcript:
        """The words of a clip of at most 28 s (float32 mono 16 kHz).

        With the language "auto", ``choose`` is told the one detected and its probability, and chooses. ``on_text`` is
        told the text before the times of its words are sought; ``words`` False leaves them out, and so does ``still``
        when it says then that they are no longer wanted. ``tries``: how often a clip whose result looks like a run-away
        is tried, with a little silence after it, with more, with the whole window: a look is not worth five times its
        price.
        """
        seconds = len(samples) / RATE
        encoded = self._whisper.encode(self._features(samples, TAIL_S))
        detected = self._detect(encoded) if self._language == "auto" else None
        language = choose(*detected) if detected is not None else self._language
        tokenizer = self._tokenizer(language)
        result = self._decode(encoded, tokenizer, seconds)
        doubtful = self._ran_away(result, seconds)
        for tail_s in (LONGER_TAIL_S, WINDOW_S - seconds)[: tries - 1] if doubtful else ():
            anew = self._whisper.encode(self._features(samples, tail_s))
            again = self._decode(anew, tokenizer, seconds)
            went_round = result.compression_ratio > REPETITIVE or (loops(result.text) and not loops(again.text))
            if again.mean_log_probability > result.mean_log_probability or went_round:
                result, encoded = again, anew
            doubtful = self._ran_away(again, seconds)
            if not doubtful:
                break
        text = without_echo(result.text)
        in_doubt = doubtful and tries < TRIES
        if on_text is not None:
            on_text("" if in_doubt else text)
        wanted = words and text and not in_doubt and still()
        timed = self._word_times(encoded, tokenizer, result.tokens, seconds) if wanted else ()
        return Transcript(
            text, timed[: len(text.split())], language, result.mean_log_probability, result.no_speech_probability,
            result.compression_ratio, detected, in_doubt,
        )  # fmt: skip

    def warm_up(self) -> None:
        """Run once on a second of silence, so that the first utterance does not pay for it."""
        self.transcribe(np.zeros(RATE, np.float32))

    def _features(self, samples: NDArray[np.float32], tail_s: float) -> NDArray[np.float32]:
        padded = np.pad(samples, (0, max(0, round(tail_s * RATE))))
        features = log_mel(padded, self._whisper.feature_extractor.mel_filters)
        frames = min(features.shape[1], 3000)
        return np.ascontiguousarray(features[:, : frames - frames % 2])

    def _tokenizer(self, language: str) -> Any:
        if language not in self._tokenizers:
            self._tokenizers[language] = self._make_tokenizer(
                self._whisper.hf_tokenizer, self._multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def _detect(self, encoded: Any) -> tuple[str, float]:
        if not self._multilingual:
            return "en", 1.0
        name, probability = self._whisper.model.detect_language(encoded)[0][0]
        return str(name).strip("<|>"), float(probability)

    def _decode(self, encoded: Any, tokenizer: Any, seconds: float) -> _Decoded:
        from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens

        prompt = self._whisper.get_prompt(tokenizer, [], without_timestamps=True, hotwords=self._glossary or None)
        longest = len(prompt) + round(seconds * TOKENS_PER_S) + 12
        result = self._whisper.model.generate(
            encoded,
            [prompt],
            beam_size=1,
            max_length=min(longest, self._whisper.max_length),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        )[0]
        tokens = list(result.sequences_ids[0])
        text = tokenizer.decode(tokens).strip()
        return _Decoded(
            text=text,
            tokens=tuple(t for t in tokens if t < tokenizer.eot),
            mean_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech_probability=float(result.no_speech_prob),
            compression_ratio=float(get_compression_ratio(text)) if text else 0.0,
        )

    @staticmethod
    def _ran_away(result: _Decoded, seconds: float) -> bool:
        return (
            result.compression_ratio > REPETITIVE
            or result.mean_log_probability < UNLIKELY
            or len(result.tokens) > seconds * TOKENS_PER_S + 8
            or echo_length(result.text) > 0
            or loops(result.text)
        )

    def _word_times(self, encoded: Any, tokenizer: Any, tokens: tuple[int, ...], seconds: float) -> tuple[Word, ...]:
        from faster_whisper.transcribe import merge_punctuations

        aligned = self._whisper.find_alignment(tokenizer, [list(tokens)], encoded, _frames(seconds))
        if aligned:
            merge_punctuations(aligned[0], _PREPENDED, _APPENDED)
        words = []
        for item in aligned[0] if aligned else []:
            if item["word"].strip():
                start, end = (min(float(item[k]), seconds) for k in ("start", "end"))
                words.append(Word(item["word"].strip(), start, max(start, end), float(item["probability"])))
        return tuple(words)


def _load(model: Path, threads: int, glossary: str | None) -> Any:
    """The model in a folder; with a glossary (may be empty), of the vocabulary only what English is written with."""
    from faster_whisper import WhisperModel

    options = {"device": "cpu", "compute_type": "int8", "cpu_threads": threads or THREADS, "num_workers": AT_ONCE}
    keep = narrow.english(model, f" {glossary}") if glossary is not None else None
    if keep is None:
        return WhisperModel(str(model), **options)
    try:
        with tempfile.TemporaryDirectory(prefix="companion-") as folder:
            narrow.write(model, keep, Path(folder))
            whisper = WhisperModel(folder, **options)
    except (OSError, ValueError, RuntimeError) as error:  # no room for a copy, or a format that is not known
        _log.warning("the whole vocabulary is used: %s", error)
        return WhisperModel(str(model), **options)
    whisper.model = narrow.Narrowed(whisper.model, keep, multilingual=True)
    return whisper


def _frames(seconds: float) -> int:
    """Frames of features that hold a clip and half of its tail."""
    return min(3000, round(seconds * 100) + round(TAIL_S * 50))


def usable_cores() -> int:
    """Processor cores that this process may use, four at most: more don't make one short clip quicker."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(4, cores)


def echo_length(text: str) -> int:
    """How many words at the end of the text are its own beginning over again (three or more; else 0)."""
    words = [w.strip(".,!?").lower() for w in text.split()]
    return max((n for n in range(3, len(words) // 2 + 1) if words[:n] == words[-n:]), default=0)


def without_echo(text: str) -> str:
    """The text without the words at its end with which the decoder began once more."""
    echo = echo_length(text)
    return " ".join(text.split()[:-echo]) if echo else text


def loops(text: str) -> bool:
    """Whether the text ends in words that go round; a person may say so ("no, no, no"), a decoder often does."""
    return len(without_loop(text).split()) < len(text.split())


def without_loop(text: str) -> str:
    """The text up to where its last words begin to go round: three words or more twice, fewer three times."""
    words = text.split()
    keys = [w.strip(".,!?").lower() for w in words]
    for n in range(1, len(keys) // 2 + 1):
        times = 1
        while (times + 1) * n <= len(keys) and keys[-n:] == keys[-(times + 1) * n : -times * n]:
            times += 1
        if times >= (3 if n < 3 else 2):
            return " ".join(words[: len(words) - (times - 1) * n])
    return text


@dataclass(frozen=True, slots=True)
class _Decoded:
    text: str
    tokens: tuple[int, ...]
    mean_log_probability: float
    no_speech_probability: float
    compression_ratio: float
