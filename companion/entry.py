"""The way in: Ctrl-C is answered quietly from here on, before anything that takes time is imported."""

from __future__ import annotations

import os
import sys

STOPPED = 130
"""What a shell tells of a program that was stopped with Ctrl-C."""

try:
    import signal
    from contextlib import suppress
except KeyboardInterrupt:
    os._exit(STOPPED)


def main() -> None:
    """Run the program; stopped at whatever moment, it leaves without a traceback."""
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # by a shell that put us into the background
    if not ignored:
        signal.signal(signal.SIGINT, _leave_at_once)
    from companion.cli import main as run

    if not ignored:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook = _unraisable
    try:
        run()
    except KeyboardInterrupt:
        _end_stopped()
    except SystemExit as end:
        if end.code == STOPPED:
            _end_stopped()
        raise
    finally:
        if not ignored:
            signal.signal(signal.SIGINT, _leave_at_once)


def _end_stopped() -> None:
    """End with our own code, once all is written.

    CPython would end by SIGINT where the Ctrl-C fell into Python code that an extension runs by itself.
    """
    import logging

    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or nobody reads it any more
            stream.flush()
    os._exit(STOPPED)


def _leave_at_once(number: int, frame: object) -> None:
    """While nothing is open that would have to be closed."""
    del number, frame
    os._exit(STOPPED)


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    """Python drops a Ctrl-C that falls into a callback, of which an import has many: ask once more, a little later."""
    if not isinstance(what.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(what)
        return
    import threading

    threading.Timer(0.01, _ask_again).start()


def _ask_again() -> None:
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    else:
        import threading

        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # wakes it where it waits
