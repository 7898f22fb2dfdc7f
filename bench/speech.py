"""Speech: how soon words are there, how true they are, what they cost; beside the usual designs on the same sound.

    .venv/bin/python bench/speech.py                 # everything, about 50 minutes
    .venv/bin/python bench/speech.py live d06        # one call at its own speed (3 minutes)
    .venv/bin/python bench/speech.py live words noise monologue idle start --quick   # each with less material
    .venv/bin/python bench/speech.py usual d06; … streaming d06; … offline           # the baselines
    .venv/bin/python bench/speech.py report          # the table of all that was measured so far

Every part leaves its raw results in ``--keep`` (default: a folder of the user's cache), and the report is made of those,
so that the parts may be run one at a time on a machine that is busy at others. Needs ../shared/eval and the dev packages.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile as sf
import speech_noises
from speech_material import ALL, CALLS, EVAL, LIVE, ROOT, clips, meeting, monologue, reading
from speech_report import Report
from speech_scores import RATE, Final, Turn, changed_words, sound_of, stretches, turns_of, waits

PEER_NEEDS = ("faster-whisper", "librosa", "soundfile", "soxr", "opus-fast-mosestokenizer", "websockets")
COMPANION = [sys.executable, "-m", "companion"]


class Bench:
    def __init__(self, keep: Path, home: str, quick: bool, seconds: float | None) -> None:
        from companion import locations

        self.keep = keep
        self.quick = quick
        self.seconds = seconds
        self.env = dict(
            os.environ, COMPANION_HOME=home, COMPANION_MODELS=str(locations.models_dir()), PYTHONPATH=str(ROOT)
        )
        keep.mkdir(parents=True, exist_ok=True)

    def run(self, name: str, *command: str | Path) -> dict[str, float]:
        """Run a program of ours with its events kept as NAME.jsonl; what it cost."""
        begun = time.monotonic()
        process = subprocess.Popen(
            [*COMPANION, *map(str, command), "--events", str(self.keep / f"{name}.jsonl"), "--no-keep"],
            env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command} failed: {process.stderr.read().decode()}")
        wall, cpu = time.monotonic() - begun, usage.ru_utime + usage.ru_stime
        return {"wall_s": wall, "cpu_s": cpu, "peak_mb": usage.ru_maxrss / 1000}

    def events(self, name: str) -> list[dict]:
        return [json.loads(line) for line in (self.keep / f"{name}.jsonl").read_text().splitlines()]

    def note(self, name: str, **figures: object) -> None:
        (self.keep / f"{name}.json").write_text(json.dumps(figures))
        print(name, json.dumps(figures), flush=True)

    # ---- the parts

    def live(self, call: str) -> None:
        limit = ["--seconds", str(self.seconds)] if self.seconds else []
        cost = self.run(f"live-{call}", "replay", CALLS / f"{call}.ogg", "--speed", "1", *limit)
        self.note(
            f"live-{call}", load_average=os.getloadavg()[0], **cost, **score_live(self.events(f"live-{call}"), call)
        )

    def words(self, call: str) -> None:
        """Words of a whole call, streaming, at full speed (the same pipeline, without waiting)."""
        self.run(f"words-{call}", "analyze", CALLS / f"{call}.ogg")
        heard = {s: said(self.events(f"words-{call}"), s) for s in ("me", "them")}
        self.note(f"words-{call}", **heard)

    def words_of_files(self) -> None:
        for name, sound in (("read_speech", reading(self.quick)), ("meeting", meeting())):
            path = self.keep / f"{name}.wav"
            sf.write(path, sound, RATE)
            self.run(f"words-{name}", "analyze", path)
            self.note(f"words-{name}", them=said(self.events(f"words-{name}"), "them"))

    def noise(self) -> None:
        minutes = 4 if self.quick else 30
        path = self.keep / "noise.wav"
        sf.write(path, speech_noises.mixture(minutes * 60), RATE)
        self.run("noise", "analyze", path)
        told = [r["text"] for r in self.events("noise") if r["type"] == "utterance"]
        self.note("noise", minutes=minutes, words=sum(len(t.split()) for t in told), texts=told)

    def noise_after(self) -> None:
        """Noises that follow a spoken sentence within a second: nothing may be heard in them that fits the sentence."""
        rng, pieces, spans, t = np.random.default_rng(7), [], [], 0.0
        for i, row in enumerate(clips(self.quick)):
            spoken = sound_of(EVAL / "real" / "read_speech" / row["file"])[0]
            noise = speech_noises.KINDS[i % len(speech_noises.KINDS)](rng, 4.0)
            begin = t + len(spoken) / RATE + 0.7
            spans.append((begin, begin + 4.0))
            pieces += [spoken, np.zeros(round(0.7 * RATE)), noise, np.zeros(round(1.5 * RATE))]
            t = begin + 5.5
        path = self.keep / "noise_after.wav"
        sf.write(path, np.concatenate(pieces).astype(np.float32), RATE)
        self.run("noise_after", "analyze", path)
        told = [r for r in self.events("noise_after") if r["type"] == "utterance"]
        made_up = [r["text"] for r in told if any(a - 0.3 < r["t0"] < b for a, b in spans)]
        self.note("noise_after", noises=len(spans), words=sum(len(x.split()) for x in made_up), texts=made_up)

    def monologue(self) -> None:
        """One reader for three minutes, his pauses shortened to a fifth of a second at most."""
        sound, text = monologue(180.0)
        path = self.keep / "monologue.wav"
        sf.write(path, sound, RATE)
        self.run("monologue", "analyze", path)
        self.note("monologue", them=said(self.events("monologue"), "them"), reference=text)

    def idle(self) -> None:
        seconds = 30 if self.quick else 60
        path = self.keep / "idle.wav"
        noise = np.random.default_rng(1).normal(size=(RATE * seconds, 2)) * 1e-4
        sf.write(path, noise.astype(np.float32), RATE)
        command = [*COMPANION, "replay", str(path), "--speed", "1", "--no-keep"]
        process = subprocess.Popen(command, env=self.env, stdout=subprocess.DEVNULL)
        time.sleep(10.0)  # the models are loaded by then
        before = processor_s(process.pid)
        time.sleep(seconds - 12.0)
        share = (processor_s(process.pid) - before) / (seconds - 12.0)
        process.wait()
        self.note("idle", share_of_one_core=share)

    def memory(self) -> None:
        """Calls one after the other for an hour: resident memory of its second quarter against its last."""
        seconds = self.seconds or (120.0 if self.quick else 3600.0)
        calls = np.concatenate([sound_of(CALLS / f"{call}.ogg").T for call in ALL])
        path = self.keep / "memory.flac"
        sf.write(path, np.resize(calls, (round(seconds * RATE), 2)), RATE)
        process = subprocess.Popen(
            [*COMPANION, "replay", str(path), "--speed", "1", "--no-keep"], env=self.env, stdout=subprocess.DEVNULL
        )
        resident = []
        while process.poll() is None:
            if megabytes := resident_mb(process.pid):
                resident.append(megabytes)
            time.sleep(1.0)
        if process.returncode:
            raise SystemExit("the replay failed")
        quarter = len(resident) // 4
        early, late = statistics.mean(resident[quarter : 2 * quarter]), statistics.mean(resident[-quarter:])
        twelfth = max(1, len(resident) // 12)
        course = [round(statistics.mean(resident[k : k + twelfth])) for k in range(0, len(resident), twelfth)]
        self.note("memory", minutes=seconds / 60, early_mb=early, late_mb=late, peak_mb=max(resident), course_mb=course)

    def start(self) -> None:
        """From the command to the first event, to "Listening.", with the models read from disk before."""
        rows = []
        for _ in range(2 if self.quick else 5):
            zero = time.time()
            self.run("start", "replay", CALLS / "d06.ogg", "--speed", "1", "--seconds", "6")
            events = self.events("start")
            begun = next(e for e in events if e["type"] == "session_started")
            ready = next(e for e in events if e["type"] == "health" and e["part"] == "speech" and e["state"] == "ok")
            first = begun["started_unix"] - zero
            rows.append((first, first + ready["at"]))
        self.note(
            "start",
            session_begins_s=statistics.median(r[0] for r in rows),
            listening_s=statistics.median(r[1] for r in rows),
        )

    def one_core(self) -> None:
        """A call with one core taken away (taskset): nothing may be lost, what was given up is told, and for how long."""
        call, seconds = LIVE[-1], self.seconds or (60.0 if self.quick else 170.0)
        before = COMPANION[:]
        COMPANION[:0] = ["taskset", "-c", "0"]
        cost = self.run("one_core", "replay", CALLS / f"{call}.ogg", "--speed", "1", "--seconds", str(seconds))
        COMPANION[:] = before
        events = self.events("one_core")
        told = [(round(e["at"], 1), e["message"]) for e in events if e["type"] == "health" and e["part"] == "machine"]
        scores = score_live(events, call)
        spoken_turns = [e for e in events if e["type"] == "speech_ended"]
        finals = [e for e in events if e["type"] == "utterance"]
        self.note("one_core", **cost, told=told, ends_of_speech=len(spoken_turns), finals=len(finals),
                  **{k: scores[k] for k in ("waits", "first", "partials")})  # fmt: skip

    def baseline(self, script: str, call: str) -> None:
        python = peer() if script == "streaming" else Path(sys.executable)
        out = self.keep / f"{script}-{call}.jsonl"
        begun = time.monotonic()
        process = subprocess.Popen(
            [python, ROOT / "bench" / f"speech_{script}.py", CALLS / f"{call}.ogg", out, str(self.seconds or 1e9)],
            env=self.env,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"the baseline {script} failed on {call}")
        finals = [Final(**json.loads(line)) for line in out.read_text().splitlines()]
        turns = heard_by(self.seconds or 1e9, stretches(turns_of(CALLS / f"{call}.ogg")))
        self.note(f"{script}-{call}", waits=waits(turns, finals), wall_s=time.monotonic() - begun,
                  cpu_s=usage.ru_utime + usage.ru_stime, text=" ".join(f.text for f in finals))  # fmt: skip

    def offline(self) -> None:
        """The same model on the whole of each file."""
        sys.path.insert(0, str(ROOT))
        from speech_offline import Offline

        model = Offline()
        for call in LIVE if self.quick else ALL:
            me, them = sound_of(CALLS / f"{call}.ogg")
            self.note(f"offline-{call}", me=model.text(me), them=model.text(them))
        self.note("offline-read_speech", them=model.text(reading(self.quick)))
        self.note("offline-meeting", them=model.text(meeting()))
        self.note("offline-monologue", them=model.text(monologue(180.0)[0]))

    def report(self) -> None:
        Report(self.keep, self.quick).print()


def said(events: list[dict], side: str) -> str:
    rows = [e for e in events if e["type"] == "utterance" and e["speaker"] == side]
    return " ".join(e["text"] for e in sorted(rows, key=lambda e: e["t0"]))


def score_live(events: list[dict], call: str) -> dict[str, object]:
    turns = heard_by(max(e["t"] for e in events), stretches(turns_of(CALLS / f"{call}.ogg")))
    finals = [Final(e["speaker"], e["t0"], e["t1"], e["at"], e["text"]) for e in events if e["type"] == "utterance"]
    shown = [e for e in events if e["type"] in ("partial", "utterance")]
    first: list[float | None] = []
    for turn in turns:
        ats = [
            e["at"]
            for e in shown
            if e["speaker"] == turn.speaker and turn.t0 - 0.5 < e["t0"] < turn.t1 and e["at"] > turn.t0
        ]
        first.append(min(ats) - turn.t0 if ats else None)
    stable: dict[tuple[str, float], str] = {}
    changed = words = 0
    for e in shown:
        key = (e["speaker"], e["t0"])
        if e["type"] == "partial":
            stable[key] = e["text"][: e["stable"]]
        elif key in stable:
            c, w = changed_words(stable.pop(key), e["text"])
            changed, words = changed + c, words + w
    return {
        "waits": waits(turns, finals), "first": first, "changed": changed, "stable": words,
        "me": said(events, "me"), "them": said(events, "them"),
        "partials": sum(e["type"] == "partial" for e in events),
    }  # fmt: skip


def heard_by(end_s: float, turns: list[Turn]) -> list[Turn]:
    """The turns that were over two seconds before the end."""
    return [t for t in turns if t.t1 < end_s - 2.0]


def peer() -> Path:
    """The Python of whisper_streaming's own environment, made the first time (needs the package index)."""
    folder = ROOT / ".venv-peer"
    made = folder / ".made"
    if not made.exists():
        print(f"setting up the peer in {folder} …", flush=True)
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([*pip, "--no-deps", "whisper-streaming==0.1.0"], check=True)
        subprocess.run([*pip, *PEER_NEEDS], check=True)
        made.touch()
    return folder / "bin" / "python"


