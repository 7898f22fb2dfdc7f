"""The calibration screen: the trade-off, where one stands, what each past call would have looked like."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Footer, Static

from companion.config import EscalationSettings
from companion.pipeline.tuning import Tuning
from companion.tui import calibrate_paint as paint
from companion.tui.palette import PALETTES, theme
from companion.tui.sheets import Question, Sheet

HELP = """\
Every point is a group of settings, tried on all your past calls
again, from what was read then: no sound is needed.

Across: how often an alarm would have come. Up: how many of the
moments that you wanted would have been caught.

← →     quieter, or more eager
s       the suggested point      ○  where you stand now
Enter   take the point under the cursor
q       leave everything as it is

Verdicts come from `companion review`: y, n and s. With few of
them the suggestion stays near the settings as delivered.
To go back later: companion calibrate --undo. Any key closes this."""


class CalibrateApp(App[EscalationSettings]):
    """Returns the settings that were taken, or None."""

    CSS_PATH = "calibrate.tcss"
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,down", "step(-1)", "quieter", key_display="←"),
        Binding("right,up", "step(1)", "more eager", key_display="→"),
        Binding("s", "suggested", "suggested"),
        Binding("n", "now", "as it is"),
        Binding("enter", "take", "take it"),
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("q,escape,ctrl+c", "leave", "leave"),
    ]

    def __init__(self, tuning: Tuning, theme_name: str) -> None:
        super().__init__()
        self._tuning = tuning
        self._theme_name = theme_name
        self._palette = PALETTES[theme_name]
        self._stops = paint.stops(tuning)
        self.here = tuning.choice.place

    def compose(self) -> ComposeResult:
        yield Static(id="header")
        with Container(id="body"):
            with Container(id="left"):
                yield Static(id="plot")
                yield Static(id="chosen")
            yield Static(id="calls")
        yield Static(id="check")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.register_theme(theme(self._theme_name))
        self.theme = f"companion-{self._theme_name}"
        self._fit(self.size.width, self.size.height)
        self.call_after_refresh(self._draw)

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width, event.size.height)
        self.call_after_refresh(self._draw)

    def _fit(self, width: int, height: int) -> None:
        base = self.screen_stack[0]
        base.set_class(width < 90, "narrow")
        base.set_class(height < 30, "short")

    def _draw(self) -> None:
        base, tuning, palette = self.screen_stack[0], self._tuning, self._palette
        plot, calls = base.query_one("#plot", Static), base.query_one("#calls", Static)
        base.query_one("#header", Static).update(paint.header(tuning, palette))
        plot.update(paint.plot(tuning, self.here, palette, plot.content_size.width, plot.content_size.height))
        base.query_one("#chosen", Static).update(paint.chosen(tuning, self.here, palette))
        calls.update(paint.calls(tuning, self.here, palette, calls.content_size.height))
        base.query_one("#check", Static).update(paint.check(tuning, palette))

    def action_step(self, direction: int) -> None:
        """Quieter, or more eager."""
        at = self._stops.index(self.here) + direction
        self._go(self._stops[min(len(self._stops) - 1, max(0, at))])

    def action_suggested(self) -> None:
        """To the suggested point."""
        self._go(self._tuning.choice.place)

    def action_now(self) -> None:
        """To where one stands."""
        self._go(self._tuning.now)

    def _go(self, place: int) -> None:
        self.here = place
        self._draw()

    def action_take(self) -> None:
        """Take the point, after asking."""
        rate = self._tuning.table.rate()[self.here]
        question = f"Write these settings, about {rate:.1f} alarms an hour?\n\n  y  write them      n  look on"
        self.push_screen(Question(question), self._answered)

    def _answered(self, yes: bool | None) -> None:
        if yes:
            self.exit(self._tuning.candidates[self.here].settings)

    def action_help(self) -> None:
        """What this is."""
        self.push_screen(Sheet(HELP))

    def action_leave(self) -> None:
        """Leave everything as it is."""
        self.exit(None)


def run(tuning: Tuning, theme_name: str) -> EscalationSettings | None:
    """Show the trade-off; the settings that the user takes, or None."""
    return CalibrateApp(tuning, theme_name).run()
