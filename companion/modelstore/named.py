"""Speech models by their faster-whisper or hub name ("small", "owner/name"), kept in the hub's own cache.

They are not in our manifest, so nobody has vouched for their bytes; the hub's own library checks them.
"""

from __future__ import annotations

from pathlib import Path

from companion.errors import CompanionError, UsageError
from companion.modelstore import hub


def cached(name: str) -> Path | None:
    """The folder of such a model where it was pulled before, else None; never uses the network.

    Raises ``UsageError`` for a name that cannot be one.
    """
    return _folder(name, local=True)


def pull(name: str) -> Path:
    """Get such a model from the hub; raises ``CompanionError`` when it cannot be had.

    On a machine that is set to be offline, only one that was pulled before can be had.
    """
    forbidden = hub.forbidden_by()
    folder = _folder(name, local=bool(forbidden))
    if folder is None and forbidden:
        raise CompanionError(
            f'The hub was not asked for "{name}", as this machine is set to be offline ({forbidden}).',
            "Unset that and run the command again, or name a folder that holds the model.",
        )
    if folder is None:
        raise CompanionError(
            f'The model "{name}" could not be had from the hub.',
            "Check the name and the connection, or name a folder that holds the model.",
        )
    return folder


def _folder(name: str, *, local: bool) -> Path | None:
    from faster_whisper.utils import available_models, download_model
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    if "/" not in name and name not in available_models():
        raise UsageError(
            f'There is no speech model "{name}".',
            f"There are: {', '.join(available_models())}; or name a hub repository (owner/name) or a folder.",
        )
    try:
        return Path(download_model(name, local_files_only=local))
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError):
        return None