def resident_mb(pid: int) -> float | None:
    """Resident memory of a process (Linux); None when it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS")), None)


def processor_s(pid: int) -> float:
    """Processor seconds that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "parts",
        nargs="*",
        help="live, words, noise, noise_after, monologue, idle, memory, start, one_core, offline, usual, streaming, report; calls (d01 …)",
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--glossary", default="", help="terms, separated by commas, that the recogniser is told")
    parser.add_argument("--seconds", type=float, help="only so much of each call, where it runs at its own speed")
    parser.add_argument(
        "--keep",
        type=Path,
        default=Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "companion" / "bench-speech",
    )
    options = parser.parse_args()
    if not EVAL.is_dir():
        print("left out: there is no ../shared/eval to measure speech on")
        return
    calls = [p for p in options.parts if p in ALL]
    every = [
        "offline",
        "words",
        "live",
        "usual",
        "streaming",
        "noise",
        "noise_after",
        "monologue",
        "idle",
        "start",
        "one_core",
        "report",
    ]
    parts = [p for p in options.parts if p not in ALL] or every
    with tempfile.TemporaryDirectory() as home:
        bench = Bench(options.keep, home, options.quick, options.seconds)
        if options.glossary:
            settings = Path(home) / "config" / "config.toml"
            settings.parent.mkdir(parents=True)
            settings.write_text(f"[speech]\nglossary = {json.dumps(options.glossary.split(','))}\n")
        for part in parts:
            if part == "live":
                for call in calls or LIVE[-1 if options.quick else 0 :]:
                    bench.live(call)
            elif part == "words":
                for call in calls or (LIVE if options.quick else ALL):
                    bench.words(call)
                bench.words_of_files()
            elif part in ("usual", "streaming"):
                for call in calls or LIVE[-1 if options.quick else 0 :]:
                    bench.baseline(part, call)
            else:
                getattr(bench, part)()
        if "report" not in parts:
            bench.report()


if __name__ == "__main__":
    main()
