"""Keeps one side open: a stream that ends, tells nothing for two seconds, or is not what was meant, is opened anew."""

from __future__ import annotations

import threading
from collections.abc import Callable

from companion.audio.chunks import Samples
from companion.audio.source import LiveSource
from companion.audio.standing import Standing
from companion.clock import Clock
from companion.errors import CompanionError

STALL_S = 2.0
"""An open stream without a block for this long is lost; sound servers deliver at least every 0.1 s."""
FIRST_S = 5.0
"""Its first block may take so long: an idle output of PulseAudio hands its monitor the first 2 s in one piece."""
BACKOFF_S = (0.5, 1.0, 2.0, 5.0)
"""Waits before each attempt to open it again; the last one goes on."""
_LOOK_S = 0.25
STANDING_S = 1.0
"""How often it is asked whether the stream is still what was meant."""

Tell = Callable[[str, str], None]
"""Told the state ("ok", "lost") and one sentence, on a change only."""


class Watch:
    """Opens what ``make`` makes, forwards its blocks with the clock's second, and mends what breaks.

    ``make`` is called for every attempt, so that a device that comes back under another number is found by its name.
    ``on_new`` is called before the first block of every stream. ``standing`` is asked, on the watch's thread, whether
    an open stream is still the device that was meant; when it is not, another is opened at once.
    """

    def __init__(
        self,
        make: Callable[[], LiveSource],
        *,
        on_block: Callable[[Samples, float], None],
        on_new: Callable[[], None],
        tell: Tell,
        clock: Clock,
        standing: Callable[[LiveSource], Standing] = lambda _: Standing(),
    ) -> None:
        self.muted = False
        """Whether the system has the device muted."""
        self._make = make
        self._standing = standing
        self._asked_s = clock.now()
        self._on_block = on_block
        self._on_new = on_new
        self._tell = tell
        self._clock = clock
        self._source: LiveSource | None = None
        self._stream = 0
        self._heard_stream = 0
        self._last_s = 0.0
        self._state = ""
        self._attempts = 0
        self._again_s = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        """What the device is called; empty while none is open."""
        source = self._source
        return source.name if source is not None else ""

    def open(self) -> None:
        """Open it now; raises ``CompanionError``."""
        source = self._make()
        self._stream += 1
        stream = self._stream
        self._last_s = self._clock.now()
        source.open(lambda samples: self._block(stream, samples))
        self._source = source

    def fail(self, message: str) -> None:
        """It could not be opened: say so, and go on trying."""
        self._lose(message)

    def start(self) -> None:
        """Watch over it from a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="audio watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go of the device; waits a moment for the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(3.0)  # a driver that hangs must not hold the end of a session
        elif self._source is not None:
            self._source.close()

    def step(self) -> None:
        """Look once; called by the thread, or by a test."""
        now = self._clock.now()
        if self._source is None:
            if now >= self._again_s:
                self._open_again()
            return
        if self._heard_stream == self._stream and self._state != "ok":
            self._attempts = 0
            self._change("ok", f"Listening to {self._source.name}.")
        if not self._source.alive:
            self._lose(f"{self._source.name} went away; trying to get it back.")
        elif now - self._last_s > (STALL_S if self._heard_stream == self._stream else FIRST_S):
            self._lose(f"{self._source.name} delivers no sound; opening it again.")
        elif now - self._asked_s >= STANDING_S:
            self._ask(self._source, now)

    def _ask(self, source: LiveSource, now: float) -> None:
        self._asked_s = now
        standing = self._standing(source)
        self.muted = standing.muted
        if standing.moved:
            self._lose(f"{source.name} is not in use any more; changing over.")
            self._attempts, self._again_s = 0, now

    def _run(self) -> None:
        while not self._clock.wait(_LOOK_S, self._stop):
            self.step()
        if self._source is not None:
            self._source.close()

    def _open_again(self) -> None:
        try:
            self.open()
        except CompanionError as error:
            self._lose(str(error))

    def _lose(self, message: str) -> None:
        source, self._source = self._source, None
        self._stream += 1  # a stream that is given up may still be speaking
        if source is not None:
            source.close()
        self._again_s = self._clock.now() + BACKOFF_S[min(self._attempts, len(BACKOFF_S) - 1)]
        self._attempts += 1
        self._change("lost", message)

    def _change(self, state: str, message: str) -> None:
        if state != self._state:
            self._state = state
            self._tell(state, message)

    def _block(self, stream: int, samples: Samples) -> None:
        if stream != self._stream:
            return
        self._last_s = self._clock.now()
        if self._heard_stream != stream:
            self._heard_stream = stream
            self._on_new()
        self._on_block(samples, self._last_s)
