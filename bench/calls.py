"""Whole calls as text: levels, onsets, false alarms, drivers and prompts, on the dev calls and on our unseen ones.

    .venv/bin/python bench/calls.py [--data ../shared] [--reader models/reader] [--ablation] [--mistakes 10]

Computes what ``../shared/tools/eval_calls.py`` defines, in one process, and more: false alarms an hour of calm talk, the
worst mistakes, and an ablation (words only, with context, with the course of the talk).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from companion import config
from companion.affect.layout import Turn
from companion.affect.reader import OnnxReader
from companion.affect.reading import Reading, TextModel
from companion.clock import SystemClock
from companion.events import Escalation, Event, Prompt, SessionStarted, Utterance
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


def hear(call: Labelled, model: TextModel, settings: config.Settings) -> Heard:
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
    return follow(events, len(call.turns))


def follow(events: Iterable[Event], turns: int) -> Heard:
    """The level after a turn is the last one before the next utterance."""
    levels, prompts, drivers = [0] * turns, [], [[] for _ in range(turns)]
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


def score(calls: Sequence[Labelled], heard: Sequence[Heard]) -> dict[str, object]:
    """The figures, as ``eval_calls.py`` defines them."""
    s: Counter[str] = Counter()
    minutes = 0.0
    for call, got in zip(calls, heard, strict=True):
        gold = [t["level"] for t in call.turns]
        s["turns"] += len(gold)
        s["exact"] += sum(a == b for a, b in zip(got.levels, gold, strict=True))
        s["near"] += sum(abs(a - b) <= 1 for a, b in zip(got.levels, gold, strict=True))
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
        "level_within1": share("near", "turns"), "prompts": s["prompts"], "prompt_near_moment": share("close", "prompts"),
        "prompt_right_move": share("right", "prompts"), "moments_served": share("served", "moments"),
        "leading_driver": share("lead_ok", "lead"),
    }  # fmt: skip


def mistakes(calls: Sequence[Labelled], heard: Sequence[Heard], most: int) -> list[str]:
    """The turns whose level is furthest off, the longest stretches first."""
    found = []
    for call, got in zip(calls, heard, strict=True):
        for i, turn in enumerate(call.turns):
            off = got.levels[i] - turn["level"]
            if abs(off) >= 2:
                said = f"{turn['speaker']}: {turn['text'][:90]}"
                found.append(
                    (abs(off), f"{call.head['id']} turn {i + 1}: {got.levels[i]}, not {turn['level']}: {said}")
                )
    return [text for _, text in sorted(found, key=lambda f: -f[0])[:most]]


class ReaderAlone:
    """The reader's own most likely level of each turn: no course of the talk."""

    @staticmethod
    def hear(call: Labelled, model: TextModel, context: int) -> Heard:
        spoken = [("me" if t["speaker"] == "me" else "them", t["text"]) for t in call.turns]
        readings = [model.read(turn, spoken[max(0, i - context) : i]) for i, turn in enumerate(spoken)]
        levels = [max(range(4), key=r.levels.__getitem__) for r in readings]
        return Heard(levels, [], [[d.id for d in r.drivers] for r in readings])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--reader", type=Path, default=ROOT / "models" / "reader")
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--mistakes", type=int, default=0)
    args = parser.parse_args()
    model = Remembering(OnnxReader(args.reader))
    settings = config.Settings()
    sets = {
        "dev": labelled((args.data / "eval" / "dev" / "calls").glob("d*.jsonl")),
        "unseen": labelled(UNSEEN.glob("*.jsonl")),
    }
    for name, calls in sets.items():
        if not calls:
            continue
        heard = [hear(c, model, settings) for c in calls]
        print(json.dumps({"what": f"calls, text, {name}", "calls": len(calls), **score(calls, heard)}), flush=True)
        for line in mistakes(calls, heard, args.mistakes):
            print(f"  {line}")
        if args.ablation:
            ablation(name, calls, model, settings)


def ablation(name: str, calls: Sequence[Labelled], model: TextModel, settings: config.Settings) -> None:
    """Words only; with the turns before; with the course of the talk but no context; everything is the row above."""
    alone = dataclasses.replace(settings, affect=dataclasses.replace(settings.affect, context_turns=0))
    rows = {
        "words only": [ReaderAlone.hear(c, model, 0) for c in calls],
        "words and context": [ReaderAlone.hear(c, model, settings.affect.context_turns) for c in calls],
        "words and course": [hear(c, model, alone) for c in calls],
    }
    for what, heard in rows.items():
        figures = score(calls, heard)
        kept = ("onset", "early", "calm_alarmed", "level_exact", "level_within1", "leading_driver")
        print(json.dumps({"what": f"ablation, {name}, {what}", **{k: figures[k] for k in kept}}), flush=True)


if __name__ == "__main__":
    main()
