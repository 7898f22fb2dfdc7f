"""Settings: one TOML file shipped with every default, the user's own file over it, typed and strict.

A key that is not known is refused with its file and the nearest valid one; so is a value that cannot be. The defaults
are written here and, with a comment for people, in ``config.toml`` (a test holds them equal).
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from companion import locations
from companion.errors import UsageError
from companion.terms import DRIVERS, MOVES

Fraction = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Ladder = Annotated[tuple[Fraction, Fraction, Fraction], Meta(description="for levels 1, 2 and 3")]

LANGUAGES = tuple(
    re.findall(
        r"\w+",
        "auto af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he "
        "hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn "
        "no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi "
        "yo zh yue ",
    )
)
"""What ``speech.language`` may be: the codes that Whisper knows (a test compares them with faster-whisper's)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSettings:
    """The ears."""

    microphone: str = "default"
    """Name, part of a name or index of the user's microphone; "off" leaves it closed."""
    system: str = "default"
    """What is heard of the other side: the output whose sound is listened to; "off" leaves it closed."""
    cancel_echo: bool = True
    """Take the other side out of the microphone's sound, once it is found there."""
    ring_s: Annotated[float, Meta(ge=2, le=600)] = 60.0
    """Seconds of sound that may wait per channel before the oldest is dropped (and counted)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSettings:
    """From sound to words."""

    model: Annotated[str, Meta(min_length=1)] = "base"
    """"base", "tiny.en", any faster-whisper model on the hub, a folder, or "auto"."""
    language: str = "en"
    """A Whisper language code, or "auto"."""
    threads: Annotated[int, Meta(ge=0, le=64)] = 0
    """Processor threads for recognition; 0 chooses."""
    vad_threshold: Fraction = 0.5
    """Probability of speech at which a frame counts as speech."""
    pause_s: Annotated[float, Meta(ge=0.2, le=5)] = 0.6
    """Silence that ends an utterance."""
    longest_s: Annotated[float, Meta(ge=5, le=28)] = 18.0
    """Speech without a pause is cut, at its quietest point, after this."""
    partials: bool = True
    """Show words while they are still being spoken."""
    glossary: tuple[str, ...] = ()
    """Names and terms of the trade that recognition should prefer."""
    speakers: bool = False
    """Tell several people on the other side apart by their voices; needs `companion models pull speakers`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectSettings:
    """From words and voice to feelings and drivers."""

    text_model: Annotated[str, Meta(min_length=1)] = "reader"
    """"reader" (accurate) or "small" (for weak machines), both ours; else a Hugging Face text-classification model."""
    context_turns: Annotated[int, Meta(ge=0, le=12)] = 5
    """How many earlier turns the reader sees."""
    voice_me: bool = True
    """Read vocal effort from the user's own channel."""
    voice_them: bool = False
    """Read vocal effort from the other side: emotion recognition of other people, restricted by law in places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationSettings:
    """When the talk counts as tense, heated or breaking."""

    sensitivity: Annotated[float, Meta(ge=-1, le=1)] = 0.0
    """-1 hardly ever speaks up, 0 as delivered, 1 speaks up early."""
    enter: Ladder = (0.55, 0.55, 0.60)
    """Belief that the level is at least 1, 2, 3, at which it is entered."""
    leave: Ladder = (0.45, 0.45, 0.50)
    """Belief below which it is left again."""
    half_life_s: Annotated[float, Meta(ge=5, le=3600)] = 90.0
    """Silence in which the belief relaxes half-way to calm."""
    defer_s: Annotated[float, Meta(ge=0, le=120)] = 0.0
    """A step up to heated is told only when it has lasted this long; breaking is told at once."""
    weights: Mapping[str, Annotated[float, Meta(ge=0, le=2)]] = field(default_factory=dict)
    """How much a driver counts for the level: 1 (or not named) as delivered, 0 not at all, 2 twice."""
    agreement: tuple[Annotated[float, Meta(ge=0.25, le=4)], Annotated[float, Meta(ge=-4, le=4)]] = (1.0, 0.0)
    """From what it believes to how likely you agree: slope and offset in log-odds; calibration fits it."""
    dynamics: bool = True
    """Whether speaking over the other, turn lengths and pace count a little beside words and voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachSettings:
    """When to speak, and when to be silent."""

    enabled: bool = True
    """Whether to suggest anything at all."""
    min_gap_s: Seconds = 20.0
    """Least time between two prompts."""
    per_hour: Annotated[int, Meta(ge=0, le=120)] = 6
    """Most prompts in any hour."""
    shown_s: Seconds = 6.0
    """A prompt stays at least this long."""
    expires_s: Seconds = 45.0
    """A prompt whose moment has passed leaves after this."""
    less: tuple[str, ...] = ()
    """Moves that are offered only where no other fits: they never helped this user."""
    playbook: str = ""
    """The user's own playbook file, laid over ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSettings:
    """How it looks."""

    theme: Literal["dark", "light", "contrast"] = "dark"
    """Colours of the screen."""
    transcript: bool = True
    """Whether the transcript is shown."""
    alert: Literal["off", "bell", "desktop"] = "off"
    """A soft sign when the talk is breaking: the terminal's bell, or a notification of the desktop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsSettings:
    """What is kept."""

    keep: bool = True
    """Write sessions to the journal; off keeps nothing at all."""
    keep_days: Annotated[int, Meta(ge=0, le=36_500)] = 0
    """Delete sessions older than this many days; 0 keeps them."""
    keep_mb: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    """Delete the oldest sessions when everything kept takes more megabytes; 0 keeps them."""
    record: bool = False
    """Keep the sound of live calls too, beside the journal; deleted with the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings."""

    audio: AudioSettings = field(default_factory=AudioSettings)
    speech: SpeechSettings = field(default_factory=SpeechSettings)
    affect: AffectSettings = field(default_factory=AffectSettings)
    escalation: EscalationSettings = field(default_factory=EscalationSettings)
    coach: CoachSettings = field(default_factory=CoachSettings)
    screen: ScreenSettings = field(default_factory=ScreenSettings)
    sessions: SessionsSettings = field(default_factory=SessionsSettings)


def load(path: Path | None = None) -> Settings:
    """The shipped defaults with the user's file over them (``path``, else the user's own if there is one).

    Raises ``UsageError`` naming the file, the key and the nearest valid one.
    """
    layers = [locations.shipped("config.toml")]
    if path is not None:
        layers.append(path)
    elif locations.user_config_path().is_file():
        layers.append(locations.user_config_path())
    merged: dict[str, Any] = {}
    for layer in layers:
        data = read_toml(layer)
        check_keys(data, Settings, layer)
        parse(data, layer)
        for section, values in data.items():
            merged.setdefault(section, {}).update(values)
    settings = parse(merged, layers[-1])
    check_sense(settings, layers[-1])
    return settings


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as plain data; raises ``UsageError`` when it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise UsageError(f"There is no settings file {path}.", "Check the path after --config.") from error
    except OSError as error:
        what = f"The settings file {path} cannot be read ({error.strerror})."
        raise UsageError(what, "Check the path and its permissions.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The settings file {path} is not UTF-8 text.", "Save it as UTF-8.") from error
    except (ValueError, RecursionError) as error:  # tomllib's own error, numbers too long and nesting too deep
        raise UsageError(f"The settings file {path} is not valid TOML: {error}.", "Mend that line.") from error


def check_keys(data: Mapping[str, Any], cls: type, path: Path, prefix: str = "") -> None:
    """Raise ``UsageError`` for the first key that ``cls`` does not have, with the nearest that it has."""
    known = {f.name for f in dataclasses.fields(cls)}
    hints = get_type_hints(cls)
    for key, value in data.items():
        name = f"{prefix}{key}"
        if key not in known:
            raise UsageError(f'{path}: "{name}" is not a setting.', _nearest_key(key, cls, prefix))
        if dataclasses.is_dataclass(hints[key]):
            if not isinstance(value, Mapping):
                raise UsageError(f'{path}: "{name}" is a section.', f"Write it as [{name}] with its settings below.")
            check_keys(value, hints[key], path, f"{name}.")


def _nearest_key(key: str, cls: type, prefix: str) -> str:
    """What was probably meant: a setting of this section, else one of that very name in another."""
    known = [f.name for f in dataclasses.fields(cls)]
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.5)
    if near:
        return f'Did you mean "{prefix}{near[0]}"?'
    elsewhere = [name for name in flat(Settings()) if name.partition(".")[2] == key.lower()]
    if elsewhere:
        return f'Did you mean "{elsewhere[0]}", under [{elsewhere[0].partition(".")[0]}]?'
    return f"Valid here: {', '.join(sorted(known))}."


