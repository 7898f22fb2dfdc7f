"""The table of what the speech benchmarks measured, made of the results that each part left in its folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from speech_material import ALL, CALLS, meeting_text, read_text
from speech_scores import Errors, errors, quantiles, total, turns_of


class Report:
    """Prints rows of Markdown, to be pasted into docs/speech.md."""

    def __init__(self, keep: Path, quick: bool) -> None:
        self.keep = keep
        self.quick = quick

    def kept(self, name: str) -> dict | None:
        path = self.keep / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def print(self) -> None:
        def row(figure: str, value: object, target: str = "") -> None:
            print(f"| {figure} | {value} | {target} |")

        print("| figure | measured | target |\n|---|---|---|")
        live = [r for c in ALL if (r := self.kept(f"live-{c}"))]
        for title, parts in (
            ("companion", live),
            *((s, [r for c in ALL if (r := self.kept(f"{s}-{c}"))]) for s in ("usual", "streaming")),
        ):
            if parts:
                row(
                    f"end of speech → final, {title}",
                    quantiles([w for r in parts for w in r["waits"]]),
                    "p50 ≤ 0.45, p95 ≤ 0.8",
                )
        self.report_ratios(row)
        if live:
            row("start of speech → first partial", quantiles([w for r in live for w in r["first"]]), "p50 ≤ 0.9")
            changed, shown = (sum(r[k] for r in live) for k in ("changed", "stable"))
            row("stable words that changed", f"{100 * changed / max(1, shown):.1f} % of {shown}", "≤ 5 %")
            row(
                "processor, a call at its own speed",
                f"{100 * sum(r['cpu_s'] for r in live) / sum(r['wall_s'] for r in live):.0f} % of a core",
                "≤ 60 %",
            )
            row("peak memory", f"{max(r['peak_mb'] for r in live):.0f} MB", "≤ 800 MB")
        self.report_words(row)
        if noise := self.kept("noise"):
            row(f"invented words in {noise['minutes']} min of noises", noise["words"], "0")
        if after := self.kept("noise_after"):
            row(f"invented words in {after['noises']} noises right after speech", after["words"], "0")
        if idle := self.kept("idle"):
            row("processor when nobody speaks", f"{100 * idle['share_of_one_core']:.1f} % of a core", "≤ 5 %")
        if memory := self.kept("memory"):
            growth = 100 * (memory["late_mb"] / memory["early_mb"] - 1)
            row(f"growth of memory over {memory['minutes']:.0f} min of calls", f"{growth:.1f} %", "< 2 %")
        if one := self.kept("one_core"):
            row("one core: end of speech → final", f"{quantiles(one['waits'])}; told: {one['told']}", "none lost")
        if start := self.kept("start"):
            row(
                "command → session begins / listening",
                f"{start['session_begins_s']:.2f} / {start['listening_s']:.2f} s",
                "≤ 1 / ≤ 3 s",
            )

    def report_ratios(self, row: Callable[..., None]) -> None:
        """How many times as long the baselines take, on the calls that both were measured on."""
        for name in ("usual", "streaming"):
            both = [(o, t) for c in ALL if (o := self.kept(f"live-{c}")) and (t := self.kept(f"{name}-{c}"))]
            if not both:
                continue
            ours = quantiles([w for o, _ in both for w in o["waits"]])
            theirs = quantiles([w for _, t in both for w in t["waits"]])
            if ours["n"] != theirs["n"]:  # --seconds differed: not the same turns
                continue
            p50, p95 = (float(theirs[k] or 0) / max(0.01, float(ours[k] or 0)) for k in ("p50_s", "p95_s"))
            row(f"{name} / companion", f"{p50:.1f} times at p50, {p95:.1f} at p95")

    def report_words(self, row: Callable[..., None]) -> None:
        for kind in ("words", "live"):
            ours, theirs = [], []
            for call in ALL:
                heard, offline = self.kept(f"{kind}-{call}"), self.kept(f"offline-{call}")
                if heard and offline:
                    for side in ("me", "them"):
                        reference = " ".join(t.text for t in turns_of(CALLS / f"{call}.ogg") if t.speaker == side)
                        ours.append(errors(reference, heard[side]))
                        theirs.append(errors(reference, offline[side]))
            if ours:
                label = "at full speed" if kind == "words" else "at its own speed"
                row(f"word errors, dev calls {label} / offline", pair(total(ours), total(theirs)), "≤ +0.5")
        for name, reference in (("read_speech", read_text(self.quick)), ("meeting", meeting_text())):
            heard, offline = self.kept(f"words-{name}"), self.kept(f"offline-{name}")
            if heard and offline:
                row(
                    f"word errors, {name} / offline",
                    pair(errors(reference, heard["them"]), errors(reference, offline["them"])),
                    "≤ +0.5",
                )
        heard, offline = self.kept("monologue"), self.kept("offline-monologue")
        if heard and offline:
            ours, theirs = errors(heard["reference"], heard["them"]), errors(heard["reference"], offline["them"])
            row(
                "words missing in a 3-minute monologue / offline",
                f"{ours.missing} / {theirs.missing} of {ours.words}; errors {pair(ours, theirs)}",
                "no more",
            )


def pair(ours: Errors, theirs: Errors) -> str:
    return f"{ours.rate:.1f} / {theirs.rate:.1f} % of {ours.words} (missing {ours.missing}/{theirs.missing}, extra {ours.extra}/{theirs.extra})"
