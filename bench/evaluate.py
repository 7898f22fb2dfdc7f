"""How well it understands: drivers on single lines, levels and prompts on whole calls, effort on acted emotion.

    make eval                     # or: .venv/bin/python bench/evaluate.py [--data ../shared] [--quick]

Reads the evaluation data beside the checkout where there is any (lines and calls with their labels, and the scorers
that define the figures); without it, scores the bundled call only. Prints one JSON object a figure.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPANION = Path(sys.executable).with_name("companion")


def scored(name: str, *command: str | Path, env: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, env=env, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed: {done.stderr[-600:]}")
    for line in done.stderr.splitlines():
        print(f"  {line}")
    print(json.dumps({"what": name, **json.loads(done.stdout.strip().splitlines()[-1])}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--quick", action="store_true", help="text only")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        env = dict(os.environ, COMPANION_HOME=home)
        env.setdefault("COMPANION_MODELS", str(models_folder()))
        tools, dev = args.data / "tools", args.data / "eval" / "dev"
        bundled = ROOT / "models" / "demo" / "call.jsonl"
        if not tools.is_dir():
            print("There is no evaluation data beside the checkout; only the bundled call is run.")
            subprocess.run([COMPANION, "analyze", bundled, bundled.with_suffix(".ogg"), "--json"], env=env, check=True)
            return
        calls = sorted((dev / "calls").glob("d*.jsonl"))
        scored("drivers on dev lines", tools / "eval_lines.py", COMPANION, dev / "lines.jsonl", env=env)
        scored("dev calls, text", tools / "eval_calls.py", COMPANION, "text", *calls, env=env)
        subprocess.run([sys.executable, ROOT / "bench" / "coach_oracle.py", "--data", args.data], env=env, check=True)
        scored("bundled call, text", tools / "eval_calls.py", COMPANION, "text", bundled, env=env)
        if not args.quick:
            calls_command = [sys.executable, ROOT / "bench" / "calls.py", "--audio", "--ablation", "--mistakes", "10"]
            subprocess.run([*calls_command, "--data", args.data], env=env, check=True)
            scored("dev calls, audio", tools / "eval_calls.py", COMPANION, "audio", *calls, env=env)
            scored("bundled call, audio", tools / "eval_calls.py", COMPANION, "audio", bundled, env=env)
            subprocess.run([sys.executable, ROOT / "bench" / "voice.py", "--data", args.data], check=True)


def models_folder() -> Path:
    from companion import locations

    return locations.models_dir()


if __name__ == "__main__":
    main()
