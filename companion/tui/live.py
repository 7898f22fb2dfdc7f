"""The live screen: drives a session, folds its events, shows the newest snapshot, never waits for inference."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events, on, work
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.filter import LineFilter, NoColor
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import get_current_worker

from companion.config import Settings
from companion.control import Session
from companion.events import Event, Level
from companion.tui import alert, gauges, paint
from companion.tui.around import REVIEW, Around
from companion.tui.keysline import KeysLine
from companion.tui.layout import Layout, fitting
from companion.tui.palette import PALETTES, theme
from companion.tui.regions import Region
from companion.tui.sheets import BREATH_S, Breathing, Question, Sheet, help_for
from companion.tui.state import LiveState
from companion.tui.transcript import Transcript

FRAME_S = 0.04
"""Two drawings are at least this far apart: whatever came meanwhile is drawn once."""
ANSWER_S = 0.5
"""After a key whose answer comes from the session, for this long everything is drawn at once."""
STEP = 0.25
"""One press of + or -."""


class News(Message):
    """Something has happened; the events themselves wait in the screen's queue."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, News)


class LiveApp(App[str]):
    """Shows one session; see ``companion.control.Session`` for what its keys do. Returns ``REVIEW`` or nothing."""

    CSS_PATH = "companion.tcss"
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "pause"),
        Binding("u", "close_prompt('used')", "used it"),
        Binding("d", "close_prompt('dismissed')", "dismiss"),
        Binding("n", "another", "another suggestion"),
        Binding("m", "mark", "mark"),
        Binding("plus,equals_sign", "sensitivity(1)", "more"),
        Binding("minus", "sensitivity(-1)", "less"),
        Binding("b", "breathe", "breathe"),
        Binding("t", "hide_words", "hide words"),
        Binding("question_mark", "help", "help"),
        Binding("q", "end", "end"),
        Binding("up", "scroll('up')", show=False),
        Binding("down", "scroll('down')", show=False),
        Binding("pageup", "scroll('page_up')", show=False),
        Binding("pagedown", "scroll('page_down')", show=False),
        Binding("home", "scroll('home')", show=False),
        Binding("end", "scroll('end')", show=False),
        Binding("ctrl+c", "end_now", "end now", show=False, priority=True),
    ]

    def __init__(self, session: Session, settings: Settings, around: Around) -> None:
        super().__init__()
        self.title = around.title
        self.state = LiveState()
        self._session = session
        self._around = around
        self._theme_name: str = settings.screen.theme
        self._palette = PALETTES[self._theme_name]
        self._alert = settings.screen.alert
        self._layout = Layout("normal", short=False)
        self._news: deque[Event] = deque()
        self._told = False
        self._drawn_at = self._asked_at = 0.0
        self._timeline_of: tuple[object, ...] = ()
        self._prompt_since = 0.0
        self._alarms: Mapping[float, float] | None = None
        self._breathing: Timer | None = None
        self._private = not settings.screen.transcript
        self._marking = False
        self._marked_t = 0.0
        self._asked_sensitivity: float | None = None
        self._ending = False
        self._over = False

    def get_line_filters(self) -> Sequence[LineFilter]:
        """NO_COLOR means no colour at all, not shades of grey."""
        return [*super().get_line_filters(), NoColor()] if self.no_color else super().get_line_filters()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The stylesheet is read before the theme is put on."""
        return theme("dark").variables

    def compose(self) -> ComposeResult:
        yield Region(id="state")
        with Container(id="body"):
            yield Region(id="card")
            with Container(id="talk"):
                yield Transcript(self._palette, id="transcript")
        yield Region(id="timeline")
        yield Region(id="meters")
        yield KeysLine(self._palette, id="keys")
        # it takes the place of the keys, so that nothing moves
        yield Input(id="note", placeholder="A note, or just Enter; Esc leaves", disabled=True)

    def on_mount(self) -> None:
        self._wear(self._theme_name)
        self._breathing = self.set_interval(BREATH_S, self._draw_card, pause=True)
        self._fit(self.size.width, self.size.height)
        self._transcript.private = self._private
        self._draw()
        self._count_alarms()
        self._session.start(self._listen)

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width, event.size.height)
        self._draw()

    # ---- what comes in

    def _listen(self, event: Event) -> None:
        """From the session's own thread: put it down, and ask to be looked at, once."""
        self._news.append(event)
        if not self._told:
            self._told = True
            self.post_message(News())

    def on_news(self) -> None:
        """Look now, or a little later when the last look was only just."""
        now = time.monotonic()
        wait = FRAME_S - (now - self._drawn_at)
        if wait > 0 and now - self._asked_at > ANSWER_S:
            self.set_timer(wait, self._look)
        else:
            self._look()

    def _look(self) -> None:
        """Fold everything that came since the last look, and draw once."""
        self._told = False
        self._drawn_at = time.monotonic()
        level, prompt, marks = self.state.level, self.state.prompt, self.state.marks
        while self._news:
            self.state = self.state.apply(self._news.popleft())
        if self.state.level == Level.BREAKING > level:
            self._ring()
        if self.state.prompt != prompt:
            self._prompt_since = self._around.now()
        self._draw()
        if self._marking and self.state.marks > marks:
            self._marking = False
            self._keys.tell("Marked.")
        if self.state.ended and not self._over:
            self._over = True
            self._finish()

    def _finish(self) -> None:
        """The call is over: straight to the review when the user ended it, else say so first."""
        if self.state.ended == "signal":
            self.exit(None)
            return
        if self._ending and self._around.review and self.state.ended != "failed":
            self.exit(REVIEW)
            return
        after = "Any key: look back." if self._around.review else "Any key closes."
        text = paint.summary(self.state, self._palette, after, compact=self._layout.name == "strip")
        self.push_screen(Sheet(text), lambda _: self.exit(REVIEW if self._around.review else None))

    @work(thread=True, exit_on_error=False)
    def _count_alarms(self) -> None:
        counted = self._around.alarms()
        if not get_current_worker().is_cancelled:
            self.call_from_thread(self._counted, counted)

    def _counted(self, alarms: Mapping[float, float] | None) -> None:
        self._alarms = alarms
        self._draw()

    def _ring(self) -> None:
        if self._alert == "bell" or (self._alert == "desktop" and not alert.desktop()):
            self.bell()

    # ---- what is shown

    @property
    def _base(self) -> Screen[object]:
        return self.screen_stack[0]

    @property
    def _transcript(self) -> Transcript:
        return self._base.query_one("#transcript", Transcript)

    def _region(self, name: str) -> Region:
        return self._base.query_one(f"#{name}", Region)

    @property
    def _keys(self) -> KeysLine:
        return self._base.query_one("#keys", KeysLine)

    def _fit(self, columns: int, rows: int) -> None:
        self._layout = fitting(columns, rows)
        for name in ("wide", "normal", "narrow", "strip"):
            self._base.set_class(self._layout.name == name, name)
        self._base.set_class(self._layout.short and self._layout.name != "strip", "short")

    def _wear(self, name: str) -> None:
        """Put on a theme."""
        self._theme_name, self._palette = name, PALETTES[name]
        self.register_theme(theme(name))
        self.theme = f"companion-{name}"
        self._transcript.recolour(self._palette)

    def _draw(self) -> None:
        state, palette, width = self.state, self._palette, self.size.width
        trouble = state.trouble() if self._layout.name == "strip" else ""
        self._region("state").show(paint.state_line(state, palette, width, private=self._private, trouble=trouble))
        self._draw_card()
        self._transcript.show(state.fresh, state.partials)
        self.state = replace(state, fresh=())
        if self._layout.name != "strip":
            self._draw_timeline(max(10, width - 2))
            self._region("meters").show(gauges.meters(state, palette, width, self._alarms))
        self._keys.offer(palette, width, prompt=state.prompt is not None, paused=state.paused)

    def _draw_timeline(self, width: int) -> None:
        """Only when something came to it, or time has moved on by a column: levels come ten times a second."""
        state = self.state
        shown = (state.points, state.signs, gauges.column(state.now, width), width, self._theme_name)
        if shown != self._timeline_of:
            self._timeline_of = shown
            self._region("timeline").show(gauges.timeline(state, self._palette, width))

    def _draw_card(self) -> None:
        prompt, card = self.state.prompt, self._region("card")
        self._base.set_class(prompt is not None, "prompting")
        card.set_class(prompt is not None, "prompt")
        for level in (2, 3):
            card.set_class(prompt is not None and prompt.level == level, f"level{level}")
        if self._breathing is not None:
            (self._breathing.resume if prompt is not None and prompt.kind == "do" else self._breathing.pause)()
        if prompt is None:
            card.show(paint.quiet_card(self.state, self._palette, ending=self._ending))
            return
        card.show(
            paint.prompt_card(
                prompt,
                self._palette,
                compact=self._layout.short,
                private=self._private,
                breath_s=self._around.now() - self._prompt_since,
            )
        )

    # ---- what the user does

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The command palette: all that the keys do, and the colours."""
        del screen
        yield SystemCommand("Pause or listen again", "space", self.action_pause)
        yield SystemCommand("Mark this moment", "m, with a note or without", self.action_mark)
        yield SystemCommand("I used the suggestion", "u", lambda: self.action_close_prompt("used"))
        yield SystemCommand("Dismiss the suggestion", "d", lambda: self.action_close_prompt("dismissed"))
        yield SystemCommand("Another suggestion", "n", self.action_another)
        yield SystemCommand("More sensitive", "+", lambda: self.action_sensitivity(1))
        yield SystemCommand("Less sensitive", "-", lambda: self.action_sensitivity(-1))
        yield SystemCommand("Breathe with me", "b", self.action_breathe)
        yield SystemCommand("Hide or show the words", "t, for when you share your screen", self.action_hide_words)
        for name, words in (("dark", "Dark"), ("light", "Light"), ("contrast", "High contrast")):
            yield SystemCommand(f"Colours: {words}", "for this call", lambda name=name: self._recolour(name))
        yield SystemCommand("Help", "?", self.action_help)
        yield SystemCommand("End the call", "q, and look back", self.action_end)

    def _recolour(self, name: str) -> None:
        self._wear(name)
        self._draw()

    def _heard(self, key: str) -> None:
        """Light a key up at once; what it does is shown when the session says that it is so."""
        self._asked_at = time.monotonic()
        self._keys.light(key)

    def action_pause(self) -> None:
        """Pause, or listen again."""
        self._heard("space")
        if self.state.paused:
            self._session.resume()
        else:
            self._session.pause()

    def action_close_prompt(self, outcome: str) -> None:
        """Used, or dismissed."""
        self._heard(outcome[0])
        if self.state.prompt is not None:
            self._session.close_prompt(self.state.prompt.id, "used" if outcome == "used" else "dismissed")

    def action_another(self) -> None:
        """Another suggestion, or one where there is none."""
        self._heard("n")
        if not self.state.ended:
            self._session.another()

    def action_mark(self) -> None:
        """Open the line for a note; what is marked is the moment before it is written."""
        self._marked_t = self._session.now()
        note = self._base.query_one("#note", Input)
        note.disabled = False
        note.add_class("open")
        self._base.add_class("noting")
        note.focus()

    @on(Input.Submitted, "#note")
    def _marked(self, event: Input.Submitted) -> None:
        self._heard("m")
        self._marking = True
        self._session.mark(event.value.strip(), self._marked_t)
        self._close_note()

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape" and self._base.query_one("#note", Input).has_class("open"):
            self._close_note()

    def _close_note(self) -> None:
        note = self._base.query_one("#note", Input)
        note.value = ""
        note.remove_class("open")
        self._base.remove_class("noting")
        note.disabled = True
        self.set_focus(None)

    def action_sensitivity(self, direction: int) -> None:
        """Speak up sooner, or later, and say what that means."""
        self._heard("+" if direction > 0 else "-")
        # presses may follow each other faster than the session answers
        before = self.state.sensitivity if self._asked_sensitivity is None else self._asked_sensitivity
        value = self._asked_sensitivity = min(1.0, max(-1.0, before + direction * STEP))
        self._session.set_sensitivity(value)
        self._keys.tell(gauges.changed(value, STEP, self._alarms, self.size.width))

    def action_breathe(self) -> None:
        """A slow breath."""
        self.push_screen(Breathing(self._palette, self._around.now))

    def action_hide_words(self) -> None:
        """Hide the words, for when the screen is shared; or show them."""
        self._private = not self._private
        self._transcript.private = self._private
        self._draw()

    def action_scroll(self, where: str) -> None:
        """Move in the words; the end follows them again."""
        self._transcript.move(where)

    def action_help(self) -> None:
        """What the keys do."""
        self.push_screen(Sheet(help_for(self.size.width, self.size.height)))

    def action_end(self) -> None:
        """End, after asking."""
        after = " and look back" if self._around.review else ""
        self.push_screen(Question(f"End the call{after}?\n\n  y  end it      n  go on"), self._answered)

    def _answered(self, yes: bool | None) -> None:
        if yes:
            self._ending = True
            self._draw()
            self._session.end("user")

    def action_end_now(self) -> None:
        """End without asking; a second time leaves at once."""
        if self.state.ended or self._ending:
            self.exit(None)
        self._ending = True
        self._draw()
        self._session.end("signal")
