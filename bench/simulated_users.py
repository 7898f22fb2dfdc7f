"""Do twenty verdicts move the settings towards a user's taste? Simulated users over labelled calls.

    .venv/bin/python bench/simulated_users.py [--data ../shared] [--rounds 8] [--labels 20] [--json]

Three users judge the same calls. One hates false alarms: only a talk that came to break was worth an alarm. One wants
what the program was made for: every heated turn, however soon it passed. One wants every hint: an alarm at the first
tense turn, not when it is heated. Each judges the alarms of the delivered settings, and marks what was missed, on half of the calls, until
the labels are used up; settings are fitted to those alone and tried on the other half, which neither the user nor the
fit has seen. Fresh calls are those that the text reader never learnt from: the evaluation data's dev calls where they
are beside the checkout, and the corpus' unseen ones; as they are too few for twenty verdicts, calls of the corpus make
up the number, and what is tried on the fresh ones of the other half alone is told beside. The judgements come from the
calls' own labels of every turn. Figures are means over random halves; "foretold" is the rate that the fit promised, from
the judged half, for the calls of the other half.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from companion.calibration.fit import UNWANTED, WANTED, Labels
from companion.config import EscalationSettings, Settings
from companion.events import Escalation, Event, Utterance
from companion.pipeline.spine import refold
from companion.pipeline.tuning import REACH_S, Traces, tabled, tune

ROOT = Path(__file__).parents[1]
TASTES = {"hates false alarms": (2, 3), "wants what is heated": (2, 2), "wants every hint": (1, 1)}
"""User -> the level from which turns make up a stretch, and the level that it must come to for an alarm to be wanted."""
AT_ITS_BEGIN = "wants every hint"
"""For this one the begin of a stretch is the moment to be told of; for the others any time of it is soon enough."""
NEAR = 0.3
"""How far the foretold rate may be from what comes."""


@dataclass(frozen=True)
class Call:
    name: str
    fresh: bool
    events: tuple[Event, ...]
    times: tuple[float, ...]
    levels: tuple[int, ...]

    def stretches(self, taste: str) -> list[tuple[float, float]]:
        """What this user wants an alarm at: seconds from the first turn to the last."""
        least, most = TASTES[taste]
        out = []
        begin: int | None = None
        for i, level in enumerate([*self.levels, 0]):
            if level >= least and begin is None:
                begin = i
            elif level < least and begin is not None:
                if max(self.levels[begin:i]) >= most:
                    out.append((self.times[begin], self.times[i - 1]))
                begin = None
        return out

    def moments(self, taste: str) -> list[tuple[float, float]]:
        """When an alarm must come for this user to be content, one for each stretch."""
        return [(a, a if taste == AT_ITS_BEGIN else b) for a, b in self.stretches(taste)]


def read(paths: Sequence[Path], *, fresh: bool) -> list[Call]:
    """The calls through the real text reader."""
    import companion.pipeline.build as build
    from companion.pipeline.build import Source, load_text_model, open_file

    model = load_text_model(Settings())
    build.load_text_model = lambda _: model  # loaded once for all
    out = []
    for path in paths:
        events: list[Event] = []
        open_file(Source(path), Settings(), [events.append]).run()
        levels = [row["level"] for line in path.read_text().splitlines() if "text" in (row := json.loads(line))]
        times = [e.t for e in events if isinstance(e, Utterance)]
        assert len(levels) == len(times), path
        out.append(Call(path.stem, fresh, tuple(events), tuple(times), tuple(levels)))
    return out


def heated(events: Sequence[Event], settings: EscalationSettings) -> list[tuple[float, float]]:
    """When the screen says heated, or worse: from each alarm until it is over."""
    from dataclasses import replace

    told = refold(events, replace(Settings(), escalation=settings))
    out: list[tuple[float, float]] = []
    for e in told:
        if isinstance(e, Escalation) and e.level >= 2 > e.previous:
            out.append((e.t, events[-1].t))
        elif isinstance(e, Escalation) and e.level < 2 <= e.previous:
            out[-1] = (out[-1][0], e.t)
    return out


def alarms(events: Sequence[Event], settings: EscalationSettings) -> list[float]:
    return [begin for begin, _ in heated(events, settings)]


def near(t: float, stretches: Sequence[tuple[float, float]]) -> bool:
    return any(a - REACH_S <= t <= b + REACH_S for a, b in stretches)


def judged(calls: Sequence[Call], taste: str, most: int) -> Labels:
    """What the user says of the calls, in the order in which they were had, until the labels are used up."""
    found: list[tuple[int, float, int, bool]] = []
    for place, call in enumerate(calls):
        raised = alarms(call.events, EscalationSettings())
        mine = [(place, t, WANTED if near(t, call.stretches(taste)) else UNWANTED, False) for t in raised]
        mine += [(place, a, WANTED, True) for a, b in call.moments(taste)
                 if not any(a - REACH_S <= t <= b + REACH_S for t in raised)]  # fmt: skip
        found += sorted(mine)
    found = found[:most]
    return Labels(
        tuple(f[0] for f in found), tuple(f[1] for f in found), tuple(f[2] for f in found),
        frozenset(i for i, f in enumerate(found) if f[3]),
    )  # fmt: skip


def tried(calls: Sequence[Call], taste: str, settings: EscalationSettings) -> dict[str, float]:
    """What the settings are worth to this user on these calls."""
    wanted = caught = false = raised = 0
    hours = sum(c.events[-1].t for c in calls) / 3600
    for call in calls:
        stretches = call.stretches(taste)
        spans = heated(call.events, settings)
        raised += len(spans)
        false += sum(not near(t, stretches) for t, _ in spans)
        moments = call.moments(taste)
        wanted += len(moments)
        caught += sum(any(a - REACH_S <= end and begin <= b + REACH_S for begin, end in spans) for a, b in moments)
    return {"caught": caught / max(1, wanted), "false_an_hour": false / hours, "alarms_an_hour": raised / hours}


def one_round(calls: Sequence[Call], taste: str, most: int, chance: random.Random) -> dict[str, float]:
    mixed = list(calls)
    chance.shuffle(mixed)
    past, unseen = mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
    labels = judged(past, taste, most)
    usual = EscalationSettings()
    tuning = tune([(c.name, c.events) for c in past], usual, usual, labels=labels)
    chosen = tuning.suggested
    before, after = tried(unseen, taste, usual), tried(unseen, taste, chosen)
    fresh = [c for c in unseen if c.fresh]
    fresh_before, fresh_after = tried(fresh, taste, usual), tried(fresh, taste, chosen)
    fast = tabled(Traces([(c.name, c.events) for c in unseen]), [chosen], [0.0], Labels())
    assert abs(fast.rate()[0] - after["alarms_an_hour"]) < 1e-9, "the quick fold and the spine tell the same"
    out = {f"{k}_before": v for k, v in before.items()} | {f"{k}_after": v for k, v in after.items()}
    out |= {f"fresh_{k}_before": v for k, v in fresh_before.items()}
    out |= {f"fresh_{k}_after": v for k, v in fresh_after.items()}
    out |= {"labels": len(labels.sign), "wanted_labels": sum(s == WANTED for s in labels.sign)}
    out |= {"enter_heated": chosen.enter[1], "defer_s": chosen.defer_s, "predicted": tuning.choice.rate}
    out |= {"low": tuning.choice.low, "high": tuning.choice.high}
    out |= {"off": tuning.choice.rate / max(after["alarms_an_hour"], 1e-9) - 1}
    out |= {"off_unfitted": float(tuning.table.rate()[tuning.now]) / max(before["alarms_an_hour"], 1e-9) - 1}
    if tuning.check is not None:
        out |= {"agree_before": tuning.check.right_before, "agree_after": tuning.check.right_after}
    if tuning.agreement is not None:
        out |= {"ece_before": tuning.agreement.before, "ece_after": tuning.agreement.after}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--labels", type=int, default=20)
    parser.add_argument("--every", type=int, default=2, help="take every n-th call of the corpus")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    paths = sorted((args.data / "eval" / "dev" / "calls").glob("d*.jsonl"))
    corpus = ROOT / "models" / "training" / "corpus"
    paths += sorted((corpus / "unseen" / "calls").glob("*.jsonl"))
    calls = read(paths, fresh=True) + read(sorted((corpus / "calls").glob("*.jsonl"))[:: args.every], fresh=False)
    hours = sum(c.events[-1].t for c in calls) / 3600
    if not args.json:
        print(f"{len(calls)} calls, {sum(c.fresh for c in calls)} fresh, {hours:.1f} hours, "
              f"{args.rounds} random halves, up to {args.labels} labels", flush=True)  # fmt: skip
    for taste in TASTES:
        rounds = [one_round(calls, taste, args.labels, random.Random(seed)) for seed in range(args.rounds)]
        mean = {k: statistics.mean(r[k] for r in rounds if k in r) for k in rounds[0]}
        mean["off"] = mean["predicted"] / max(mean["alarms_an_hour_after"], 1e-9) - 1
        for name in ("off", "off_unfitted"):
            mean[f"{name}_near"] = sum(abs(r[name]) <= NEAR for r in rounds) / len(rounds)
        if args.json:
            print(json.dumps({"taste": taste, **{k: round(v, 3) for k, v in mean.items()}}), flush=True)
        else:
            show(taste, mean)


def show(taste: str, mean: dict[str, float]) -> None:
    """One user's table."""
    print(f"\n{taste}: {mean['labels']:.0f} labels, {mean['wanted_labels']:.0f} of them wanted")
    print(f"  {'':32}{'delivered':>10} {'fitted':>10}")
    for name, key in (
        ("unseen calls: moments caught", "caught"),
        ("  false alarms an hour", "false_an_hour"),
        ("  alarms an hour", "alarms_an_hour"),
        ("fresh ones of them: caught", "fresh_caught"),
        ("  false alarms an hour", "fresh_false_an_hour"),
        ("  alarms an hour", "fresh_alarms_an_hour"),
    ):
        print(f"  {name:32}{mean[key + '_before']:10.2f} {mean[key + '_after']:10.2f}")
    print(
        f"  {'agrees with verdicts, left out':32}{mean.get('agree_before', 0):10.0%} {mean.get('agree_after', 0):10.0%}"
    )
    print(f"  {'calibration error, left out':32}{mean.get('ece_before', 0):10.2f} {mean.get('ece_after', 0):10.2f}")
    print(f"  foretold {mean['predicted']:.1f} alarms an hour ({mean['low']:.1f} to {mean['high']:.1f}), {mean['off']:+.0%} "
          f"of what came; within {NEAR:.0%} in {mean['off_near']:.0%} of the halves\n"
          f"  (as delivered, where nothing is chosen and only the halves differ: in {mean['off_unfitted_near']:.0%})")  # fmt: skip
    print(f"  step to heated {mean['enter_heated']:.2f}, wait {mean['defer_s']:.0f} s", flush=True)


if __name__ == "__main__":
    main()
