"""A region of the screen that is drawn again only when what it shows has changed."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static


class Region(Static):
    """Text of a size that the layout gives; new text never moves anything else."""

    can_focus = False

    def __init__(self, *, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._shown: Text | None = None

    @property
    def text(self) -> Text:
        """What is shown."""
        return self._shown or Text()

    def show(self, text: Text) -> None:
        """Put this text there; nothing happens when it is there already."""
        before = self._shown
        if before is not None and before.plain == text.plain and before.spans == text.spans:
            return
        self._shown = text
        self.update(text, layout=False)
