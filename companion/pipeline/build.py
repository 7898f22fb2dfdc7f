"""Builds sessions: which input, which models, which sinks. Heavy things are loaded when the session runs."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from companion import locations
from companion.affect.reading import TextModel
from companion.clock import Clock, SystemClock
from companion.config import Settings
from companion.errors import CompanionError, UsageError
from companion.events import SPEAKERS, SessionStarted, Speaker
from companion.pipeline import usual_voice
from companion.pipeline.call import Call
from companion.pipeline.heap import share_arenas
from companion.pipeline.inputs import FULL_SPEED, Block, FileInput, Input
from companion.pipeline.spine import Sink, Spine
from companion.pipeline.transcript import TranscriptCall, read_transcript
from companion.pipeline.understanding import Conversation, Understanding
from companion.playbook import prep
from companion.speech.ear import Ear

LIVE = "live"
"""The name of a session that hears devices."""
SMALLEST = "tiny.en"
"""A third of the base model's work, English only, 75 MB."""
OUR_READERS = {"reader": "reader", "small": "reader-small"}
"""The text readers that come with the program, and their folders."""


@dataclass(frozen=True, slots=True)
class Source:
    """What to listen to. ``other`` is a second file, of the other side, with ``path`` the user's."""

    path: Path
    other: Path | None = None
    mono_as: Speaker = "them"

    @property
    def is_transcript(self) -> bool:
        """Whether it is text."""
        return self.path.suffix.lower() in (".jsonl", ".ndjson") and self.other is None

    @property
    def name(self) -> str:
        """A short name for people."""
        return self.path.name


def open_file(
    source: Source,
    settings: Settings,
    sinks: Sequence[Sink] = (),
    *,
    speed: float = FULL_SPEED,
    longest_s: float | None = None,
    clock: Clock | None = None,
) -> Call | TranscriptCall:
    """A session over a file of sound or text; raises ``UsageError`` when the file cannot be used."""
    clock = clock or SystemClock()
    if source.is_transcript:
        return _transcript(source, settings, sinks, speed, longest_s, clock)
    from companion.audio.files import open_audio, open_pair

    audio = (
        open_pair(source.path, source.other)
        if source.other is not None
        else open_audio(source.path, mono_as=source.mono_as)
    )

    def blocks() -> Iterator[Block]:
        for t, sides in audio:
            yield t, {s: x for s, x in sides.items() if x is not None}

    check_speech_model(settings)
    share_arenas()
    return Call(
        _clean(FileInput(blocks(), clock, speed, audio.warnings), settings),
        lambda: make_ears(settings),
        lambda: load_understanding(settings, live=speed != FULL_SPEED),
        started=_started(source.name, settings, audio.duration_s),
        settings=settings,
        sinks=sinks,
        clock=clock,
        longest_s=longest_s,
    )


def open_live(
    settings: Settings,
    sinks: Sequence[Sink] = (),
    *,
    longest_s: float | None = None,
    clock: Clock | None = None,
    record_to: Callable[[], Path] | None = None,
) -> Call:
    """A session over the microphone and the system's output; ``record_to`` tells, once it runs, where to record it."""
    from companion.pipeline.hearing import LiveInput

    clock = clock or SystemClock()
    check_speech_model(settings)
    check_devices(settings)
    share_arenas()
    return Call(
        _clean(LiveInput(settings, clock, record_to), settings),
        lambda: make_ears(settings),
        lambda: load_understanding(settings),
        started=_started(LIVE, settings, None),
        settings=settings,
        sinks=sinks,
        clock=clock,
        longest_s=longest_s,
    )


def _clean(source: Input, settings: Settings) -> Input:
    from companion.pipeline.echo import WithoutEcho

    return WithoutEcho(source) if settings.audio.cancel_echo else source


def _transcript(
    source: Source, settings: Settings, sinks: Sequence[Sink], speed: float, longest_s: float | None, clock: Clock
) -> TranscriptCall:
    turns = read_transcript(source.path)
    language = settings.speech.language if settings.speech.language != "auto" else "en"
    started = dataclasses.replace(
        _started(source.name, settings, max(turn.t1 for turn in turns)), language=language, speech_model=""
    )
    return TranscriptCall(
        turns,
        lambda: Conversation(load_text_model(settings), settings.affect.context_turns),
        started=started,
        spine=lambda all_sinks, at: Spine(settings, all_sinks, at),
        sinks=sinks,
        clock=clock,
        speed=speed,
        longest_s=longest_s,
    )


