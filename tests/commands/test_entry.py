"""Ctrl-C, from the first moment on: no traceback, and the exit code of a program that was stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from companion.cli import COMMANDS

ROOT = Path(__file__).parents[2]
CALL = str(ROOT / "models" / "demo" / "call.ogg")
LONG = {"demo": ["demo"], "analyze": ["analyze", CALL], "classify": ["classify"], "doctor": ["doctor"]}
"""Commands that import something large in their own body."""


def stopped_while_importing(module: str, arguments: list[str]) -> tuple[int, str]:
    """Exit code and stderr of the program, when Ctrl-C is pressed as soon as ``module`` has been imported."""
    told = []
    with subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "companion", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        for line in process.stderr or ():
            if line.rpartition("|")[2].strip() == module:
                process.send_signal(signal.SIGINT)
            elif not line.startswith("import time:"):
                told.append(line)
    return process.returncode, "".join(told)


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_while_the_program_itself_is_imported(command: str) -> None:
    assert stopped_while_importing("click.types", [command]) == (130, "")


@pytest.mark.parametrize("arguments", LONG.values(), ids=LONG)
def test_ctrl_c_while_a_command_imports_what_it_needs(arguments: list[str]) -> None:
    code, told = stopped_while_importing("numpy", arguments)
    assert code == 130
    assert "Traceback" not in told
    assert "KeyboardInterrupt" not in told


def test_ctrl_c_that_falls_into_a_callback_is_asked_for_once_more() -> None:
    program = """
import signal, sys, time, weakref
from companion import cli, entry

class Thing:
    pass

def run():
    thing = Thing()
    weakref.finalize(thing, lambda: None)
    kept = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing
    time.sleep(60)

cli.main = run
entry.main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (130, "")


def test_a_program_in_the_background_is_not_stopped_by_the_ctrl_c_of_another() -> None:
    program = """
import signal
from companion import cli, entry
signal.signal(signal.SIGINT, signal.SIG_IGN)
cli.main = lambda: signal.raise_signal(signal.SIGINT)
entry.main()
"""
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=30).returncode == 0