def parse(data: Mapping[str, Any], path: Path) -> Settings:
    """Typed settings of plain data; raises ``UsageError`` naming the key whose value cannot be."""
    try:
        return msgspec.convert(data, Settings)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        key = where.rstrip("`").lstrip(".") or "the file"
        what = f'{path}: "{key}" has an impossible value: {what[:1].lower()}{what[1:]}.'
        raise UsageError(what, _valid_values(data, key)) from error


def _valid_values(data: Mapping[str, Any], key: str) -> str:
    """Where only a few words are allowed: the nearest, or all of them."""
    section, _, name = key.partition(".")
    kind = get_type_hints(get_type_hints(Settings).get(section, Settings)).get(name)
    if get_origin(kind) is not Literal:
        return ""
    near = difflib.get_close_matches(str(data[section][name]), get_args(kind), n=1, cutoff=0.5)
    return f'Did you mean "{near[0]}"?' if near else f"Valid are: {', '.join(get_args(kind))}."


def check_sense(settings: Settings, path: Path) -> None:
    """Raise ``UsageError`` where settings contradict each other."""
    language = settings.speech.language
    if language not in LANGUAGES:
        near = difflib.get_close_matches(language.lower(), LANGUAGES, n=1, cutoff=0.5)
        hint = f'Did you mean "{near[0]}"?' if near else 'Use a Whisper code such as "en", "de", "fr", or "auto".'
        raise UsageError(f'{path}: "speech.language" has an impossible value: there is no language "{language}".', hint)
    e = settings.escalation
    if math.isnan(e.sensitivity):
        raise UsageError(f'{path}: "escalation.sensitivity" must be a number.', "From -1 to 1; 0 is as delivered.")
    for level, (enter, leave) in enumerate(zip(e.enter, e.leave, strict=True), 1):
        if leave >= enter:
            raise UsageError(
                f'{path}: "escalation.leave" of level {level} ({leave}) must be below "escalation.enter" ({enter}).',
                "Otherwise the level would flicker.",
            )
    for name, ladder in (("enter", e.enter), ("leave", e.leave)):
        if not ladder[0] <= ladder[1] <= ladder[2]:
            raise UsageError(
                f'{path}: "escalation.{name}" must not fall from level to level, but is {list(ladder)}.',
                f"Write the lowest first: {sorted(ladder)}.",
            )
    less = settings.coach.less
    for key, names, known in (("escalation.weights", e.weights, DRIVERS), ("coach.less", less, _moves(settings.coach))):
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
                hint = f'Did you mean "{near[0]}"?' if near else f"There are: {', '.join(known)}."
                raise UsageError(f'{path}: "{key}" names "{name}", which is not known.', hint)


def _moves(coach: CoachSettings) -> tuple[str, ...]:
    """The moves that there are: ours, and those that the user's own playbook adds.

    It is looked into only for a name in ``less`` that is not ours. While it cannot be read, the name is let pass: what
    is wrong with it is told where it is used.
    """
    if not coach.playbook or set(coach.less) <= set(MOVES):
        return MOVES
    try:
        data = tomllib.loads(Path(coach.playbook).expanduser().read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RuntimeError):  # not there, no UTF-8, no TOML, nested too deeply, or "~" of nobody
        return (*MOVES, *coach.less)
    moves = data.get("moves", {})
    return (*MOVES, *(moves if isinstance(moves, dict) else coach.less))


def flat(settings: Settings) -> dict[str, Any]:
    """``section.key`` -> value, in order."""
    return {
        f"{section.name}.{key}": value
        for section in dataclasses.fields(settings)
        for key, value in msgspec.to_builtins(getattr(settings, section.name)).items()
    }
