"""Putting the live screen around a session, and taking it away again."""

from __future__ import annotations

import sys

from companion.config import Settings
from companion.control import Session
from companion.tui.around import Around
from companion.tui.live import LiveApp

SWITCH_S = 0.001
"""Python lets threads take turns this often while the screen is up (5 ms else): a key waits for several turns, and
recognition, which does its work outside Python, does not mind."""


def run(session: Session, settings: Settings, around: Around) -> str | None:
    """Show a session until it is over; ``REVIEW`` when the user wants to look back."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        wanted = LiveApp(session, settings, around).run()
    finally:
        sys.setswitchinterval(before)
    session.end("user")
    session.wait(10.0)
    return wanted
