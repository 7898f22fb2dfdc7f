"""Memory: all threads share a few arenas where glibc gives each its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from companion.pipeline.heap import ARENAS, share_arenas

MANY_THREADS = """
import ctypes, re, sys, tempfile, threading
from companion.pipeline.heap import share_arenas
if "shared" in sys.argv:
    assert share_arenas()
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
meet = threading.Barrier(7)
def work():
    library.malloc(5000)
    meet.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
meet.wait()
library.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as out:
    file = ctypes.c_void_p(library.fopen(out.name.encode(), b"w"))
    library.malloc_info(0, file)
    library.fclose(file)
    print(len(re.findall(rb"<heap ", out.read())))
"""


def arenas(*args: str) -> int:
    run = [sys.executable, "-c", MANY_THREADS, *args]
    return int(subprocess.run(run, capture_output=True, text=True, check=True, env={}).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_threads_share_arenas() -> None:
    assert arenas() > ARENAS
    assert arenas("shared") <= ARENAS


def test_what_the_user_set_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert not share_arenas()
