"""Text from speech, files and users, made safe for a terminal, and times as people read them."""

from __future__ import annotations

import unicodedata

_UNSAFE = ("Cc", "Cf", "Zl", "Zp", "Cs", "Co")


def clean(text: str) -> str:
    """The text without control, escape, direction and line characters: data, never commands to the terminal."""
    return "".join(" " if unicodedata.category(c) in _UNSAFE else c for c in text)


def whole(text: str) -> str:
    """The text with U+FFFD for lone surrogates, which JSON can spell but no file, journal or screen can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def numbered(who: str, person: int) -> str:
    """What a side is called, with the number of the person on it where several are told apart (0: not known)."""
    return f"{who} {person}" if person else who


def clock(seconds: float) -> str:
    """Seconds as ``m:ss``, or ``h:mm:ss`` from an hour on."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes:2d}:{rest:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
