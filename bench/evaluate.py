"""How well it understands: drivers on single lines, levels and prompts on whole calls, effort on acted emotion.

    make eval                     # or: .venv/bin/python bench/evaluate.py [--data ../shared] [--quick]

Our own unseen lines and calls first, with both readers; then the evaluation data beside the checkout where there is any (lines and
calls with their labels, and the scorers that define the figures). Prints one JSON object a figure. Only what needs a voice of its own to
speak, `bench/spoken_lines.py`, is run apart.
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


def ours(script: str, *arguments: str | Path, data: Path, env: dict[str, str]) -> None:
    """A bench of ours, which prints its own figures and leaves out what there is no data for."""
    print(f"  {script} {' '.join(str(a) for a in arguments)}", flush=True)
    command = [sys.executable, str(ROOT / "bench" / script), *map(str, arguments), "--data", str(data)]
    subprocess.run(command, env=env, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--quick", action="store_true", help="text only")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        env = dict(os.environ, COMPANION_HOME=home)
        env.setdefault("COMPANION_MODELS", str(models_folder()))
        for reader in ("reader", "reader-small"):
            which = ("--reader", ROOT / "models" / reader)
            ours("understanding.py", *which, *(["--quick"] if args.quick else []), data=args.data, env=env)
            spoken = ["--audio", "--ablation", "--mistakes", "10"] if reader == "reader" and not args.quick else []
            ours("calls.py", *which, *spoken, data=args.data, env=env)
        ours("coach_oracle.py", data=args.data, env=env)
        tools, dev = args.data / "tools", args.data / "eval" / "dev"
        bundled = ROOT / "models" / "demo" / "call.jsonl"
        if not tools.is_dir():
            print(
                "There is no evaluation data beside the checkout: our own lines and calls, and the bundled call, only."
            )
            subprocess.run([COMPANION, "analyze", bundled, bundled.with_suffix(".ogg"), "--json"], env=env, check=True)
            return
        ours("second_reader.py", data=args.data, env=env)
        calls = sorted((dev / "calls").glob("d*.jsonl"))
        scored("drivers on dev lines", tools / "eval_lines.py", COMPANION, dev / "lines.jsonl", env=env)
        for mode in ("text",) if args.quick else ("text", "audio"):
            scored(f"dev calls, {mode}", tools / "eval_calls.py", COMPANION, mode, *calls, env=env)
            scored(f"bundled call, {mode}", tools / "eval_calls.py", COMPANION, mode, bundled, env=env)
        if not args.quick:
            ours("voice.py", data=args.data, env=env)


def models_folder() -> Path:
    from companion import locations

    return locations.models_dir()


if __name__ == "__main__":
    main()
