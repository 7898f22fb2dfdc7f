"""What lies over the review: a line to fill in, the debrief, the numbers, finding and choosing calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from companion.plain import clean
from companion.review.debrief import ASKED, NEXT, NEXT_ASKED
from companion.review.text import PREPARED

HELP = """\
↑ ↓ ← →  line by line, along the call
. ,      next and previous alarm
+ - 0    closer, wider, all of it

y n u    the alarm here: right, false, not sure
s        it should have spoken here
         (companion calibrate learns from these)
d w      debrief; what worked, in numbers
/ l      find in all calls; another call
space    hear it, where the call was recorded

t g p e  title, tags, names; correct the words
x r      a passage out, a name replaced: for good

━ who spoke, the sharper the warmer, ═ both at once
◆ suggested  ◈ used  ◇ dismissed  ▲ your mark
✓ ✗ ?  your verdict    !  it should have spoken
░ not heard  ╳ taken out       Any key closes this."""


class Ask(ModalScreen[str | None]):
    """One line; Enter gives it, Esc gives None."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave")]

    def __init__(self, question: str, value: str = "") -> None:
        super().__init__()
        self._question = question
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(id="ask"):
            yield Static(Text(self._question))
            yield Input(value=self._value)
            yield Static(Text("Enter keeps it, Esc leaves everything as it was."), classes="hint")

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """Nothing was meant."""
        self.dismiss(None)


class Debrief(ModalScreen[dict[str, str]]):
    """The four questions with their evidence, and one thing to try next time; gives the answers that changed.

    ``prepared``: what the user wrote before the call, with what was asked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "done", "keep and go back"),
        Binding("tab", "app.focus_next", "next field"),
        Binding("ctrl+n", "idea", "another idea"),
    ]

    def __init__(
        self,
        evidence: Sequence[Sequence[str]],
        answers: Mapping[str, str],
        ideas: Sequence[str],
        prepared: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        self._prepared = prepared
        self._evidence = evidence
        self._answers = answers
        self._ideas = ideas
        self._idea = -1

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="debrief", classes="page", can_focus=False):
            if self._prepared:
                told = "\n".join(f"· {asked}: {answer}" for asked, answer in self._prepared)
                yield Static(Text(PREPARED), classes="question")
                yield Static(Text(told), id="prepared", classes="evidence")
            yield Static(Text("Four questions for you. Your answers stay on this machine."), classes="hint")
            for (key, question), facts in zip(ASKED.items(), self._evidence, strict=True):
                yield Static(Text(question), classes="question")
                yield Static(Text("\n".join(f"· {clean(fact)}" for fact in facts)), classes="evidence")
                yield TextArea(self._answers.get(key, ""), id=f"answer-{key}", tab_behavior="focus")
            yield Static(Text(NEXT_ASKED), classes="question")
            yield Static(Text("ctrl+n brings ideas. `companion prep` reminds you of it."), classes="evidence")
            yield Input(self._answers.get(NEXT, ""), id=f"answer-{NEXT}", placeholder=self._ideas[0])
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query(TextArea).first().focus()

    def action_idea(self) -> None:
        """Another of the ideas for next time."""
        self._idea = (self._idea + 1) % len(self._ideas)
        field = self.query_one(f"#answer-{NEXT}", Input)
        field.value = self._ideas[self._idea]
        field.focus()

    def action_done(self) -> None:
        """Give what changed."""
        now = {key: self.query_one(f"#answer-{key}", TextArea).text.strip() for key in ASKED}
        now[NEXT] = self.query_one(f"#answer-{NEXT}", Input).value.strip()
        self.dismiss({key: text for key, text in now.items() if text != self._answers.get(key, "")})


class Reading(ModalScreen[None]):
    """A page to read."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,w", "leave", "back")]

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="page"):
            yield Static(self._text, id="numbers")
        yield Footer(show_command_palette=False)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)


class Finder(ModalScreen[str | None]):
    """Looks while one types; gives the id of the option that was chosen. ``find``: text -> (id, line) each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back"),
        Binding("down", "into", "to what was found", show=False),
    ]

    def __init__(self, hint: str, find: Callable[[str], Sequence[tuple[str, Text]]]) -> None:
        super().__init__()
        self._hint = hint
        self._find = find

    def compose(self) -> ComposeResult:
        with Vertical(id="finder", classes="page"):
            yield Static(Text(self._hint), classes="hint")
            yield Input(placeholder="words, level:2 driver:anger since:2026-11-01 who:them tag:renewal")
            yield OptionList()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._show("")
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, wanted: str) -> None:
        found = self._find(wanted)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(line, id=key) for key, line in found])

    @on(Input.Submitted)
    def _first(self) -> None:
        options = self.query_one(OptionList)
        if options.option_count:
            self.dismiss(options.get_option_at_index(options.highlighted or 0).id)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_into(self) -> None:
        """From the line to the list."""
        options = self.query_one(OptionList)
        options.highlighted = options.highlighted or 0
        options.focus()

    def action_leave(self) -> None:
        """Nothing was chosen."""
        self.dismiss(None)
