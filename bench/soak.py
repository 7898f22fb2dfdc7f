"""An hour of capture at normal speed: do the two sides stay in step, is anything lost, does memory grow?

    .venv/bin/python bench/soak.py --minutes 60

Starts a PulseAudio of its own. Both devices are pipe sources, fed in step with the machine's clock by cards that run
fast and slow (``--ppm``), as sound cards with quartzes of their own do. Both carry speech, and a chirp at the same moment
every five seconds; where the two chirps are heard tells how far the sides have shifted.

``--null``: the other side is a null sink instead, as in the tests. Its clock is not the machine's: PulseAudio 16.1 rounds
down to microseconds at each of its blocks, and so plays some 40 ppm too fast. That shift is the sink's, not the ears':
the raw count of its samples (``sink_ppm``) tells how much of it to expect.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

RATE = 16_000
MIC_RATE = 48_000
EVERY_S = 5.0
SINK: list[tuple[float, float]] = []
"""(second, samples so far) of the null sink's monitor, twice a second."""
UNDERRUNS: list[str] = []
"""Times at which the player of the other side ran dry."""
_PIPE = "module-pipe-source source_name={name} file={home}/{name}.fifo format=s16le rate=48000 channels=1"
_NULL = "module-null-sink sink_name=call norewinds=1 sink_properties=device.description=Headset"


def chirp(rate: int) -> np.ndarray:
    t = np.arange(round(0.06 * rate)) / rate
    return (0.5 * np.hanning(len(t)) * np.sin(2 * np.pi * (500 * t + 0.5 * 5000 / 0.06 * t * t))).astype(np.float32)


def carried(speech: np.ndarray, rate: int, every: float) -> Iterator[np.ndarray]:
    """Half a second of sound after the other: speech in a loop, with a chirp every ``every`` samples."""
    mark, at, length = chirp(rate), 0, rate // 2
    while True:
        place = at % (len(speech) - length)
        piece = 0.3 * speech[place : place + length]
        begin = round(round((at + length) / every) * every) - at  # of the nearest chirp, from this piece's beginning
        first, last = max(0, begin), min(length, begin + len(mark))
        if first < last:
            piece[first:last] += mark[first - begin : last - begin]
        yield (np.clip(piece, -1, 1) * 32767).astype("<i2")
        at += len(piece)


def feed_pipe(fifo: Path, speech: np.ndarray, ppm: float, stop: threading.Event) -> None:
    """Write at (1 + ppm) times the pace of the machine's clock, 10 ms at a time."""
    pace = 1 + ppm * 1e-6
    sound = carried(speech, MIC_RATE, EVERY_S * MIC_RATE * pace)
    pending, written, begun = np.zeros(0, "<i2"), 0, time.monotonic()
    with fifo.open("wb", buffering=0) as pipe:
        while not stop.is_set():
            due = int((time.monotonic() - begun) * MIC_RATE * pace)
            while len(pending) < due - written:
                pending = np.concatenate([pending, next(sound)])
            pipe.write(pending[: due - written].tobytes())
            pending, written = pending[due - written :], due
            time.sleep(0.01)


def feed_call(player: subprocess.Popen[bytes], speech: np.ndarray, stop: threading.Event) -> None:
    assert player.stdin is not None
    for piece in carried(speech, RATE, EVERY_S * RATE):
        if stop.is_set():
            return
        player.stdin.write(piece.tobytes())


def count_underruns(player: subprocess.Popen[bytes], counted: list[str]) -> None:
    """When the player ran dry its later chirps come late: that is the player's shift, not the ears'."""
    assert player.stderr is not None
    counted.extend(time.strftime("%H:%M:%S") for line in player.stderr if b"underrun" in line)


def count_samples(counter: subprocess.Popen[bytes]) -> None:
    """How fast the null sink runs, by counting what its monitor delivers."""
    assert counter.stdout is not None
    count, at = 0, time.monotonic()
    while data := counter.stdout.read1(1 << 16):
        count += len(data) / 2
        if time.monotonic() - at > 0.5:
            SINK.append((time.monotonic(), count))
            at = time.monotonic()


class Finder:
    """Where the chirps are in one side's sound, in seconds on its time line."""

    def __init__(self) -> None:
        self.found: list[float] = []
        self._mark = chirp(RATE)
        self._sound = np.zeros(0, np.float32)
        self._at = 0

    def take(self, t: float, samples: np.ndarray) -> None:
        gap = round(t * RATE) - self._at - len(self._sound)
        self._sound = np.concatenate([self._sound, np.zeros(max(0, gap), np.float32), samples])
        if len(self._sound) < 2 * RATE:
            return
        size = 1 << (len(self._sound) + len(self._mark)).bit_length()
        likeness = np.fft.irfft(np.fft.rfft(self._sound, size) * np.conj(np.fft.rfft(self._mark, size)), size)
        likeness = likeness[: len(self._sound) - len(self._mark)] / float(np.dot(self._mark, self._mark))
        best = int(np.argmax(likeness))
        if likeness[best] > 0.6:
            second = (self._at + best) / RATE
            if not self.found or second - self.found[-1] > EVERY_S / 2:
                self.found.append(second)
        keep = len(self._mark)
        self._at += len(self._sound) - keep
        self._sound = self._sound[-keep:]


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def pairs(me: list[float], them: list[float]) -> list[tuple[float, float]]:
    """(second, shift in ms) of each chirp that was heard on both sides."""
    theirs = np.array(them)
    out = []
    for t in me:
        nearest = int(np.argmin(np.abs(theirs - t))) if len(theirs) else -1
        if nearest >= 0 and abs(theirs[nearest] - t) < EVERY_S / 2:
            out.append((t, 1000 * (t - float(theirs[nearest]))))
    return out


