"""The user's settings file, changed with its comments kept; what was changed is noted, so that it can be undone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from companion.errors import CompanionError


def write(path: Path, changes: Mapping[str, Any], notes: Path, now_unix: float | None = None) -> None:
    """Set ``section.key`` -> value in the file; ``notes`` keeps what was there before, a change a line.

    Raises ``CompanionError`` when either cannot be written.
    """
    document = _read(path)
    before = {key: _get(document, key) for key in changes}
    for key, value in changes.items():
        _set(document, key, value)
    line = {
        "when": time.strftime("%Y-%m-%d %H:%M", time.localtime(now_unix)),
        "before": before,
        "after": {key: _plain(value) for key, value in changes.items()},
    }
    _save(notes, "".join(f"{json.dumps(entry)}\n" for entry in [*history(notes), line]))
    _save(path, _text(document))


def undo(path: Path, notes: Path) -> list[str]:
    """Take the last change back; returns the keys that were changed by hand since, which are left as they are.

    Raises ``CompanionError`` when there is nothing to take back.
    """
    entries = history(notes)
    if not entries:
        raise CompanionError("There is no earlier calibration to go back from.", "See: companion config show")
    last = entries.pop()
    document = _read(path)
    left = [key for key, value in last["after"].items() if _get(document, key) != value]
    for key, value in last["before"].items():
        if key not in left:
            _set(document, key, value)
    _save(path, _text(document))
    _save(notes, "".join(f"{json.dumps(entry)}\n" for entry in entries))
    return left


def history(notes: Path) -> list[dict[str, Any]]:
    """The changes so far, the oldest first; nothing when the notes cannot be read."""
    try:
        return [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError):
        return []


def _read(path: Path) -> Any:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(path.read_text(encoding="utf-8") if path.is_file() else "")
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise CompanionError(f"{path} is not valid TOML ({error}).", "See: companion config check") from error
    except OSError as error:
        raise CompanionError(f"{path} cannot be read ({error.strerror}).", "Check its permissions.") from error


def _get(document: Any, key: str) -> Any:
    section, _, name = key.partition(".")
    found = document.get(section, {}).get(name)
    return _plain(found.unwrap() if hasattr(found, "unwrap") else found)


def _set(document: Any, key: str, value: Any) -> None:
    """Set a value, its comment kept; None takes the key away."""
    import tomlkit

    section, _, name = key.partition(".")
    if value is None:
        if section in document:
            document[section].pop(name, None)
            if not document[section]:
                document.pop(section)
        return
    if section not in document:
        document[section] = tomlkit.table()
    item = tomlkit.item(_plain(value))
    if isinstance(value, Mapping):
        item = tomlkit.inline_table()
        item.update(_plain(value))
    known = document[section].get(name)
    if known is not None and hasattr(known, "trivia"):
        item.trivia.comment_ws, item.trivia.comment = known.trivia.comment_ws, known.trivia.comment
    document[section][name] = item


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(v) for v in value]
    return value


def _text(document: Any) -> str:
    import tomlkit

    return tomlkit.dumps(document)


def _save(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
        part.replace(path)
    except OSError as error:
        raise CompanionError(f"{path} cannot be written ({error.strerror}).", "Check its permissions.") from error
