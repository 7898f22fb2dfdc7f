"""An input whose microphone does not hear the loudspeakers."""

from __future__ import annotations

from collections.abc import Iterable

from companion.audio.chunks import Chunk
from companion.audio.echo import Cleaner
from companion.events import Health
from companion.pipeline.inputs import Heard, Input


class WithoutEcho:
    """Hands on what ``inner`` hears, with the other side taken out of the user's channel once it is found there."""

    def __init__(self, inner: Input) -> None:
        self._inner = inner
        self._cleaner = Cleaner()
        self._told = False
        self._over = False

    def open(self) -> None:
        self._inner.open()

    def read(self, timeout_s: float) -> list[Heard] | None:
        heard = self._inner.read(timeout_s)
        if heard is not None:
            return _heard(c for h in heard for c in self._cleaner.take(Chunk(h.speaker, h.t, h.samples)))
        if self._over:
            return None
        self._over = True
        return _heard(self._cleaner.flush())

    def health(self) -> list[Health]:
        told = self._inner.health()
        leak = self._cleaner.leak
        if leak is not None and not self._told:
            self._told = True
            message = (
                f"Your microphone hears the loudspeakers, {1000 * leak.delay_s:.0f} ms later; that is taken out. "
                "Headphones are better."
            )
            told.append(Health(part="echo", state="ok", message=message))
        elif leak is None and self._told:
            self._told = False
            told.append(Health(part="echo", state="ok", message="Your microphone does not hear the loudspeakers now."))
        return told

    def pause(self) -> None:
        self._inner.pause()

    def resume(self) -> None:
        self._inner.resume()

    def close(self) -> None:
        self._inner.close()


def _heard(chunks: Iterable[Chunk]) -> list[Heard]:
    return [Heard(c.speaker, c.t, c.samples, c.listen) for c in chunks]
