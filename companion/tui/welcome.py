"""The first run: what it does and does not do, consent and privacy, and whether it hears; then never again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

from rich.style import Style
from rich.text import Text
from textual import events, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.worker import get_current_worker

from companion.errors import CompanionError
from companion.events import Speaker
from companion.plain import clean
from companion.tui.layout import NARROW_COLUMNS, SHORT_ROWS
from companion.tui.palette import PALETTES, Palette, theme
from companion.tui.regions import Region

HEARD_DBFS = -50.0
"""Sound from here on counts as heard."""
_FLOOR_DBFS = -70.0
_BAR, _SHORT_BAR = 24, 8

PAGES = (
    (
        "What it does",
        """\
It listens to your call on this machine, follows how heated the talk is, and, seldom, offers one sentence that may \
help. Most of the time it is silent.

It may be wrong. It knows the words and your voice; you know the people. It does not judge anybody, does not \
diagnose, and does not speak for you.""",
    ),
    (
        "Consent and privacy",
        """\
Nothing leaves this machine. Sound is kept only if you ask for it; words are, for your own review, in one file that \
only you can read. You can turn that off, or delete any call.

Where you or the others live, transcribing a call may need their consent. Ask. Only your own voice is read for \
strain, unless you switch on that of others.""",
    ),
    (
        "Does it hear?",
        """\
Say a few words, and let the other side (or any video) play for a moment. Both bars should move.""",
    ),
)


class Hearing(Protocol):
    """Both ears, for a hearing test. Used from one thread."""

    def open(self) -> None:
        """Open the devices; raises ``CompanionError``."""
        ...

    def levels(self) -> Mapping[Speaker, float]:
        """The loudness of each side since the last look, in dB below full scale; waits up to a tenth of a second."""
        ...

    def close(self) -> None:
        """Let go of the devices."""
        ...


class WelcomeApp(App[bool]):
    """Returns whether the user went through it to the end."""

    CSS = """
    Screen { align: center middle; background: $background; }
    #page { width: 86; max-width: 100%; height: 20; max-height: 100%; padding: 1 2; }
    #scroll { height: 1fr; scrollbar-size-vertical: 1; }
    #words { height: auto; }
    #ears { height: 6; margin-top: 1; }
    #foot { height: 1; }
    .short #page { padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,right", "forward", "on", priority=True),
        Binding("left,backspace", "before", "back", priority=True),
        Binding("q,escape,ctrl+c", "leave", "leave", priority=True),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, theme_name: str, hearing: Callable[[], Hearing]) -> None:
        super().__init__()
        self._theme_name = theme_name
        self._palette = PALETTES[theme_name]
        self._hearing = hearing
        self._page = 0
        self._levels: dict[Speaker, float] = {"me": _FLOOR_DBFS, "them": _FLOOR_DBFS}
        self._heard: set[Speaker] = set()
        self._trouble = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="page"):
            with VerticalScroll(id="scroll"):
                yield Region(id="words")
                yield Region(id="ears")
            yield Region(id="foot")

    def on_mount(self) -> None:
        self.register_theme(theme(self._theme_name))
        self.theme = f"companion-{self._theme_name}"
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self.screen.set_class(event.size.height < SHORT_ROWS, "short")
        self._draw()

    def _draw(self) -> None:
        title, words = PAGES[self._page]
        page = Text()
        page.append(f"{title}\n\n", Style(color=self._palette.accent, bold=True))
        page.append(words, Style(color=self._palette.text))
        self.query_one("#words", Region).update(page)
        last = self._page == len(PAGES) - 1
        ears = self.query_one("#ears", Region)
        ears.display = last
        ears.show(self._ears())
        go = "begin" if last else "go on"
        keys = [f"{self._page + 1} of {len(PAGES)}", f"Enter {go}", "← back", "Esc leave"]
        gap = "     "
        if self.size.width < NARROW_COLUMNS:
            gap = "   "
            keys.remove("← back")
        self.query_one("#foot", Region).show(Text(gap.join(keys), self._palette.dim))

    def _ears(self) -> Text:
        size = _BAR if self.size.width >= NARROW_COLUMNS else _SHORT_BAR
        return _both(self._levels, self._heard, self._trouble, self._palette, size)

    def action_forward(self) -> None:
        """The next page; after the last, begin."""
        if self._page == len(PAGES) - 1:
            self.exit(True)  # noqa: FBT003  # Textual's
            return
        self._page += 1
        self._draw()
        if self._page == len(PAGES) - 1:
            self._listen()

    def action_before(self) -> None:
        """The page before."""
        self.workers.cancel_all()
        self._page = max(0, self._page - 1)
        self._draw()

    def action_leave(self) -> None:
        """Not now; it is shown again next time."""
        self.exit(False)  # noqa: FBT003  # Textual's

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _listen(self) -> None:
        worker = get_current_worker()
        hearing = self._hearing()
        try:
            hearing.open()
            while not worker.is_cancelled:
                self.call_from_thread(self._hear, dict(hearing.levels()))
        except CompanionError as error:
            self.call_from_thread(self._fail, str(error))
        finally:
            hearing.close()

    def _hear(self, levels: dict[Speaker, float]) -> None:
        for speaker, level in levels.items():
            self._levels[speaker] = max(level, self._levels[speaker] - 3.0, _FLOOR_DBFS)
            if level >= HEARD_DBFS:
                self._heard.add(speaker)
        self._draw()

    def _fail(self, message: str) -> None:
        self._trouble = message
        self._draw()


def _both(levels: Mapping[Speaker, float], heard: set[Speaker], trouble: str, palette: Palette, size: int) -> Text:
    """Both sides as bars of ``size`` cells, with what is known in words."""
    out = Text()
    sides: tuple[tuple[Speaker, str], ...] = (("me", "you"), ("them", "they"))
    for speaker, who in sides:
        filled = round(size * min(1.0, max(0.0, 1 - levels[speaker] / _FLOOR_DBFS)))
        out.append(f"{who:>5}  ", Style(color=palette.dim))
        out.append("▮" * filled, Style(color=palette.levels[0]))
        out.append("▯" * (size - filled), Style(color=palette.dim))
        out.append("   heard\n" if speaker in heard else "   not heard yet\n", Style(color=palette.text))
    out.append("\n")
    if trouble:
        out.append(clean(trouble), Style(color=palette.levels[1]))
    elif len(heard) < len(sides):
        out.append("If one stays empty: Esc, then companion devices --test", Style(color=palette.dim))
    return out
