"""The whole program in a real terminal: a call is watched to its end, and looked back at."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.e2e.multiplexer import Tmux
from tests.e2e.terminal import Terminal

DEMO = Path(__file__).parents[2] / "models" / "demo" / "call.jsonl"


def test_a_call_is_watched_to_its_end_and_then_looked_back_at() -> None:
    terminal = Terminal("replay", str(DEMO), "--speed", "max")
    terminal.until("The call is over.")
    assert "HEATED" in terminal.read
    terminal.press("x")
    terminal.until("missed one")
    terminal.press("d")
    terminal.until("How did your approach affect the dynamics?")
    terminal.press("\x1b")
    terminal.until_last("missed one")
    terminal.press("q")
    assert terminal.close() == 0


def test_a_call_is_ended_with_a_question_and_nothing_is_kept_when_not_wanted() -> None:
    terminal = Terminal("replay", str(DEMO), "--speed", "1", "--no-keep")
    terminal.until("CALM")
    terminal.press("q")
    terminal.until("End the call?")
    terminal.press("y")
    terminal.until("The call is over.")
    terminal.press("x")
    assert terminal.close() == 0
    assert DEMO.name not in terminal.read


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_in_tmux_it_has_its_colours_its_layouts_and_its_keys(tmp_path: Path) -> None:
    with Tmux(tmp_path, "replay", str(DEMO), "--speed", "1", "--no-keep") as tmux:
        tmux.until("CALM")
        assert re.search(r"\x1b\[[0-9;]*38[;:]", tmux.screen(coloured=True)), "colours beyond the sixteen"
        tmux.press("Space")
        tmux.until("PAUSED")
        tmux.press("Space")
        tmux.until("PAUSED", gone=True)
        tmux.press("m")
        tmux.until("A note, or just Enter")
        tmux.press("-l", "here")
        tmux.press("Enter")
        tmux.until("▲")
        assert "usual sensitivity" in tmux.screen()
        tmux.resize(38, 30)
        tmux.until("usual sensitivity", gone=True)
        tmux.press("q")
        tmux.until("End the call?")
        tmux.press("y")
        tmux.until("The call is over.")
        assert "1 marked." in tmux.screen()
        tmux.press("x")
        assert tmux.ended()
