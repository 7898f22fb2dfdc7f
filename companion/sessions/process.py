"""Whether the process that wrote a session still runs: a number alone may have been given to another since."""

from __future__ import annotations

import os
from pathlib import Path


def fingerprint(pid: int) -> str:
    """What tells this process from a later one of the same number; empty where that cannot be known."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]  # when it started, in ticks since the machine did


def runs(pid: int | None, known: str | None) -> bool:
    """Whether that very process is alive."""
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not known or fingerprint(pid) == known
