"""From a stretch of speech to an utterance: recognition, the junk guard, the reading of words and voice.

It remembers what was said, for context, and each side's usual voice. It belongs to the inference worker.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

from companion.affect.layout import Turn
from companion.affect.reading import Reading, TextModel
from companion.affect.voice import VoiceBaseline, VoiceFeatures, measure
from companion.config import Settings
from companion.events import SPEAKERS, Speaker, Utterance, Voice, Word
from companion.speech.ear import Speech
from companion.speech.guard import Evidence, junk_reason
from companion.speech.transcriber import Transcriber

SAME_TURN_S = 1.5
"""A side that goes on within this, uninterrupted, is still in its turn; the turn is read as a whole."""
LONGEST_TURN_WORDS = 70
LANGUAGE_VOTES = 3
"""Detections after which a side's language is settled."""


@dataclass(slots=True)
class _Turn:
    speaker: Speaker
    text: str
    t1: float


class Conversation:
    """What was said so far, as turns, and the reading of what is said next."""

    def __init__(self, model: TextModel, context_turns: int) -> None:
        self._model = model
        self._context_turns = context_turns
        self._turns: deque[_Turn] = deque(maxlen=context_turns + 1)

    def read(self, speaker: Speaker, text: str, t0: float, t1: float, language: str, *, whole: bool) -> Reading:
        """What may be read from what ``speaker`` said; ``whole`` when the text is a turn of its own."""
        last = self._turns[-1] if self._turns else None
        goes_on = (
            not whole
            and last is not None
            and last.speaker == speaker
            and t0 - last.t1 < SAME_TURN_S
            and len(last.text.split()) < LONGEST_TURN_WORDS
        )
        if goes_on and last is not None:
            last.text, last.t1 = f"{last.text} {text}", t1
        else:
            self._turns.append(_Turn(speaker, text, t1))
        if not self._model.understands(language):
            return Reading()
        *before, current = self._turns
        context: list[Turn] = [(turn.speaker, turn.text) for turn in before]
        return self._model.read((current.speaker, current.text), context[-self._context_turns :])


class Understanding:
    """Recognises and reads, one utterance after the other."""

    def __init__(self, transcriber: Transcriber, model: TextModel, settings: Settings) -> None:
        self._transcriber = transcriber
        self._model = model
        self._conversation = Conversation(model, settings.affect.context_turns)
        self._voices = {
            speaker: VoiceBaseline()
            for speaker, wanted in (("me", settings.affect.voice_me), ("them", settings.affect.voice_them))
            if wanted
        }
        self._auto = settings.speech.language == "auto"
        self._votes: dict[Speaker, Counter[str]] = {speaker: Counter() for speaker in SPEAKERS}

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
        """A quick look at an utterance that goes on."""
        return self._transcriber.transcribe(speech.samples, language=self._language(speech.speaker), words=False).text

    def hear(self, speech: Speech) -> Utterance | None:
        """The utterance in a stretch of speech, or None where nothing was said after all."""
        heard = self._transcriber.transcribe(speech.samples, language=self._language(speech.speaker))
        evidence = Evidence(
            heard.text,
            speech.t1 - speech.t0,
            speech.confidence,
            heard.mean_log_probability,
            heard.no_speech_probability,
            heard.compression_ratio,
        )
        if junk_reason(evidence) is not None:
            return None
        if self._auto:
            self._votes[speech.speaker][heard.language] += 1
        reading = self._conversation.read(speech.speaker, heard.text, speech.t0, speech.t1, heard.language, whole=False)
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
        )

    def _voice(self, speech: Speech, text: str) -> Voice | None:
        baseline = self._voices.get(speech.speaker)
        if baseline is None:
            return None
        features = measure(speech.samples, text)
        return baseline.compare(features) if features is not None else None

    def _language(self, speaker: Speaker) -> str | None:
        """The language to recognise a side in: as set, or what was detected often enough; None detects."""
        if not self._auto:
            return None
        votes = self._votes[speaker].most_common(1)
        return votes[0][0] if votes and votes[0][1] >= LANGUAGE_VOTES else None
