"""``companion calibrate --voice``: a minute of the user's ordinary speech, guided."""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from companion.errors import UsageError
from companion.plain import clean

if TYPE_CHECKING:
    from companion.config import Settings
    from companion.pipeline.usual_voice import VoiceLesson

LONGEST_S = 150.0
"""Seconds after which the lesson ends, however little was said."""
QUIET_S = 10.0
"""Seconds without any speech after which that is told."""
NOTHING = "No speech is heard yet. Speak up, or press Ctrl-C and look with: companion devices --test"
GUIDE = """\
This learns your usual voice, so that a call can tell when yours is more pressed than that.
Speak for about a minute as you would to a colleague you like. Pauses are fine, and Ctrl-C ends it sooner. For example:

  - What did you do this morning, from getting up until now?
  - How do you get from your door to the nearest shop?
  - What is the next thing you look forward to, and why?

Nothing is recorded: only a few numbers for each sentence are kept.
"""


def learn(file: Path | None) -> None:
    """Listen to the microphone, or to a recording; keep the numbers."""
    from companion import config, locations
    from companion.pipeline import usual_voice
    from companion.pipeline.build import make_ears

    settings = config.load()
    lesson = usual_voice.VoiceLesson(make_ears(settings)["me"])
    if file is None:
        _listen(lesson, settings)
    else:
        _play(lesson, file)
    lesson.end()
    learnt = usual_voice.features(lesson.heard, usual_voice.recogniser(settings))
    path = locations.voice_path()
    usual_voice.save(path, learnt)
    click.echo(f"Learnt from {lesson.spoken_s:.0f} s of speech; {len(learnt)} lines of numbers are in {path}.")
    click.echo(f"To forget it: delete that file ({path.name}).")


def _play(lesson: VoiceLesson, file: Path) -> None:
    from companion.audio.files import open_audio

    if not file.exists():
        raise UsageError(f"There is no file {file}.", "Check the path.")
    for _, sides in open_audio(file, mono_as="me"):
        samples = sides["me"]
        if samples is not None:
            lesson.feed(samples)


def _listen(lesson: VoiceLesson, settings: Settings) -> None:
    from companion.audio.live import LiveEars
    from companion.clock import SystemClock
    from companion.pipeline.usual_voice import WANTED_S

    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to guide you on.", "Use: companion calibrate --voice --file me.wav")
    click.echo(GUIDE)
    click.prompt("Press Enter, and begin", default="", show_default=False, prompt_suffix=" … ")
    microphone = "default" if settings.audio.microphone == "off" else settings.audio.microphone
    ears = LiveEars(dataclasses.replace(settings.audio, microphone=microphone, system="off"), SystemClock())
    ears.open()
    began = time.monotonic()
    told = False
    try:
        with click.progressbar(length=int(WANTED_S), label="Heard", show_eta=False, file=sys.stderr) as bar:
            while lesson.spoken_s < WANTED_S and (spent := time.monotonic() - began) < LONGEST_S:
                for chunk in ears.read(0.1):
                    lesson.feed(chunk.samples)
                trouble = [h.message for h in ears.drain_health() if h.part == "me" and h.state != "ok"]
                if not told and not trouble and spent > QUIET_S and not lesson.spoken_s:
                    trouble = [NOTHING]
                for message in trouble:
                    told = True
                    click.echo(f"\n{clean(message)}", err=True)
                bar.update(int(lesson.spoken_s) - bar.pos)
    except KeyboardInterrupt:
        click.echo(err=True)
    finally:
        ears.close()
    click.echo("Heard; now to numbers …", err=True)
