"""Whole calls: levels, onsets, false alarms, drivers and prompts, on the dev calls and on our unseen ones.

    .venv/bin/python bench/calls.py [--data ../shared] [--reader models/reader] [--audio] [--ablation] [--mistakes 10]

Computes what ``../shared/tools/eval_calls.py`` defines, in one process, and more: the worst mistakes; an ablation (words
only, with context, with the course of the talk, with voice, with each side's usual, with dynamics); and, with
``--audio``, the same calls as recordings and the false alarms an hour over all calm speech there is. Recordings are
recognised once and kept below ``build/``.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from recognised import one_after_the_other, recognised, reread, understood

from companion import config
from companion.affect.layout import Turn
from companion.affect.reader import OnnxReader
from companion.affect.reading import Reading, TextModel
from companion.clock import SystemClock
from companion.escalation import usual
from companion.events import Escalation, Event, Level, Prompt, SessionStarted, Utterance
from companion.pipeline.spine import Spine
from companion.pipeline.transcript import TranscriptCall, read_transcript
from companion.pipeline.understanding import Conversation

ROOT = Path(__file__).parents[1]
UNSEEN = ROOT / "models" / "training" / "corpus" / "unseen" / "calls"


@dataclass
class Remembering:
    """A text model that reads nothing twice, so that many settings can be tried on the same calls."""

    model: TextModel
    name: str = "remembered"
    seen: dict[tuple[Turn, tuple[Turn, ...]], Reading] = field(default_factory=dict)

    def understands(self, language: str) -> bool:
        return self.model.understands(language)

    def read(self, current: Turn, context: Sequence[Turn]) -> Reading:
        key = (current, tuple(context))
        if key not in self.seen:
            self.seen[key] = self.model.read(current, context)
        return self.seen[key]


@dataclass(frozen=True)
class Labelled:
    """A labelled call: its header and its turns."""

    path: Path
    head: dict
    turns: list[dict]

    @property
    def sound(self) -> Path:
        return self.path.with_suffix(".ogg")

    @property
    def times(self) -> Path:
        return self.path.with_name(self.path.stem + ".times.json")


@dataclass(frozen=True)
class Heard:
    """What came of a call, by turn."""

    levels: list[int]
    prompts: list[tuple[int, str]]
    drivers: list[list[str]]


def labelled(files: Iterable[Path]) -> list[Labelled]:
    out = []
    for file in sorted(files):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        out.append(Labelled(file, rows[0], rows[1:]))
    return out


def as_text(call: Labelled, model: TextModel, settings: config.Settings) -> list[Event]:
    """Through the real pipeline, at full speed."""
    events: list[Event] = []
    session = TranscriptCall(
        read_transcript(call.path),
        lambda: Conversation(model, settings.affect.context_turns),
        started=SessionStarted(source=call.path.name, started_unix=0.0),
        spine=lambda sinks, at: Spine(settings, sinks, at),
        sinks=[events.append],
        clock=SystemClock(),
    )
    session.run()
    return events


def follow_text(events: Iterable[Event], turns: Sequence[dict]) -> Heard:
    """The level after a turn is the last one before the next utterance."""
    levels, prompts, drivers = [0] * len(turns), [], [[] for _ in turns]
    i, level = -1, 0
    for event in events:
        if isinstance(event, Utterance):
            i += 1
            levels[i] = level
            drivers[i] = [d.id for d in event.drivers]
        elif isinstance(event, Escalation):
            level = event.level
            if i >= 0:
                levels[i] = level
        elif isinstance(event, Prompt):
            prompts.append((max(i, 0), event.move))
    return Heard(levels, prompts, drivers)


def follow_audio(events: Sequence[Event], times: Sequence[dict]) -> Heard:
    """The level of a turn is the last one by 2.5 s after its end; its drivers are those heard within its times."""
    steps = [(e.t, e.level) for e in events if isinstance(e, Escalation)]
    levels = [([0] + [level for t, level in steps if t <= w["t1"] + 2.5])[-1] for w in times]
    prompts = [
        (max([k for k, w in enumerate(times) if w["t1"] <= e.t + 0.3] or [0]), e.move)
        for e in events
        if isinstance(e, Prompt)
    ]
    drivers = []
    for w in times:
        found = [
            d
            for e in events
            if isinstance(e, Utterance) and e.t0 < w["t1"] and e.t1 > w["t0"]
            if (e.speaker == "me") == (w["speaker"] == "me")
            for d in e.drivers
        ]
        drivers.append([d.id for d in sorted(found, key=lambda d: -d.score)])
    return Heard(levels, prompts, drivers)


def score(calls: Sequence[Labelled], heard: Sequence[Heard]) -> dict[str, object]:
    """The figures, as ``eval_calls.py`` defines them, and how often the level changes."""
    s: Counter[str] = Counter()
    minutes = 0.0
    for call, got in zip(calls, heard, strict=True):
        gold = [t["level"] for t in call.turns]
        s["turns"] += len(gold)
        s["exact"] += sum(a == b for a, b in zip(got.levels, gold, strict=True))
        s["near"] += sum(abs(a - b) <= 1 for a, b in zip(got.levels, gold, strict=True))
        for name, found in (("changes", got.levels), ("changes_labelled", gold)):
            s[name] += sum(a != b for a, b in pairwise(found))
        if not call.head["escalates"]:
            s["calm"] += 1
            s["alarmed"] += max(got.levels) >= 2
            s["alarms"] += sum(b >= 2 > a for a, b in zip([0, *got.levels], got.levels, strict=False))
            s["calm_prompts"] += len(got.prompts)
            minutes += read_transcript(call.path)[-1].t1 / 60
            continue
        onset = call.head["onset_turn"] - 1
        s["escalating"] += 1
        s["hit"] += any(level >= 2 for level in got.levels[max(0, onset - 1) : onset + 3])
        s["early"] += any(level >= 2 for level in got.levels[: max(0, onset - 1)])
        moments = [i for i, t in enumerate(call.turns) if t.get("moves")]
        s["moments"] += len(moments)
        s["prompts"] += len(got.prompts)
        for i, move in got.prompts:
            near = [k for k in moments if 0 <= i - k <= 2]
            s["close"] += bool(near)
            s["right"] += any(move in call.turns[k]["moves"] for k in near)
        s["served"] += sum(
            any(0 <= i - k <= 2 and m in call.turns[k]["moves"] for i, m in got.prompts) for k in moments
        )
        for i in moments:
            if call.turns[i]["drivers"][0] != "none":
                s["lead"] += 1
                s["lead_ok"] += got.drivers[i][:1] == [call.turns[i]["drivers"][0]]

    def share(a: str, b: str) -> float | None:
        return round(100 * s[a] / s[b], 1) if s[b] else None

    return {
        "onset": f"{s['hit']}/{s['escalating']}", "early": s["early"], "calm_alarmed": f"{s['alarmed']}/{s['calm']}",
        "false_alarms_an_hour": round(60 * s["alarms"] / minutes, 2) if minutes else None,
        "calm_hours": round(minutes / 60, 2), "calm_prompts": s["calm_prompts"], "level_exact": share("exact", "turns"),
        "level_within1": share("near", "turns"), "level_changes": f"{s['changes']}, labelled {s['changes_labelled']}",
        "prompts": s["prompts"], "prompt_near_moment": share("close", "prompts"),
        "prompt_right_move": share("right", "prompts"), "moments_served": share("served", "moments"),
        "leading_driver": share("lead_ok", "lead"),
    }  # fmt: skip


def mistakes(calls: Sequence[Labelled], heard: Sequence[Heard], most: int) -> list[str]:
    """The turns that are furthest off: by two levels or three, then moments taken for another driver, the most heated first."""
    found = []
    for call, got in zip(calls, heard, strict=True):
        for i, turn in enumerate(call.turns):
            said = f"{call.head['id']} turn {i + 1}, {turn['speaker']}: {turn['text'][:90]}"
            off = got.levels[i] - turn["level"]
            if abs(off) >= 2:
                found.append((abs(off), 0, f"level {got.levels[i]}, not {turn['level']}: {said}"))
            wanted, named = turn["drivers"][0], got.drivers[i][0] if got.drivers[i] else "none"
            if turn.get("moves") and call.head["escalates"] and wanted not in ("none", named):
                found.append((0, turn["level"], f"{named}, not {wanted}: {said}"))
    return [text for *_, text in sorted(found, key=lambda f: f[:2], reverse=True)[:most]]


def reader_alone(events: Iterable[Event], model: TextModel, context: int, *, whole: bool) -> list[Event]:
    """The reader's own most likely level of each turn: no course of the talk."""
    conversation = Conversation(model, context)
    out: list[Event] = []
    for event in events:
        if isinstance(event, Utterance):
            read = reread(event, conversation, (), whole=whole)
            level = max(range(4), key=read.levels.__getitem__) if read.levels else 0
            out += [read, Escalation(t=event.t, level=level, score=0.0)]
    return out


