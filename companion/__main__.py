"""``companion``, or ``python -m companion``."""

from __future__ import annotations

import os
import signal


def main() -> None:
    """Run the program; a Ctrl-C while it is still being loaded ends it without a word."""
    waits = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if waits:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from companion import cli

    if waits:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    cli.main()


if __name__ == "__main__":
    main()
