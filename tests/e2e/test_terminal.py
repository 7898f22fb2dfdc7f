"""The whole program in a real terminal: a call is watched to its end, and looked back at."""

from __future__ import annotations

from pathlib import Path

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
