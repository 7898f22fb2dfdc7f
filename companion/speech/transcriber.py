"""Recognition by faster-whisper (MIT), on exactly the sound there is.

Whisper was trained on 30 s windows and faster-whisper pads to them, which costs most of the time on short turns. Here
the encoder sees the clip and some seconds of silence. Without any the decoder runs away (word error rate 131 %). A
look at an utterance that goes on has two, and one beam. What is to be told for good has six and several beams; where
the same voice spoke just before, the encoder sees that sound too, and the decoder begins with its words as given: the
cut between two utterances then costs no words. Where somebody waits for it, as much of that is done as there is time
for (``speed.py``). When a result looks like a run-away, it is tried without what was before, then with more silence.
"""

from __future__ import annotations

import itertools
import logging
import math
import os
import tempfile
import time
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
from companion.speech.runaway import echo_length, loops, without_echo
from companion.speech.speed import Speed

_log = logging.getLogger(__name__)
RATE = 16_000
QUICK_TAIL_S = 2.0
"""Silence after the clip that the encoder needs to see."""
TAIL_S = 6.0
"""With this much, seven of the eight turns of the dev calls that run away with two seconds come out right."""
TAIL_AFTER_S = 4.0
"""Silence after a clip that is heard with what was before it."""
WINDOW_S = 30.0
STEP = RATE // 2
"""Sound and silence are a multiple of so many samples: for every other length oneDNN compiles the encoder anew, and
keeps it. With any length 140 clips took 245 MB, and more with every one; with half seconds 80, and no more."""
BEAMS = 5
"""As in Whisper's own code. The dev calls and read speech have 8.2 and 11.6 % of words wrong quickly and alone, 7.5 and
9.5 with five beams, 6.5 and 9.6 with what was before as well; offline 6.0 and 7.7."""
THREADS = 1
"""For each clip. A token is too little work for two: 25 of base take 209 ms and 350 ms of processor with two threads,
230 and 225 with one."""
AT_ONCE = 2
"""Clips that may be recognised at the same time, each with threads of its own: a look must not keep a final waiting."""
_PREPENDED, _APPENDED = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"
"""Punctuation that belongs to the word after, or before (as in Whisper's own code)."""
_CLOSING = ",.;:!?…"
TOKENS_A_WORD = 1.3
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


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """What the same voice said just before a clip: its sound (float32 mono 16 kHz) up to the clip, and its words."""

    samples: NDArray[np.float32]
    text: str


