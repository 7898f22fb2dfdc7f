"""The one error that users see.

Adapters catch what their library raises, once, and raise a ``CompanionError`` with the next step. ``cli`` prints it
as one sentence and leaves with its exit code; everything else that escapes is a bug.
"""

from __future__ import annotations


class CompanionError(Exception):
    """Something went wrong that the user can act upon.

    ``message`` says what, in one plain sentence; ``hint`` says what to do next; ``exit_code`` is 1 (failed) or
    2 (the command was used wrongly).
    """

    def __init__(self, message: str, hint: str = "", *, exit_code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(CompanionError):
    """The command, a setting or an input file cannot be used as given; exit code 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint, exit_code=2)
