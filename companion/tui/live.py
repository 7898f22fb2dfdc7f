"""The live screen: drives a session, folds its events, shows the newest snapshot, never waits for inference."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import ClassVar

from rich.console import Group
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Footer, Input, RichLog, Static

from companion.config import Settings
from companion.control import Session
from companion.events import Event, Level
from companion.tui import paint
from companion.tui.palette import PALETTES, theme
from companion.tui.sheets import HELP, Breathing, Question, Sheet
from companion.tui.state import LiveState

REFRESH_S = 0.05
"""The screen looks for news this often; whatever came meanwhile is drawn once."""
TRANSCRIPT_LINES = 20_000
STEP = 0.25
"""One press of + or -."""
_WIDE, _NARROW, _STRIP = 110, 60, 11


class LiveApp(App[int]):
    """Shows one session; see ``companion.control.Session`` for what its keys do."""

    CSS_PATH = "companion.tcss"
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "pause"),
        Binding("u", "close_prompt('used')", "used it"),
        Binding("d", "close_prompt('dismissed')", "dismiss"),
        Binding("m", "mark", "mark"),
        Binding("plus,equals_sign", "sensitivity(1)", "more", key_display="+"),
        Binding("minus", "sensitivity(-1)", "less", key_display="-"),
        Binding("b", "breathe", "breathe", show=False),
        Binding("t", "transcript", "hide words", show=False),
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("q", "end", "end"),
        Binding("ctrl+c", "end_now", "end now", show=False, priority=True),
    ]

    def __init__(self, session: Session, settings: Settings, *, title: str) -> None:
        super().__init__()
        self.title = title
        self.state = LiveState()
        self._session = session
        self._palette = PALETTES[settings.screen.theme]
        self._theme_name = settings.screen.theme
        self._transcript_wanted = settings.screen.transcript
        self._bell_wanted = settings.screen.bell
        self._news: deque[Event] = deque()
        self._over = False

    def compose(self) -> ComposeResult:
        yield Static(id="state")
        with Container(id="body"):
            yield Static(id="card")
            with Container(id="talk"):
                log = RichLog(id="transcript", max_lines=TRANSCRIPT_LINES, wrap=True, min_width=20)
                log.can_focus = False
                yield log
                yield Static(id="partials")
        yield Input(id="note", placeholder="A note for this moment; Enter marks, Esc leaves", disabled=True)
        yield Static(id="timeline")
        yield Static(id="meters")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.register_theme(theme(self._theme_name))
        self.theme = f"companion-{self._theme_name}"
        self.screen.set_class(not self._transcript_wanted, "private")
        self._fit(self.size.width, self.size.height)
        self._draw()
        self.set_interval(REFRESH_S, self._look)
        self._session.start(self._news.append)

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width, event.size.height)
        self._draw()

    # ---- what comes in

    def _look(self) -> None:
        """Fold everything that came since the last look, and draw once."""
        if not self._news:
            return
        level = self.state.level
        while self._news:
            self.state = self.state.apply(self._news.popleft())
        self._write_fresh()
        if self.state.level == Level.BREAKING > level and self._bell_wanted:
            self.bell()
        self._draw()
        if self.state.ended and not self._over:
            self._over = True
            self.push_screen(Sheet(paint.summary(self.state, self._palette)), lambda _: self.exit(0))

    def _write_fresh(self) -> None:
        log = self.screen_stack[0].query_one("#transcript", RichLog)
        for words in self.state.fresh:
            log.write(paint.said(words, self._palette))
        self.state = replace(self.state, fresh=())

    # ---- what is shown

    def _fit(self, width: int, height: int) -> None:
        """The layout that fits the size."""
        base = self.screen_stack[0]
        strip = height < _STRIP
        base.set_class(strip, "strip")
        base.set_class(width >= _WIDE and not strip, "wide")
        base.set_class(width < _NARROW and not strip, "narrow")

    def _draw(self) -> None:
        state, palette, base = self.state, self._palette, self.screen_stack[0]
        width = self.size.width
        base.query_one("#state", Static).update(paint.state_line(state, palette, width))
        card = base.query_one("#card", Static)
        card.set_class(state.prompt is not None, "prompt")
        if state.prompt is not None:
            card.update(paint.prompt_card(state.prompt, palette, compact=base.has_class("strip")))
        else:
            card.update(paint.quiet_card(state, palette))
        lines = [paint.said(p, palette) for p in sorted(state.partials, key=lambda p: p.t0)]
        base.query_one("#partials", Static).update(Group(*lines))
        base.query_one("#timeline", Static).update(paint.timeline(state, palette, max(10, width - 2)))
        base.query_one("#meters", Static).update(paint.meters(state, palette, width))

    # ---- what the user does

    def action_pause(self) -> None:
        """Pause, or listen again."""
        if self.state.paused:
            self._session.resume()
        else:
            self._session.pause()

    def action_close_prompt(self, outcome: str) -> None:
        """Used, or dismissed."""
        if self.state.prompt is not None:
            self._session.close_prompt(self.state.prompt.id, "used" if outcome == "used" else "dismissed")

    def action_mark(self) -> None:
        """Open the line for a note."""
        note = self.query_one("#note", Input)
        note.disabled = False
        note.add_class("open")
        note.focus()

    @on(Input.Submitted, "#note")
    def _marked(self, event: Input.Submitted) -> None:
        self._session.mark(event.value.strip())
        self._close_note()

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape" and self.query_one("#note", Input).has_class("open"):
            self._close_note()

    def _close_note(self) -> None:
        note = self.query_one("#note", Input)
        note.value = ""
        note.remove_class("open")
        note.disabled = True
        self.set_focus(None)

    def action_sensitivity(self, direction: int) -> None:
        """Speak up sooner, or later."""
        value = min(1.0, max(-1.0, self.state.sensitivity + direction * STEP))
        self._session.set_sensitivity(value)
        self.notify(f"It {paint.sensitivity(value)}." if "speaks" in paint.sensitivity(value) else "Usual sensitivity.")

    def action_breathe(self) -> None:
        """A slow breath."""
        self.push_screen(Breathing())

    def action_transcript(self) -> None:
        """Hide the words, for when the screen is shared; or show them."""
        self.screen.toggle_class("private")

    def action_help(self) -> None:
        """What the keys do."""
        self.push_screen(Sheet(HELP))

    def action_end(self) -> None:
        """End, after asking."""
        self.push_screen(Question("End the call?\n\n  y  end it      n  go on"), self._answered)

    def _answered(self, yes: bool | None) -> None:
        if yes:
            self._session.end("user")

    def action_end_now(self) -> None:
        """End without asking; a second time leaves at once."""
        if self.state.ended:
            self.exit(0)
        self._session.end("signal")


def run(session: Session, settings: Settings, *, title: str) -> int:
    """Show a session until it is over and its summary was read."""
    app = LiveApp(session, settings, title=title)
    app.run()
    session.end("user")
    session.wait(10.0)
    return 0
