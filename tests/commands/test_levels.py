"""``devices --test``: in five seconds one sees that it hears, or reads what to do."""

from __future__ import annotations

import numpy as np
import pytest

from companion.audio.chunks import RATE, Chunk
from companion.clock import ManualClock
from companion.commands.levels import FRAME_S, TEST_S, Seen, bar, printer, verdict, watch
from companion.events import Health


class Ears:
    """Ears that hear a steady level on each side (a factor; None: nothing comes)."""

    def __init__(self, clock, me, them, health=()):
        self.clock, self.levels, self.health = clock, {"me": me, "them": them}, list(health)

    def read(self, timeout_s):
        self.clock.advance(timeout_s)
        size = round(timeout_s * RATE)
        return [Chunk(who, 0.0, np.full(size, level, np.float32))
                for who, level in self.levels.items() if level is not None]  # fmt: skip

    def drain_health(self):
        told, self.health = self.health, []
        return told


def test_both_sides_are_shown_all_the_while_and_judged_at_the_end(capsys):
    clock = ManualClock()
    seen = watch(Ears(clock, 0.1, 0.01), clock, printer(terminal=False), FRAME_S)
    assert clock.now() == pytest.approx(TEST_S, abs=2 * FRAME_S)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == pytest.approx(2 * TEST_S / FRAME_S, abs=20)
    assert "-20 dB" in lines[0]
    assert "-40 dB" in lines[1]
    assert "\x1b" not in "".join(lines)
    assert [verdict(s, side) for s, side in seen.items()] == [
        "Your side is heard, up to -20 dB.", "Their side is heard, up to -40 dB.",
    ]  # fmt: skip


def test_on_a_terminal_the_bars_stay_where_they_are(capsys):
    show = printer(terminal=True)
    for _ in range(3):
        show({"me": Seen(now=-10.0), "them": Seen(now=-30.0)})
    assert capsys.readouterr().out.count("\x1b[2A") == 2


@pytest.mark.parametrize(("speaker", "level", "word"), [
    ("me", 0.0, "muted"), ("me", 0.0005, "quiet"), ("them", 0.0, "Play something"), ("them", 0.0005, "volume"),
    ("me", None, "muted"), ("them", None, "Play something"),
])  # fmt: skip
def test_what_is_not_heard_is_told_with_the_next_step(speaker, level, word):
    clock = ManualClock()
    seen = watch(Ears(clock, level, level), clock, lambda _: None, FRAME_S)
    assert word in verdict(speaker, seen[speaker])


def test_a_device_that_is_in_trouble_says_so_itself():
    clock = ManualClock()
    trouble = Health(part="me", state="degraded", message="Your microphone is muted in the system's settings.")
    seen = watch(Ears(clock, 0.0, 0.1, [trouble]), clock, lambda _: None, FRAME_S)
    assert verdict("me", seen["me"]) == "Your side: Your microphone is muted in the system's settings."


def test_a_bar_fits_into_a_narrow_terminal():
    assert len(bar("them", Seen(now=0.0))) <= 64
    assert bar("me", Seen(now=-35.0)).count("█") == 20
    assert "silent" in bar("me", Seen())
