"""The recording of the call that is looked at, heard from the cursor on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from companion.errors import CompanionError

if TYPE_CHECKING:
    from companion.audio.playing import Player

FOLLOWS_S = 0.2
"""How often the cursor looks where the sound is."""


class Sound:
    """Plays or is silent; ``say`` is told why it cannot play, or ended early."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._player: Player | None = None

    @property
    def at(self) -> float | None:
        """The second that is heard now; None while nothing is."""
        return self._player.at if self._player is not None else None

    def play(self, path: Path, begin_s: float) -> None:
        """From a second on."""
        # here, as it brings numpy and the decoders: a call that is only looked at opens without them
        from companion.audio.playing import Player

        try:
            self._player = Player(path, begin_s)
        except CompanionError as error:
            self._say(str(error))

    def seek(self, t: float) -> None:
        """Go on from another second, if it plays."""
        if self._player is not None:
            self._player.seek(t)

    def stop(self) -> None:
        """Silence."""
        if self._player is not None:
            self._player.stop()
            self._player = None

    def ended(self) -> bool:
        """Whether it has come to its end by itself since it was last asked; it is silent then."""
        if self._player is None or self._player.playing:
            return False
        if self._player.trouble:
            self._say(self._player.trouble)
        self.stop()
        return True
