"""Whose words are they, on loudspeakers? Mixes with an echo through the real pipeline, with and without the cleaning.

    .venv/bin/python bench/echo.py            # a dozen mixes, some minutes
    .venv/bin/python bench/echo.py --full     # every leak, delay, room and way of talking

The microphone is the user's voice, the other side's through a loudspeaker (nothing below 200 Hz, soft clipping) and a
room (Polack's model: decaying noise after a direct sound), and noise at -45 dB. ``leak`` is the echo's loudness against
the user's voice. "turns": they wait for each other; "over": two different calls at once, so that most of the echo falls
into the user's own words. Reads the development calls where there are some, else the bundled call. What happens before
the echo is found is a small part of such a mix: ``bench/echo_first.py`` measures that.

attributed: turns of the other side of which the user is said to have said at least 30 % of the words, within that time.
lost: words of the user's script that are not recognised, less those not recognised without any echo either.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import json
import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from companion.affect.reading import Reading
from companion.audio.chunks import BLOCK, Chunk
from companion.audio.echo import Cleaner
from companion.clock import ManualClock
from companion.config import Settings
from companion.events import SessionStarted, Utterance
from companion.pipeline.build import make_ears, speech_model_path
from companion.pipeline.call import Call
from companion.pipeline.echo import WithoutEcho
from companion.pipeline.inputs import FULL_SPEED, FileInput
from companion.pipeline.understanding import Understanding
from companion.speech.transcriber import Transcriber

RATE = 16_000
ROOT = Path(__file__).parents[1]
DEV = ROOT.parent / "shared" / "eval" / "dev" / "calls"
ROOMS = {"small": 0.25, "hall": 0.5}
LEAKS, DELAYS = (-3, -10, -20), (20, 120, 250, 400)


@dataclass(frozen=True)
class Spoken:
    """One side of a call, and its turns: (begin s, end s, text)."""

    sound: np.ndarray
    turns: list[tuple[float, float, str]]


def sides(ogg: Path, script: Path, times: Path, seconds: float) -> dict[str, Spoken]:
    sound, _ = soundfile.read(ogg, dtype="float32")
    lines = [json.loads(line) for line in script.read_text(encoding="utf-8").splitlines()]
    when = {t["n"]: t for t in json.loads(times.read_text())}
    texts = [line for line in lines if "text" in line]
    out = {}
    for channel, who in enumerate(("me", "them")):
        turns = [(when[n]["t0"], when[n]["t1"], line["text"]) for n, line in enumerate(texts, 1)
                 if line["speaker"] == who and n in when and when[n]["t1"] < seconds - 3]  # fmt: skip
        side = sound[: round(seconds * RATE), channel].copy()
        last = max((t1 for _, t1, _ in turns), default=0.0)
        side[round((last + 0.4) * RATE) :] = 0  # nobody is cut off in mid-sentence
        out[who] = Spoken(side, turns)
    return out


def room(rng: np.random.Generator, rt60_s: float) -> np.ndarray:
    """From the loudspeaker to the microphone, with the energy 1."""
    t = np.arange(round(rt60_s * RATE)) / RATE
    tail = 0.25 * rng.standard_normal(len(t)) * 10 ** (-3 * t / rt60_s)
    tail[: RATE // 500] *= 0.2
    tail[RATE // 1000] += np.sqrt(np.sum(tail**2))  # the direct sound is as strong as all that follows
    hz = np.fft.rfftfreq(2 * len(t), 1 / RATE)
    speaker = (hz / 200) ** 2 / (1 + (hz / 200) ** 2) / (1 + (hz / 6500) ** 4)
    way = np.fft.irfft(np.fft.rfft(tail, 2 * len(t)) * speaker)[: len(t)]
    return way / np.sqrt(np.sum(way**2))


def loudness(sound: np.ndarray) -> float:
    power = np.mean(np.square(sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK)), axis=1)
    return float(np.sqrt(np.mean(power[power > power.max() * 1e-3])))


def mixed(me: np.ndarray, them: np.ndarray, leak_db: float | None, delay_ms: int, rt60_s: float) -> np.ndarray:
    """What the microphone hears; ``leak_db`` None: the other side is on headphones."""
    rng = np.random.default_rng(1)
    mic = me + rng.standard_normal(len(me)) * loudness(me) * 10 ** (-45 / 20)
    if leak_db is not None:
        clip = 5 * loudness(them)
        way = room(rng, rt60_s)
        size = 1 << (len(them) + len(way)).bit_length()
        echo = np.fft.irfft(np.fft.rfft(clip * np.tanh(them / clip), size) * np.fft.rfft(way, size))
        echo = np.pad(echo, (round(delay_ms * RATE / 1000), 0))[: len(me)]
        mic += echo * loudness(me) * 10 ** (leak_db / 20) / loudness(echo)
    return np.clip(mic, -1, 1).astype(np.float32)


class OnlyMe:
    """Recognises the user's side only, and reads no feelings: neither is measured here."""

    name = "none"

    def __init__(self, transcriber: Transcriber) -> None:
        self._inner = Understanding(transcriber, self, Settings())

    def understands(self, *_: object) -> bool:
        return False

    def read(self, *_: object) -> Reading:
        return Reading()

    def foresee(self, speech, tell):
        if speech.speaker == "me":
            self._inner.foresee(speech, tell)

    def hear(self, speech):
        return self._inner.hear(speech) if speech.speaker == "me" else None