def sink_ppm() -> float | None:
    if len(SINK) < 100:
        return None
    at, count = np.array(SINK[20:]).T
    return round(float(np.polyfit(at - at[0], count, 1)[0] / RATE - 1) * 1e6, 1)


def report(finders: dict[str, Finder], ears: object, memory: list[float], health: list[str], minutes: float) -> None:
    shifts = pairs(finders["me"].found, finders["them"].found)
    settled = [(t, ms) for t, ms in shifts if t > 30]
    figures: dict[str, object] = {"what": "soak", "minutes": round(minutes, 1), "chirps": len(shifts),
                                  "heard": {who: len(f.found) for who, f in finders.items()}}  # fmt: skip
    if len(settled) > 2:
        at, ms = np.array(settled).T
        slope = float(np.polyfit(at / 3600, ms, 1)[0])
        figures |= {"shift_first_ms": round(ms[0], 1), "shift_last_ms": round(ms[-1], 1),
                    "shift_widest_ms": round(float(np.ptp(ms)), 1),
                    "shift_widest_of_98_percent_ms": round(float(np.ptp(np.percentile(ms, [1, 99]))), 1), "slope_ms_an_hour": round(slope, 2)}  # fmt: skip
    figures |= {"overflow_samples": ears.overflow, "resident_mb_first": round(memory[0], 1),  # type: ignore[attr-defined]
                "resident_mb_last": round(memory[-1], 1), "resident_mb_most": round(max(memory), 1),
                "cpu_s": round(time.process_time(), 1), "player_underruns": UNDERRUNS, "sink_ppm": sink_ppm(), "health": health}  # fmt: skip
    print(json.dumps(figures), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--ppm", type=float, nargs=2, default=(150.0, -100.0), help="of the two cards' clocks")
    parser.add_argument("--null", action="store_true", help="hear the other side from a null sink")
    wanted = parser.parse_args()
    root = Path(__file__).parents[1]
    sound, _ = soundfile.read(root / "models" / "demo" / "call.ogg", dtype="float32")
    import soxr

    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="pa-") as home:
        for name in [n for n in os.environ if n.startswith("PULSE_")]:
            del os.environ[name]
        os.environ |= {"XDG_RUNTIME_DIR": home, "HOME": home, "XDG_CONFIG_HOME": f"{home}/config"}
        devices = [
            _PIPE.format(name="mic", home=home),
            _NULL if wanted.null else _PIPE.format(name="theirs", home=home),
        ]
        modules = [part for module in ("module-native-protocol-unix", *devices) for part in ("-L", module)]
        processes = [subprocess.Popen(["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", *modules],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]  # fmt: skip
        try:
            while subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode:
                time.sleep(0.1)
            feeders = [("mic", 0, wanted.ppm[0])] + ([] if wanted.null else [("theirs", 1, wanted.ppm[1])])
            speech = np.asarray(soxr.resample(sound, RATE, MIC_RATE), np.float32)
            for name, channel, ppm in feeders:
                begin(feed_pipe, Path(home, f"{name}.fifo"), speech[:, channel], ppm, stop)
            if wanted.null:
                player = subprocess.Popen(["pacat", "--playback", "--raw", "--format=s16le", f"--rate={RATE}",
                                           "--channels=1", "--latency-msec=4000", "--device=call", "--verbose"],
                                          stdin=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
                counter = subprocess.Popen(["parec", "--device=call.monitor", "--raw", "--format=s16le",
                                            f"--rate={RATE}", "--channels=1", "--latency-msec=30"], stdout=subprocess.PIPE)  # fmt: skip
                processes += [player, counter]
                begin(feed_call, player, np.ascontiguousarray(sound[:, 1]), stop)
                begin(count_underruns, player, UNDERRUNS)
                begin(count_samples, counter)
            listen(wanted.minutes, "call.monitor" if wanted.null else "theirs")
        finally:
            stop.set()
            for process in reversed(processes):
                process.kill()
                process.wait()


def begin(target: object, *args: object) -> None:
    threading.Thread(target=target, args=args, daemon=True).start()  # type: ignore[arg-type]


def listen(minutes: float, theirs: str) -> None:
    from companion.audio.live import LiveEars
    from companion.audio.pulse import PulseSource
    from companion.clock import SystemClock
    from companion.config import AudioSettings

    clock = SystemClock()
    sources = {"me": lambda: PulseSource("mic", "mic"), "them": lambda: PulseSource(theirs, theirs)}
    ears = LiveEars(AudioSettings(microphone="mic", system=theirs), clock, sources)
    ears.open()
    begun = told = clock.now()
    finders = {"me": Finder(), "them": Finder()}
    memory, health = [resident_mb()], []
    try:
        while clock.now() - begun < minutes * 60:
            for chunk in ears.read(0.1):
                finders[chunk.speaker].take(chunk.t, chunk.samples)
            health += [f"{h.t:.0f} s {h.part} {h.state}: {h.message}" for h in ears.drain_health()]
            if clock.now() - told > 60:
                told = clock.now()
                memory.append(resident_mb())
                if len(memory) % 10 == 2:
                    report(finders, ears, memory, health, (told - begun) / 60)
        memory.append(resident_mb())
        report(finders, ears, memory, health, minutes)
    finally:
        ears.close()


if __name__ == "__main__":
    sys.exit(main())