def _started(source: str, settings: Settings, duration_s: float | None) -> SessionStarted:
    return SessionStarted(
        source=source,
        started_unix=time.time(),
        language=settings.speech.language,
        speech_model=settings.speech.model,
        text_model=settings.affect.text_model,
        sensitivity=settings.escalation.sensitivity,
        duration_s=duration_s,
        prep=prep.load(locations.prep_path()) if source == LIVE else {},
    )


def make_ears(settings: Settings) -> dict[Speaker, Ear]:
    """One ear per side, over one loaded voice activity model."""
    from companion.speech.endpoint import Endpointer
    from companion.speech.vad import SileroVad, load_silero

    model = load_silero()
    speech = settings.speech
    return {
        speaker: Ear(
            speaker,
            SileroVad(model),
            Endpointer(threshold=speech.vad_threshold, pause_s=speech.pause_s, longest_s=speech.longest_s),
        )
        for speaker in SPEAKERS
    }


def speech_model_path(name: str) -> Path:
    """The folder of a speech model: a folder itself, one that was pulled, or one of the hub's own cache.

    Raises ``CompanionError`` with the command that pulls it.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "model.bin").is_file():
            raise UsageError(f"The folder {folder} holds no faster-whisper model (model.bin).", "Check speech.model.")
        return folder
    from companion.modelstore.store import ModelStore

    store = ModelStore(locations.models_dir())
    if name in store.manifest.models:
        return store.path(name)
    from companion.modelstore import named

    found = named.cached(name)
    if found is None:
        raise CompanionError(f'The speech model "{name}" is not on this machine.', f"Run: companion models pull {name}")
    return found


def speaker_model_path() -> Path:
    """The folder of the model that tells voices apart; raises ``CompanionError`` with the command that pulls it."""
    from companion.modelstore.store import ModelStore
    from companion.speech.speakers import MODEL

    return ModelStore(locations.models_dir()).path(MODEL)


def check_speech_model(settings: Settings) -> None:
    """Raise now, before anything is opened, when a model that listening needs is not there."""
    from companion.pipeline import choosing

    if settings.speech.speakers:
        speaker_model_path()
    if settings.speech.model == choosing.AUTO:
        if not choosing.candidates(settings.speech.language, speech_model_path):
            speech_model_path("base")  # says how to pull it
    else:
        speech_model_path(settings.speech.model)


def check_devices(settings: Settings) -> None:
    """Raise now, before the screen is up, when a device that the user named cannot be meant."""
    from companion.audio.opening import find_source

    for wanted, kind in ((settings.audio.microphone, "input"), (settings.audio.system, "output")):
        if wanted not in ("default", "off"):
            find_source(wanted, "input" if kind == "input" else "output")


def load_understanding(settings: Settings, *, live: bool = True) -> Iterator[Understanding | None]:
    """Load the models of recognition and reading; takes seconds (more the first time with "auto", which measures).

    A step at a time, None after each and the result in the end: who no longer wants it asks no further.
    """
    from companion.pipeline import choosing
    from companion.speech.speakers import SpeakerEmbedder
    from companion.speech.transcriber import Transcriber

    if settings.speech.model == choosing.AUTO:
        chosen = choosing.model_for(settings.speech.language, speech_model_path)
        settings = dataclasses.replace(settings, speech=dataclasses.replace(settings.speech, model=chosen))
        yield None
    speech = settings.speech
    transcriber = Transcriber(
        speech_model_path(speech.model),
        name=speech.model,
        language=speech.language,
        threads=speech.threads,
        glossary=speech.glossary,
    )
    yield None
    model = load_text_model(settings)
    yield None
    transcriber.warm_up()
    smaller = smaller_speech_model(settings)
    load_smaller = (lambda: Transcriber(speech_model_path(smaller), name=smaller, beams=1)) if smaller else None
    embed = SpeakerEmbedder(speaker_model_path()).embed if speech.speakers else None
    understanding = Understanding(transcriber, model, settings, load_smaller, embed, live=live)
    understanding.know_voice("me", usual_voice.load(locations.voice_path()))
    yield understanding


def smaller_speech_model(settings: Settings) -> str | None:
    """The model that takes over when the machine is too slow: the smallest that is here and knows the language."""
    speech = settings.speech
    if speech.model == SMALLEST or speech.language != "en":
        return None
    try:
        speech_model_path(SMALLEST)
    except CompanionError:
        return None
    return SMALLEST


def load_text_model(settings: Settings) -> TextModel:
    """Our reader, or the text-classification model that the user named."""
    name = settings.affect.text_model
    if name in OUR_READERS:
        from companion.affect.reader import OnnxReader

        return OnnxReader(locations.shipped("models", OUR_READERS[name]))
    from companion.affect.foreign import load_classifier

    return load_classifier(name)
