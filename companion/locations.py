"""Where things live. Everything the companion keeps is under one data directory that the user can find.

``COMPANION_HOME`` puts data, cache and configuration under one folder (tests, portable use).
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).parent
_APP = "companion"


def _home() -> Path | None:
    home = os.environ.get("COMPANION_HOME")
    return _expanded(home) if home else None


def _expanded(path: str) -> Path:
    """With the user's own folder for ``~``; a ``~`` of nobody stays as it is (``Path.expanduser`` would raise)."""
    return Path(os.path.expanduser(path))  # noqa: PTH111


def data_dir() -> Path:
    """The user's data: the journal, recordings, the voice baseline."""
    home = _home()
    return home / "data" if home else Path(platformdirs.user_data_dir(_APP, appauthor=False))


def cache_dir() -> Path:
    """What can be had again: pulled models."""
    home = _home()
    return home / "cache" if home else Path(platformdirs.user_cache_dir(_APP, appauthor=False))


def config_dir() -> Path:
    """The user's own settings and playbook."""
    home = _home()
    return home / "config" if home else Path(platformdirs.user_config_dir(_APP, appauthor=False))


def journal_path() -> Path:
    """The SQLite database of all sessions."""
    return data_dir() / "sessions.db"


def recording_path(session_id: str, journal: Path | None = None) -> Path:
    """The sound of a session of the journal (ours, when none is named), whether or not it was recorded."""
    return (journal or journal_path()).parent / "recordings" / f"{session_id}.ogg"


def prep_path() -> Path:
    """What the user wrote down before the next call."""
    return data_dir() / "prep.json"


def last_prep_path() -> Path:
    """What they had written down before the last call."""
    return data_dir() / "prep.last.json"


def calibration_path() -> Path:
    """What calibration changed in the settings, so that it can be undone."""
    return data_dir() / "calibration.jsonl"


def voice_path() -> Path:
    """The user's usual voice, as numbers."""
    return data_dir() / "voice.json"


def welcomed_path() -> Path:
    """There once the user has gone through the first screens."""
    return data_dir() / "welcomed"


def log_path() -> Path:
    """The log file; the terminal belongs to the screen."""
    return data_dir() / "companion.log"


def user_config_path() -> Path:
    """The user's ``config.toml``, whether or not it is there."""
    return config_dir() / "config.toml"


def models_dir() -> Path:
    """Where pulled models are kept; ``COMPANION_MODELS`` names another folder."""
    named = os.environ.get("COMPANION_MODELS")
    return _expanded(named) if named else cache_dir() / "models"


def shipped(*parts: str) -> Path:
    """A file or folder that comes with the program.

    An installed wheel carries them in ``companion/_shipped``; a checkout has them at its top (``models``,
    ``config.toml``).
    """
    carried = _PACKAGE / "_shipped"
    return (carried if carried.is_dir() else _PACKAGE.parent).joinpath(*parts)
