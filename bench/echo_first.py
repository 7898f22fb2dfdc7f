"""Whose words are they in the first seconds of a call on loudspeakers, before the echo's delay is known?

    .venv/bin/python bench/echo_first.py                 # 24 beginnings of each kind, some minutes
    .venv/bin/python bench/echo_first.py --at-most 6     # fewer
    .venv/bin/python bench/echo_first.py --worse         # echoes as loud as the user and louder, in a larger hall

Each beginning is 18 s of a development call (else of the bundled one), mixed as in ``bench/echo.py`` and heard through the
real pipeline with the cleaning. Every leak, delay and room comes once in each way of talking: "theirs": the other side
speaks first, then they take turns; "mine": the user does; "both": two stretches that both begin at once, so that the
other side never speaks alone for certain. ``attributed`` and ``lost`` are counted as there, but a beginning in which more
words are recognised with the echo than without makes up for none. Wanted: at most 2 % and 3 %.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import sys
from pathlib import Path

import numpy as np
import soundfile
from echo import DELAYS, LEAKS, RATE, ROOMS, ROOT, OnlyMe, Spoken, compared, heard, mixed, sides, words

from companion.pipeline.build import speech_model_path
from companion.speech.transcriber import Transcriber

SECONDS = 18.0
LEAD_S = 0.5
"""Before the first turn."""
TAIL_S = 1.5
"""After the last one, so that it is finished."""
AROUND_S = 0.3
"""Sound kept around a turn; what belongs to turns that are not whole is left out."""
LONGEST_S = 9.0
"""Of the first turn: the other side needs time for theirs."""
WORSE_LEAKS, WORSE_ROOMS = (6, 3, 0), {"hall": 0.5, "church": 0.9}


def stretch(side: Spoken, begin: float) -> Spoken:
    """The turns that are whole within ``SECONDS`` from there on, and their sound."""
    turns = [(a - begin, b - begin, text) for a, b, text in side.turns if a >= begin and b <= begin + SECONDS - TAIL_S]
    sound = np.zeros(round(SECONDS * RATE), np.float32)
    for a, b, _ in turns:
        first, last = max(0, round((a - AROUND_S) * RATE)), round((b + AROUND_S) * RATE)
        part = side.sound[first + round(begin * RATE) : last + round(begin * RATE)]
        sound[first : first + len(part)] = part
    return Spoken(sound, turns)


def beginnings(folder: Path) -> dict[str, list[tuple[Spoken, Spoken]]]:
    """By way of talking: (me, them), always in the same order."""
    files = sorted(folder.glob("*.ogg")) if folder.is_dir() else []
    whole = [
        sides(ogg, ogg.with_suffix(".jsonl"), ogg.with_suffix(".times.json"), soundfile.info(ogg).duration)
        for ogg in files or [ROOT / "models" / "demo" / "call.ogg"]
    ]
    starts = {
        who: [(call, a - LEAD_S) for call in whole for a, b, _ in call[who].turns if a >= LEAD_S and b - a <= LONGEST_S]
        for who in ("me", "them")
    }
    for where in starts.values():
        random.Random(1).shuffle(where)
    theirs, mine = ([(stretch(c["me"], t), stretch(c["them"], t)) for c, t in starts[who]] for who in ("them", "me"))
    both = [(me, them) for (me, _), (_, them) in zip(mine, theirs, strict=False)]
    ways = {"theirs": theirs, "mine": mine, "both": both}
    return {way: [(me, them) for me, them in pairs if me.turns and them.turns] for way, pairs in ways.items()}


def summed(talk: str, rows: list[dict]) -> dict:
    turns, attributed, script, lost = (sum(r[k] for r in rows) for k in ("turns", "attributed", "words", "lost"))
    return {"what": "echo_first", "talk": talk, "beginnings": len(rows), "turns": turns, "attributed": attributed, "words": script, "lost": lost,
            "attributed_percent": round(100 * attributed / turns, 1), "lost_percent": round(100 * lost / script, 1)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--eval", type=Path, default=ROOT.parent / "shared" / "eval")
    parser.add_argument("--at-most", type=int, default=24, help="beginnings of each way of talking")
    parser.add_argument("--rows", action="store_true", help="print every beginning, with what was heard")
    parser.add_argument("--worse", action="store_true", help="echoes as loud as the user and louder, and a larger hall")
    parser.add_argument("--model", default="base")
    wanted = parser.parse_args()
    threads = min(2, len(os.sched_getaffinity(0)))
    mind = OnlyMe(Transcriber(speech_model_path(wanted.model), name=wanted.model, language="en", threads=threads))
    leaks, rooms = (WORSE_LEAKS, WORSE_ROOMS) if wanted.worse else (LEAKS, ROOMS)
    echoes = list(itertools.product(leaks, DELAYS, rooms))
    random.Random(2).shuffle(echoes)
    every: list[dict] = []
    for talk, pairs in beginnings(wanted.eval / "dev" / "calls").items():
        rows = []
        for (me, them), (leak, delay, where) in zip(pairs[: wanted.at_most], itertools.cycle(echoes), strict=False):
            usual, _ = compared(heard(mind, mixed(me.sound, them.sound, None, 0, 0), them.sound, clean=True), me, them)
            mic = mixed(me.sound, them.sound, leak, delay, rooms[where])
            said = heard(mind, mic, them.sound, clean=True)
            lost, attributed = compared(said, me, them)
            rows.append({"talk": talk, "leak_db": leak, "delay_ms": delay, "room": where, "turns": len(them.turns), "attributed": attributed,
                         "words": sum(len(words(t)) for _, _, t in me.turns), "lost": max(0, lost - usual)})  # fmt: skip
            if wanted.rows:
                texts = {"me": [t[2] for t in me.turns], "them": [t[2] for t in them.turns]}
                print(json.dumps(rows[-1] | texts | {"heard": [u.text for u in said]}), flush=True)
        print(json.dumps(summed(talk, rows)), flush=True)
        every += rows
    print(json.dumps(summed("all", every)), flush=True)


if __name__ == "__main__":
    sys.exit(main())
