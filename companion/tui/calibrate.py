"""The calibration screen: the trade-off, where one stands, what each past call would have looked like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.text import Text
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
Every point is a group of settings, tried on your past
calls again, from what was read then.

Across: how often an alarm would have come.
Up: how many of the moments that you wanted would have been
caught (·), of the false alarms would come again (×).

← →     quieter, or more eager
s   ◆   the suggested point
n   ○   where you stand now
Enter   take the point under the cursor, ●
q       leave everything as it is

Verdicts come from `companion review`: y, n and s. With few
the suggestion stays near the settings as delivered.
To go back later: companion calibrate --undo

Any key closes this."""


class Fitted(Static):
    """A text that is painted to the room that the others leave it; drawn again whenever that changes."""

    def __init__(self, paint: Callable[[int, int], Text], *, id: str) -> None:  # noqa: A002  # as Textual calls it
        super().__init__(id=id)
        self._paint = paint

    def draw(self) -> None:
        """Paint it as things are now."""
        self.update(self._paint(self.content_size.width, self.content_size.height))

    def on_resize(self) -> None:
        self.draw()


class CalibrateApp(App[EscalationSettings]):
    """Returns the settings that were taken, or None."""

    CSS_PATH = "calibrate.tcss"
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("left,down", "step(-1)", "quieter", key_display="←"),
        Binding("right,up", "step(1)", "more eager", key_display="→"),
        Binding("s", "suggested", "suggested"),
        Binding("n", "now", "as it is"),
        Binding("enter", "take", "take it"),
        Binding("q,escape,ctrl+c", "leave", "leave"),
    ]

    def __init__(self, tuning: Tuning, theme_name: str, titles: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._tuning = tuning
        self._titles = titles or {}
        self._theme_name = theme_name
        self._palette = PALETTES[theme_name]
        self._stops = paint.stops(tuning)
        self.here = tuning.choice.place

    def compose(self) -> ComposeResult:
        yield Static(id="header")
        with Container(id="body"):
            with Container(id="left"):
                yield Fitted(self._plot, id="plot")
                yield Static(id="chosen")
            yield Fitted(self._calls, id="calls")
        yield Static(id="check")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.register_theme(theme(self._theme_name))
        self.theme = f"companion-{self._theme_name}"
        self._fit(self.size.width, self.size.height)
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width, event.size.height)

    def _fit(self, width: int, height: int) -> None:
        base = self.screen_stack[0]
        base.set_class(width < 90, "narrow")
        base.set_class(height < 30, "short")

    def _draw(self) -> None:
        base, tuning, palette = self.screen_stack[0], self._tuning, self._palette
        base.query_one("#header", Static).update(paint.header(tuning, palette))
        base.query_one("#chosen", Static).update(paint.chosen(tuning, self.here, palette))
        base.query_one("#check", Static).update(paint.check(tuning, palette))
        for fitted in base.query(Fitted):
            fitted.draw()

    def _plot(self, width: int, height: int) -> Text:
        return paint.plot(self._tuning, self.here, self._palette, width, height)

    def _calls(self, width: int, height: int) -> Text:
        del width
        return paint.calls(self._tuning, self.here, self._palette, height, self._titles)

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


def run(tuning: Tuning, theme_name: str, titles: Mapping[str, str]) -> EscalationSettings | None:
    """Show the trade-off; the settings that the user takes, or None. ``titles``: of the calls."""
    return CalibrateApp(tuning, theme_name, titles).run()
