"""What the user wrote down before the call: used by the coach, kept with the session, shown in the review."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from companion.errors import CompanionError

QUESTIONS: Mapping[str, str] = {
    "who": "Whom will you talk to",
    "stake": "What is at stake for you",
    "history": "What happened between you before",
    "pressures": "What may be pressing on them",
    "success": "What would be a success for everyone",
    "limit": "What is your limit: when will you walk away",
    "words": "Which words set you off",
    "try": "What one thing will you try this time",
}
LONGEST = 500


def load(path: Path) -> dict[str, str]:
    """The answers, or nothing when there are none (or the file is no longer readable as such)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {k: str(v)[:LONGEST] for k, v in data.items() if k in QUESTIONS and v}


def save(path: Path, answers: Mapping[str, str]) -> None:
    """Write the answers (mode 0600); raises ``CompanionError`` when that fails."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump({k: answers[k] for k in QUESTIONS if answers.get(k)}, out, ensure_ascii=False, indent=1)
    except OSError as error:
        raise CompanionError(f"{path} cannot be written ({error.strerror}).", "Check its permissions.") from error


def use_up(path: Path, last: Path, taken: Mapping[str, str]) -> None:
    """Move the answers that a call has taken in to ``last`` (mode 0600); what was written since stays for the next.

    Raises ``CompanionError`` when that fails.
    """
    if load(path) != taken:
        return
    try:
        path.chmod(0o600)
        path.replace(last)
    except OSError as error:
        raise CompanionError(
            f"{path} cannot be moved aside ({error.strerror}), and would count again.", "Run: companion prep --clear"
        ) from error