@contextmanager
def nothing_usual() -> Iterator[None]:
    """As if nothing were ever usual for a side."""
    kept, usual.DISCOUNT = usual.DISCOUNT, 0.0
    try:
        yield
    finally:
        usual.DISCOUNT = kept


@dataclass(frozen=True)
class Mode:
    """One way to hear the calls: as text or as sound, with the events of each and the rule for its figures."""

    name: str
    calls: list[Labelled]
    events: list[list[Event]]
    follow: Callable[[list[Event], Labelled], Heard]

    @property
    def whole(self) -> bool:
        return not self.name.startswith("audio")

    def under(self, model: TextModel, settings: config.Settings, voices: Sequence[str] = ("me",)) -> list[Heard]:
        return [
            self.follow(understood(e, model, settings, voices, whole=self.whole), c)
            for e, c in zip(self.events, self.calls, strict=True)
        ]

    def alone(self, model: TextModel, context: int) -> list[Heard]:
        return [
            self.follow(reader_alone(e, model, context, whole=self.whole), c)
            for e, c in zip(self.events, self.calls, strict=True)
        ]


def modes(args: argparse.Namespace, model: TextModel, settings: config.Settings) -> Iterator[Mode]:
    """Dev and unseen calls as text, then those of which there is a recording."""
    sets = {
        "dev": labelled((args.data / "eval" / "dev" / "calls").glob("d*.jsonl")),
        "unseen": labelled(args.unseen.glob("*.jsonl")),
    }
    for name, calls in sets.items():
        if calls:
            events = [as_text(c, model, settings) for c in calls]
            yield Mode(f"text, {name}", calls, events, lambda e, c: follow_text(e, c.turns))
    for name, calls in sets.items() if args.audio else ():
        spoken = [c for c in calls if c.sound.is_file() and c.times.is_file()]
        if spoken:
            events = [recognised(c.sound, settings, args.kept) for c in spoken]
            yield Mode(f"audio, {name}", spoken, events, lambda e, c: follow_audio(e, json.loads(c.times.read_text())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--unseen", type=Path, default=UNSEEN, help="a folder of labelled calls of our own")
    parser.add_argument("--reader", type=Path, default=ROOT / "models" / "reader")
    parser.add_argument("--audio", action="store_true", help="the recordings too, and all calm speech there is")
    parser.add_argument("--kept", type=Path, default=ROOT / "build" / "recognised", help="what was recognised before")
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--mistakes", type=int, default=0)
    args = parser.parse_args()
    model = Remembering(OnnxReader(args.reader))
    settings = config.Settings()
    for mode in modes(args, model, settings):
        heard = mode.under(model, settings)
        row = {"what": f"calls, {mode.name}", "calls": len(heard), **score(mode.calls, heard)}
        print(json.dumps(row), flush=True)
        for line in mistakes(mode.calls, heard, args.mistakes):
            print(f"  {line}")
        if args.ablation:
            ablation(mode, model, settings)
    if args.audio:
        calm_speech(args, model, settings)


def ablation(mode: Mode, model: TextModel, settings: config.Settings) -> None:
    """From the words alone to everything, one thing more in each row."""
    still = dataclasses.replace(settings, escalation=dataclasses.replace(settings.escalation, dynamics=False))
    rows = {
        "words only": mode.alone(model, 0),
        "+ context": mode.alone(model, settings.affect.context_turns),
    }
    with nothing_usual():
        rows["+ course"] = mode.under(model, still, voices=())
        if not mode.whole:
            rows["+ voice (me)"] = mode.under(model, still)
    rows["+ each side's usual"] = mode.under(model, still)
    rows["+ dynamics (everything)"] = mode.under(model, settings)
    if not mode.whole:
        rows["everything, and their voice"] = mode.under(model, settings, voices=("me", "them"))
    kept = ("onset", "early", "calm_alarmed", "level_exact", "level_within1", "leading_driver")
    for what, heard in rows.items():
        figures = score(mode.calls, heard)
        print(json.dumps({"what": f"ablation, {mode.name}, {what}", **{k: figures[k] for k in kept}}), flush=True)


def calm_speech(args: argparse.Namespace, model: TextModel, settings: config.Settings) -> None:
    """False alarms an hour over recordings in which nobody quarrels: meetings, read speech, calm calls."""
    real = args.data / "eval" / "real"
    calm = [c for c in labelled((args.data / "eval" / "dev" / "calls").glob("d*.jsonl")) if not c.head["escalates"]]
    kinds = {
        "meetings": sorted((real / "meetings").glob("*.flac")),
        "read speech": sorted((real / "read_speech").glob("*.flac")),
        "calm calls": [c.sound for c in calm if c.sound.is_file()],
    }
    alarms = hours = 0.0
    for name, files in kinds.items():
        pieces = [recognised(f, settings, args.kept) for f in files]
        talks = pieces if name == "calm calls" else [one_after_the_other(pieces)]
        told = [e for talk in talks for e in understood(talk, model, settings) if isinstance(e, Escalation)]
        found = sum(e.level >= Level.HEATED > e.previous for e in told)
        length = sum(max((e.t for e in talk), default=0.0) for talk in talks) / 3600
        alarms, hours = alarms + found, hours + length
        print(
            json.dumps({"what": f"calm speech, {name}", "hours": round(length, 3), "false_alarms": found}), flush=True
        )
    if hours:
        row = {"hours": round(hours, 3), "false_alarms_an_hour": round(alarms / hours, 2)}
        print(json.dumps({"what": "calm speech, all", **row}), flush=True)


if __name__ == "__main__":
    main()
