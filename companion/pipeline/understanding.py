"""From a stretch of speech to an utterance: recognition, the junk guard, the reading of words and voice.

It remembers what was said, for context, and each side's usual voice. It belongs to the inference worker.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.affect.layout import Turn
from companion.affect.reading import Reading, TextModel
from companion.affect.voice import VoiceBaseline, VoiceFeatures, measure
from companion.config import Settings
from companion.errors import CompanionError
from companion.events import SPEAKERS, Health, Speaker, Utterance, Voice, Word
from companion.speech.ear import Speech
from companion.speech.guard import Evidence, junk_reason
from companion.speech.languages import SideLanguage
from companion.speech.runaway import without_loop
from companion.speech.speakers import RATE, SHORTEST_S, Embedding, People
from companion.speech.transcriber import Before, Transcriber, Transcript

_log = logging.getLogger(__name__)
SAME_TURN_S = 1.5
"""A side that goes on within this, uninterrupted, is still in its turn; the turn is read as a whole."""
LONGEST_TURN_WORDS = 70
NEAR_S = 3.0
"""An utterance that begins within this after the one before it is recognised together with its end."""
BEFORE_S = 15.0, 6.0, 3.0
"""So much of that one, or where time is short so much: more costs time and wins little."""
IN_TIME_S = 0.2
"""What there is for recognition between the beginning of a pause and the earliest end that it may be."""
SURELY_SPEECH = 0.6
"""Mean speech probability from which on: what may be a cough must not be filled up with what is likely after words."""


@dataclass(frozen=True, slots=True)
class _Turn:
    speaker: Speaker
    text: str
    t1: float


@dataclass(frozen=True, slots=True)
class _Said:
    speech: Speech
    heard: Transcript

    def end(self, last_s: float, until: float) -> Before | None:
        """Its last words with their sound, and silence ``until`` something is said again; None without their times."""
        words = self.heard.words
        if not words or len(words) != len(self.heard.text.split()):
            return None
        speech, seconds = self.speech, len(self.speech.samples) / RATE
        first = next((i for i, w in enumerate(words) if w.t0 >= seconds - last_s), len(words) - 1)
        begin = (words[first - 1].t1 + words[first].t0) / 2 if first else 0.0
        last = min(seconds, until - speech.samples_t0)
        sound = speech.samples[round(begin * RATE) : round(last * RATE)]
        silence = np.zeros(max(0, round((until - speech.samples_t0 - last) * RATE)), np.float32)
        return Before(np.concatenate([sound, silence]), " ".join(w.text for w in words[first:]))


@dataclass(frozen=True, slots=True)
class Understood:
    """What was read, and whether it is of a turn that goes on (then of all of it)."""

    reading: Reading
    continues: bool


class Conversation:
    """What was said so far, as turns, and the reading of what is said next."""

    def __init__(self, model: TextModel, context_turns: int) -> None:
        self._model = model
        self._context_turns = context_turns
        self._turns: deque[_Turn] = deque(maxlen=context_turns + 1)
        self._last_read: tuple[tuple[Turn, ...], Reading] = ((), Reading())

    def understands(self, language: str) -> bool:
        """Whether feelings are read from this language."""
        return self._model.understands(language)

    def foresee(self, speaker: Speaker, text: str, t0: float, t1: float, language: str) -> None:
        """Read ahead what may be said next, so that ``read`` will know it at once; nothing is remembered as said."""
        if self._model.understands(language):
            self._read(self._turns_with(speaker, text, t0, t1, whole=False)[0])

    def read(self, speaker: Speaker, text: str, t0: float, t1: float, language: str, *, whole: bool) -> Understood:
        """What may be read from what ``speaker`` said; ``whole`` when the text is a turn of its own."""
        turns, goes_on = self._turns_with(speaker, text, t0, t1, whole=whole)
        self._turns.clear()
        self._turns.extend(turns)
        return Understood(self._read(turns) if self._model.understands(language) else Reading(), goes_on)

    def _turns_with(
        self, speaker: Speaker, text: str, t0: float, t1: float, *, whole: bool
    ) -> tuple[list[_Turn], bool]:
        """The turns with what was said now, and whether that goes on with the last one."""
        turns = list(self._turns)
        last = turns[-1] if turns else None
        goes_on = (
            not whole
            and last is not None
            and last.speaker == speaker
            and t0 - last.t1 < SAME_TURN_S
            and len(last.text.split()) < LONGEST_TURN_WORDS
        )
        if goes_on and last is not None:
            turns[-1] = _Turn(speaker, f"{last.text} {text}", t1)
        else:
            turns.append(_Turn(speaker, text, t1))
        return turns[-self._context_turns - 1 :], goes_on

    def _read(self, turns: list[_Turn]) -> Reading:
        *context, current = said = tuple((turn.speaker, turn.text) for turn in turns)
        if said != self._last_read[0]:
            self._last_read = (said, self._model.read(current, context))
        return self._last_read[1]


class OnlyWords:
    """Tells, once in a session, that there is speech from which no feelings are read."""

    def __init__(self) -> None:
        self._told = False

    def news(self, mind: Conversation | Understanding, language: str) -> list[Health]:
        """What is to be told before an utterance in ``language``."""
        if self._told or mind.understands(language):
            return []
        self._told = True
        message = "Feelings are read from English only; this is just transcribed."
        return [Health(part="affect", state="degraded", message=message)]


class Understanding:
    """Recognises and reads, one utterance after the other; not ``live``: nobody waits for it."""

    def __init__(
        self,
        transcriber: Transcriber,
        model: TextModel,
        settings: Settings,
        load_smaller: Callable[[], Transcriber] | None = None,
        embed: Callable[[NDArray[np.float32]], Embedding] | None = None,
        *,
        live: bool = True,
    ) -> None:
        self._transcriber = self._usual = transcriber
        self._load_smaller = load_smaller
        self._smaller: Transcriber | None = None
        self._model = model
        self._conversation = Conversation(model, settings.affect.context_turns)
        self._voices = {
            speaker: VoiceBaseline()
            for speaker, wanted in (("me", settings.affect.voice_me), ("them", settings.affect.voice_them))
            if wanted
        }
        self._language = settings.speech.language
        self._reading = ThreadPoolExecutor(1, "reading")  # beside the times of the words
        self._embed = embed
        self._people = People()
        self._within_s = IN_TIME_S if live else math.inf
        self._said: dict[Speaker, _Said] = {}
        self._foreseen: dict[Speaker, tuple[float, float, Transcript | None]] = {}
        self._languages: dict[Speaker, SideLanguage] = {speaker: SideLanguage() for speaker in SPEAKERS}

    @property
    def has_smaller(self) -> bool:
        """Whether there is a smaller speech model to fall back to."""
        return self._load_smaller is not None

    def use_smaller(self, wanted: bool) -> None:
        """Recognise with the smaller model, or with the usual one again; the smaller is loaded when first needed."""
        if wanted and self._smaller is None and self._load_smaller is not None:
            try:
                self._smaller = self._load_smaller()
            except CompanionError as error:
                _log.warning("the smaller speech model: %s", error)
                self._load_smaller = None
        self._transcriber = self._smaller if wanted and self._smaller is not None else self._usual

    def know_voice(self, speaker: Speaker, usual: Iterable[VoiceFeatures]) -> None:
        """Begin with a voice that was learnt before the call."""
        baseline = self._voices.get(speaker)
        if baseline is not None:
            for features in usual:
                baseline.compare(features)

    def understands(self, language: str) -> bool:
        """Whether feelings are read from this language."""
        return self._model.understands(language)

    def words_so_far(self, speech: Speech) -> str:
        """A quick look at an utterance that goes on; empty where the words are not to be believed."""
        heard = self._transcriber.transcribe(
            speech.samples, choose=self._languages[speech.speaker].choose, words=False, within_s=0.0, last_word=False
        )
        return "" if heard.doubtful or _is_junk(speech, heard) else without_loop(heard.text)

    def foresee(
        self, speech: Speech, on_text: Callable[[str], None], pauses: Callable[[], bool] = lambda: True
    ) -> None:
        """Do all the work for an utterance that pauses, in case this is its end: then ``hear`` has it at once.

        ``on_text`` is told the words as soon as they are known (empty where they are not to be believed). The rest is
        left undone when ``pauses`` says that speech goes on: this was not the end.
        """
        ahead: list[Future[None]] = []

        def known(text: str) -> None:
            on_text(text)
            if text and self._language != "auto" and pauses():
                ahead.append(self._reading.submit(self._read_ahead, speech, text, self._language))

        heard = self._transcriber.transcribe(
            speech.samples,
            before=self._before(speech),
            choose=self._languages[speech.speaker].choose,
            on_text=known,
            still=pauses,
            within_s=self._within_s,
            last_word=False,
        )
        for reading in ahead:
            reading.result()
        if heard.doubtful or not pauses():
            return
        self._foreseen[speech.speaker] = (speech.t0, speech.t1, heard)
        if not ahead and not _is_junk(speech, heard):
            self._read_ahead(speech, heard.text, heard.language)

    def _read_ahead(self, speech: Speech, text: str, language: str) -> None:
        self._conversation.foresee(speech.speaker, text, speech.t0, speech.t1, language)

    def hear(self, speech: Speech) -> Utterance | None:
        """The utterance in a stretch of speech, or None where nothing was said after all."""
        t0, t1, heard = self._foreseen.pop(speech.speaker, (-1.0, -1.0, None))
        if heard is None or (t0, t1) != (speech.t0, speech.t1):
            heard = self._transcriber.transcribe(
                speech.samples,
                before=self._before(speech),
                choose=self._languages[speech.speaker].choose,
                within_s=self._within_s,
            )
        if _is_junk(speech, heard):
            return None
        self._said[speech.speaker] = _Said(speech, heard)
        if heard.detected is not None:
            self._languages[speech.speaker].note(*heard.detected, speech.t1 - speech.t0)
        understood = self._conversation.read(
            speech.speaker, heard.text, speech.t0, speech.t1, heard.language, whole=False
        )
        reading = understood.reading
        return Utterance(
            t=speech.t1,
            speaker=speech.speaker,
            t0=speech.t0,
            t1=speech.t1,
            text=heard.text,
            words=tuple(
                Word(w.text, w.t0 + speech.samples_t0, w.t1 + speech.samples_t0, w.probability) for w in heard.words
            ),
            language=heard.language,
            emotions=reading.emotions,
            drivers=reading.drivers,
            levels=reading.levels,
            voice=self._voice(speech, heard.text),
            continues=understood.continues,
            person=self._person(speech),
        )

    def _before(self, speech: Speech) -> list[Before]:
        """What the side said last, to hear it together with ``speech``; nothing where that is too long ago."""
        said = self._said.get(speech.speaker)
        if said is None or speech.confidence < SURELY_SPEECH or speech.t0 - said.speech.t1 > NEAR_S:
            return []
        ends = (said.end(seconds, speech.samples_t0) for seconds in BEFORE_S)
        return [before for before in ends if before is not None]

    def _person(self, speech: Speech) -> int:
        """Which of the people on the other side it was; 0 where that is not asked for or not to be told."""
        if self._embed is None or speech.speaker != "them":
            return 0
        first = round((speech.t0 - speech.samples_t0) * RATE)
        said = speech.samples[max(0, first) : round((speech.t1 - speech.samples_t0) * RATE)]
        long_enough = len(said) >= SHORTEST_S * RATE
        return self._people.label(self._embed(said) if long_enough else None, speech.t0, speech.t1)

    def _voice(self, speech: Speech, text: str) -> Voice | None:
        baseline = self._voices.get(speech.speaker)
        if baseline is None:
            return None
        features = measure(speech.samples, text)
        return baseline.compare(features) if features is not None else None


def _is_junk(speech: Speech, heard: Transcript) -> bool:
    evidence = Evidence(
        heard.text,
        speech.t1 - speech.t0,
        speech.confidence,
        heard.mean_log_probability,
        heard.no_speech_probability,
        heard.compression_ratio,
    )
    return junk_reason(evidence) is not None