def heard(mind: OnlyMe, mic: np.ndarray, them: np.ndarray, *, clean: bool) -> list[Utterance]:
    blocks = ((at / RATE, {"me": mic[at : at + BLOCK], "them": them[at : at + BLOCK]})
              for at in range(0, len(mic) - BLOCK + 1, BLOCK))  # fmt: skip
    clock, out, settings = ManualClock(), [], Settings()
    source = FileInput(blocks, clock, FULL_SPEED)
    Call(WithoutEcho(source) if clean else source, lambda: make_ears(settings), lambda: mind, started=SessionStarted(source="x", started_unix=0.0),
         settings=settings, sinks=[out.append], clock=clock).run()  # fmt: skip
    return sorted((e for e in out if isinstance(e, Utterance)), key=lambda u: u.t0)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("'", "").replace("’", ""))


def compared(said: list[Utterance], me: Spoken, them: Spoken) -> tuple[int, int]:
    """(the user's script's words that are missing, turns of the other side that are attributed to the user)."""
    script = [w for _, _, text in me.turns for w in words(text)]
    found = [(w, word.t0) for u in said for word in u.words for w in words(word.text)]
    lost, strange = 0, []
    matcher = difflib.SequenceMatcher(None, script, [w for w, _ in found], autojunk=False)
    for op, a, b, c, d in matcher.get_opcodes():
        if op in ("delete", "replace"):
            lost += max(0, (b - a) - (d - c))
        if op in ("insert", "replace"):
            strange += found[c:d]
    attributed = 0
    for t0, t1, text in them.turns:
        turn = words(text)
        near = [w for w, t in strange if t0 - 0.5 <= t <= t1 + 1.2]
        same = sum(m.size for m in difflib.SequenceMatcher(None, turn, near, autojunk=False).get_matching_blocks())
        attributed += same >= max(1, 0.3 * len(turn))
    return lost, attributed


def calls(folder: Path, seconds: float) -> list[tuple[str, Spoken, Spoken]]:
    """(way of talking, me, them)."""
    names = (
        [folder / f"{n}.ogg" for n in ("d01", "d03")] if folder.is_dir() else [ROOT / "models" / "demo" / "call.ogg"]
    )
    parts = [sides(n, n.with_suffix(".jsonl"), n.with_suffix(".times.json"), seconds) for n in names]
    if len(parts) == 1:
        me, shift = parts[0]["me"], 6.0
        moved = Spoken(np.roll(me.sound, round(shift * RATE)), [(a + shift, b + shift, t) for a, b, t in me.turns])
        parts.append({"me": moved})
    return [("turns", parts[0]["me"], parts[0]["them"]), ("over", parts[1]["me"], parts[0]["them"])]