class Transcriber:
    """A loaded Whisper model. Not thread-safe: it belongs to the inference worker.

    Raises ``CompanionError`` when the folder does not hold a model that loads.
    """

    def __init__(
        self,
        model: Path,
        *,
        name: str,
        language: str = "en",
        threads: int = 0,
        glossary: Sequence[str] = (),
        beams: int = BEAMS,
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
        self._beams = beams
        self._speed = Speed()
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
        before: Sequence[Before] = (),
        choose: Callable[[str, float], str] = lambda detected, _: detected,
        on_text: Callable[[str], None] | None = None,
        words: bool = True,
        still: Callable[[], bool] = lambda: True,
        within_s: float = math.inf,
        last_word: bool = True,
    ) -> Transcript:
        """The words of a clip of at most 28 s (float32 mono 16 kHz), heard with what the same voice said ``before``.

        ``before``: the same in several lengths, the longest first; of them, and of beams and silence, as much is taken
        as is likely to be done ``within_s`` seconds (0: the least there is, for a look). With the language "auto",
        ``choose`` is told the one detected and its probability, and chooses; ``before`` is left out of account then.
        ``on_text`` is told the text before the times of its words are sought; ``words`` False leaves them out, and so
        does ``still`` when it says then that they are no longer wanted. Without ``last_word`` a result that looks like
        a run-away is not tried again with the whole window, but in doubt.
        """
        seconds = len(samples) / RATE
        language, detected, in_doubt = self._language, None, False
        way = self._way(seconds, before if language != "auto" else (), within_s)
        heard = self._heard_after(way, samples) if way.before is not None else None
        if heard is None:
            way = self._way(seconds, (), within_s)
            sound = self._encode(samples, way.tail_s)
            detected = self._detect(sound.encoded) if language == "auto" else None
            language = choose(*detected) if detected is not None else language
            heard = self._decode(sound, language, way.beams)
            longer = [tail_s for tail_s in (TAIL_S, WINDOW_S - seconds) if tail_s > way.tail_s]
            if not last_word:
                longer = longer[:-1] if within_s > 0 else []
            for tail_s in longer:
                if heard.ran_away:
                    heard = self._heard_again(heard, samples, tail_s, language)
            in_doubt = heard.ran_away and not last_word
        text = without_echo(heard.text)
        if on_text is not None:
            on_text("" if in_doubt else text)
        wanted = words and text and not in_doubt and still()
        timed = self._word_times(heard, language) if wanted else ()
        return Transcript(
            text, timed[: len(text.split())], language, heard.mean_log_probability, heard.no_speech_probability,
            heard.compression_ratio, detected, in_doubt,
        )  # fmt: skip

    def _way(self, seconds: float, before: Sequence[Before], within_s: float) -> _Way:
        """The best way to recognise so much that there is time for."""
        fit = [b for b in before if len(b.samples) / RATE + seconds + TAIL_AFTER_S <= WINDOW_S]
        ways = [
            *(_Way(b, self._beams, TAIL_AFTER_S) for b in fit),
            *(_Way(b, 1, QUICK_TAIL_S) for b in fit),
            _Way(None, self._beams, TAIL_S),
        ]
        for way in ways:
            given_s = len(way.before.samples) / RATE if way.before is not None else 0.0
            given = round(len(way.before.text.split()) * TOKENS_A_WORD) if way.before is not None else 0
            if self._speed.estimate(given_s + seconds + way.tail_s, seconds, given, way.beams) <= within_s:
                return way
        return _Way(None, 1, QUICK_TAIL_S)

    def _heard_after(self, way: _Way, samples: NDArray[np.float32]) -> _Decoded | None:
        """The clip heard with what was before it; None where that led astray."""
        heard = self._decode(self._encode(samples, way.tail_s, way.before), self._language, way.beams)
        return heard if heard.text and not heard.ran_away else None

    def _heard_again(self, heard: _Decoded, samples: NDArray[np.float32], tail_s: float, language: str) -> _Decoded:
        """The clip with more silence after it, where that is better than what was heard."""
        again = self._decode(self._encode(samples, tail_s), language, self._beams)
        went_round = heard.compression_ratio > REPETITIVE or (loops(heard.text) and not loops(again.text))
        return again if went_round or again.mean_log_probability > heard.mean_log_probability else heard

    def warm_up(self) -> None:
        """Run once on a second of silence, so that the first utterance does not pay for it."""
        self.transcribe(np.zeros(RATE, np.float32))

    def _features(self, samples: NDArray[np.float32], tail_s: float) -> NDArray[np.float32]:
        wanted = len(samples) + round(max(tail_s, 0.0) * RATE)
        padded = np.pad(samples, (0, -(-wanted // STEP) * STEP - len(samples)))
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

    def _encode(self, samples: NDArray[np.float32], tail_s: float, before: Before | None = None) -> _Sound:
        given_s = len(before.samples) / RATE if before is not None else 0.0
        sound = np.concatenate([before.samples, samples]) if before is not None else samples
        with self._speed.encodes(len(sound) / RATE + tail_s):
            encoded = self._whisper.encode(self._features(sound, tail_s))
        return _Sound(encoded, len(samples) / RATE, given_s, before.text if before is not None else "", tail_s)

    def _decode(self, sound: _Sound, language: str, beams: int) -> _Decoded:
        from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens

        tokenizer = self._tokenizer(language)
        prompt = self._whisper.get_prompt(tokenizer, [], without_timestamps=True, hotwords=self._glossary or None)
        given = tokenizer.encode(f" {sound.given}") if sound.given else []
        longest = len(given) + round(sound.seconds * TOKENS_PER_S) + 12
        begun = time.perf_counter()
        result = self._whisper.model.generate(
            sound.encoded,
            [prompt + given],
            beam_size=beams,
            max_length=min(2 * longest, self._whisper.max_length),  # half of it are for what is decoded
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=not given,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        )[0]
        self._speed.decoded(len(result.sequences_ids[0]), beams, time.perf_counter() - begun)
        said = list(result.sequences_ids[0])  # what was given comes with it; its likelihood does not
        tokens = from_first_word(said[len(given) :], tokenizer.decode)
        text = tokenizer.decode(tokens).strip()
        return _Decoded(
            sound,
            text=text,
            given=tuple(given),
            tokens=tuple(t for t in tokens if t < tokenizer.eot),
            mean_log_probability=result.scores[0] * len(said) / (len(tokens) + 1),
            no_speech_probability=float(result.no_speech_prob),
            compression_ratio=float(get_compression_ratio(text)) if text else 0.0,
        )

    def _word_times(self, heard: _Decoded, language: str) -> tuple[Word, ...]:
        from faster_whisper.transcribe import merge_punctuations

        sound, tokens = heard.sound, [*heard.given, *heard.tokens]
        frames = min(3000, round((sound.given_s + sound.seconds) * 100 + sound.tail_s * 50))  # and half of its tail
        aligned = self._whisper.find_alignment(self._tokenizer(language), [tokens], sound.encoded, frames)
        if aligned:
            merge_punctuations(aligned[0], _PREPENDED, _APPENDED)
        words, passed = [], 0
        for item in aligned[0] if aligned else []:
            passed += len(item["tokens"])
            if passed > len(heard.given) and item["word"].strip():
                start, end = (min(max(float(item[k]) - sound.given_s, 0.0), sound.seconds) for k in ("start", "end"))
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


def from_first_word(tokens: list[int], decode: Callable[[list[int]], str]) -> list[int]:
    """The tokens without what only closes the sentence before: a comma, a full stop."""
    return list(itertools.dropwhile(lambda token: not decode([token]).strip().strip(_CLOSING), tokens))


def usable_cores() -> int:
    """Processor cores that this process may use, four at most: more don't make one short clip quicker."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(4, cores)


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """How to recognise a clip: with what before it, how many beams, how much silence after it."""

    before: Before | None
    beams: int
    tail_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _Sound:
    """What the encoder made of a clip: ``given_s`` seconds of what was before it, the words there, and the clip."""

    encoded: Any
    seconds: float
    given_s: float
    given: str
    tail_s: float


@dataclass(frozen=True, slots=True)
class _Decoded:
    sound: _Sound
    text: str
    given: tuple[int, ...]
    tokens: tuple[int, ...]
    mean_log_probability: float
    no_speech_probability: float
    compression_ratio: float

    @property
    def ran_away(self) -> bool:
        return (
            self.compression_ratio > REPETITIVE
            or self.mean_log_probability < UNLIKELY
            or len(self.tokens) > self.sound.seconds * TOKENS_PER_S + 8
            or echo_length(self.text) > 0
            or loops(self.text)
        )
