"""How memory is taken from the system.

With glibc every thread may get an arena of its own, and what one thread gives back no other can use: an hour of calls
grew by 6 %.
"""

from __future__ import annotations

import ctypes
import os

ARENAS = 2
"""One for recognition and one for all else would do; glibc lets threads take turns."""
_M_ARENA_MAX = -8
"""From glibc's malloc.h."""


def share_arenas() -> bool:
    """Let all threads share a few arenas, before they start; False where that is not possible, or is set already."""
    if "MALLOC_ARENA_MAX" in os.environ:
        return False
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018  # another C library than glibc would take the number for something else
        return bool(library.mallopt(_M_ARENA_MAX, ARENAS))
    except (AttributeError, OSError, TypeError):
        return False