def untouched(folder: Path) -> None:
    """On headphones not a sample may change: every call there is, through the cleaner."""
    files = sorted(folder.glob("*.ogg")) if folder.is_dir() else [ROOT / "models" / "demo" / "call.ogg"]
    changed, seconds, cpu = 0, 0.0, time.process_time()
    for file in files:
        sound, _ = soundfile.read(file, dtype="float32")
        cleaner = Cleaner()
        for at in range(0, len(sound), BLOCK):
            for who, channel in (("me", 0), ("them", 1)):
                told = cleaner.take(Chunk(who, at / RATE, np.ascontiguousarray(sound[at : at + BLOCK, channel])))
                changed += any(c.listen is not None for c in told)
        seconds += len(sound) / RATE
    print(json.dumps({"what": "headphones", "calls": len(files), "seconds": round(seconds), "blocks_changed": changed,
                      "cpu_ms_a_second": round(1000 * (time.process_time() - cpu) / seconds, 1)}), flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="every combination")
    parser.add_argument("--only-cleaned", action="store_true", help="leave out the mixes without the cleaning")
    parser.add_argument("--talk", choices=("turns", "over"), help="only this way of talking")
    parser.add_argument("--model", default="base")
    parser.add_argument("--seconds", type=float, default=100.0, help="of each call")
    parser.add_argument("--calls", type=Path, default=DEV, help="the folder of the development calls")
    wanted = parser.parse_args()
    untouched(wanted.calls)
    mind = OnlyMe(
        Transcriber(
            speech_model_path(wanted.model),
            name=wanted.model,
            language="en",
            threads=min(2, len(os.sched_getaffinity(0))),
        )
    )
    every = list(itertools.product(LEAKS, DELAYS, ROOMS))
    chosen = every if wanted.full else [(-3, 20, "small"), (-3, 400, "hall"), (-10, 120, "hall"), (-10, 250, "small"),
                                        (-20, 20, "hall"), (-20, 400, "small")]  # fmt: skip
    totals: dict[str, list[int]] = {}
    for talk, me, them in calls(wanted.calls, wanted.seconds):
        if wanted.talk not in (None, talk):
            continue
        length = max(len(me.sound), len(them.sound))
        mine, theirs = (np.pad(s.sound, (0, length - len(s.sound))) for s in (me, them))
        script = sum(len(words(t)) for _, _, t in me.turns)
        usual, _ = compared(heard(mind, mixed(mine, theirs, None, 0, 0), theirs, clean=True), me, them)
        for (leak, delay, where), clean in itertools.product(chosen, (True,) if wanted.only_cleaned else (False, True)):
            mic = mixed(mine, theirs, leak, delay, ROOMS[where])
            lost, attributed = compared(heard(mind, mic, theirs, clean=clean), me, them)
            row = {"talk": talk, "leak_db": leak, "delay_ms": delay, "room": where,
                   "cleaned": clean, "turns": len(them.turns), "attributed": attributed, "words": script, "lost": lost - usual}  # fmt: skip
            print(json.dumps(row), flush=True)
            for key in (f"{talk} {clean}", f"all {clean}"):
                total = totals.setdefault(key, [0, 0, 0, 0])
                for i, name in enumerate(("turns", "attributed", "words", "lost")):
                    total[i] += int(row[name])
    for key, (turns, attributed, script, lost) in totals.items():
        talk, clean = key.split()
        print(json.dumps({"what": "echo", "talk": talk, "cleaned": clean == "True",
                          "attributed_percent": round(100 * attributed / turns, 1),
                          "lost_percent": round(100 * lost / script, 1)}), flush=True)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
