"""A soft sign outside the screen when the talk is breaking: the terminal's bell, or a notification of the desktop."""

from __future__ import annotations

import shutil
import subprocess
import sys

TITLE, BODY = "Companion", "The talk may be breaking."
_SERVICE = "org.freedesktop.Notifications"
"""Desktop Notifications Specification 1.2: Notify(app, replaces, icon, summary, body, actions, hints, milliseconds)."""


def desktop() -> bool:
    """Show a notification without waiting for it; False where there is no way to."""
    command = _command()
    if command is None:
        return False
    try:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  # fixed words
    except OSError:
        return False
    return True


def _command() -> list[str] | None:
    if sys.platform == "darwin" and (osascript := shutil.which("osascript")):
        return [osascript, "-e", f'display notification "{BODY}" with title "{TITLE}"']
    if notify := shutil.which("notify-send"):
        return [notify, "--urgency=low", "--expire-time=6000", TITLE, BODY]
    if gdbus := shutil.which("gdbus"):
        where = ["--dest", _SERVICE, "--object-path", "/org/freedesktop/Notifications"]
        words = [TITLE, "0", "", TITLE, BODY, "[]", "{'urgency': <byte 0>}", "6000"]
        return [gdbus, "call", "--session", *where, "--method", f"{_SERVICE}.Notify", *words]
    return None
