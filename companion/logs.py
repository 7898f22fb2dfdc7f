"""The log goes to a file of the user's own (0600); the terminal belongs to the screen."""

from __future__ import annotations

import logging
import logging.handlers
import os
from io import TextIOWrapper
from pathlib import Path

from companion import locations

_MOST_BYTES = 1_000_000


class _LazyFile(logging.handlers.RotatingFileHandler):
    """Opened with the first record, so that a command without trouble writes nothing; speech is never logged."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(handle, "a", encoding="utf-8")


def to_file(*, debug: bool = False) -> None:
    """Send the log to its file; warnings and worse, or all with ``debug``."""
    handler = _LazyFile(locations.log_path(), maxBytes=_MOST_BYTES, backupCount=1, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    for old in root.handlers:
        if isinstance(old, _LazyFile):
            old.close()
    root.handlers = [handler]
    root.setLevel(logging.DEBUG if debug else logging.WARNING)
    logging.raiseExceptions = False
