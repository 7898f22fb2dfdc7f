"""How quick it is: latency of finals in real time, speed over whole files, start-up, memory, processor time.

    make bench                    # or: .venv/bin/python bench/pipeline.py [FILE]

Plays the bundled call (or FILE) through the real pipeline at speed 1 and at full speed. The baseline of each figure is
named beside it and run on the same machine in the same run.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPANION = Path(sys.executable).with_name("companion")


def measured(*command: str | Path, env: dict[str, str]) -> tuple[float, float, int]:
    """Wall seconds, processor seconds and peak resident bytes of a command."""
    begun = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed with {process.returncode}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def told(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def main() -> None:
    call = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "models" / "demo" / "call.ogg"
    from companion import locations

    with tempfile.TemporaryDirectory() as home:
        env = dict(os.environ, COMPANION_HOME=home, COMPANION_MODELS=str(locations.models_dir()))
        empty = [measured(sys.executable, "-c", "pass", env=env)[0] for _ in range(5)]
        helps = [measured(COMPANION, "--help", env=env)[0] for _ in range(5)]
        told(what="companion --help, s", median=round(statistics.median(helps), 3),
             baseline="an empty Python program", baseline_s=round(statistics.median(empty), 3))  # fmt: skip

        events = Path(home) / "events.jsonl"
        wall, cpu, rss = measured(COMPANION, "replay", call, "--speed", "1", "--events", events, env=env)
        rows = [json.loads(line) for line in events.read_text().splitlines()]
        spoken = [r for r in rows if r["type"] == "utterance"]
        waits = sorted(r["at"] - r["t1"] for r in spoken)
        told(what="end of speech to final text at speed 1, s", utterances=len(waits),
             p50=round(statistics.median(waits), 2), p95=round(waits[int(0.95 * (len(waits) - 1))], 2))  # fmt: skip
        starts = {(r["speaker"], r["t0"]): r for r in rows if r["type"] == "speech_started"}
        firsts: dict[tuple[str, float], float] = {}
        for r in rows:
            if r["type"] == "partial":
                firsts.setdefault((r["speaker"], r["t0"]), r["at"] - r["t0"])
        if firsts:
            told(what="start of speech to first partial, s", of=len(starts), shown=len(firsts),
                 p50=round(statistics.median(firsts.values()), 2))  # fmt: skip
        told(what="a call at speed 1", seconds=round(wall, 1), processor_share_of_one_core=round(cpu / wall, 2),
             peak_resident_mb=round(rss / 1e6))  # fmt: skip

        wall, cpu, _ = measured(COMPANION, "analyze", call, "--no-keep", env=env)
        length = max(r["t"] for r in rows)
        told(what="a call at full speed", real_time_factor=round(wall / length, 3), seconds=round(wall, 1))
        told(what="this benchmark", peak_children_mb=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1000)


if __name__ == "__main__":
    main()
