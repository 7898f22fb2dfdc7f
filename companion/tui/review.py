"""The review screen: a past call to walk through, judge, correct and learn from. It shows; ``sessions`` keeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Literal

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Footer, Static

from companion import locations
from companion.errors import CompanionError, UsageError
from companion.events import Answered, Event, Labelled, Speaker, Utterance
from companion.pipeline.past import earlier_figures
from companion.plain import clock, numbered
from companion.review.debrief import evidence, next_ideas
from companion.review.text import prepared
from companion.review.trends import figures, trends
from companion.sessions import edits, forgetting
from companion.sessions.journal import Journal, SessionRecord
from companion.sessions.search import search
from companion.tui import review_find, review_paint, review_state
from companion.tui.palette import PALETTES, theme
from companion.tui.review_sheets import HELP, Ask, Debrief, Finder, Reading
from companion.tui.review_sound import FOLLOWS_S, Sound
from companion.tui.sheets import Question, Sheet

_WIDE, _SHORT = 100, 28
_MOST_FOUND = 200
SAID_S = 3.0
"""So long a note lies over the corner of the screen."""


class ReviewApp(App[int]):
    """Walks through one session of the journal; another can be chosen."""

    CSS_PATH = "review.tcss"
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "row(-1)", "line", show=False),
        Binding("down,j", "row(1)", "line", show=False),
        Binding("pageup", "row(-10)", "page", show=False),
        Binding("pagedown", "row(10)", "page", show=False),
        Binding("home", "row(-1000000)", "begin", show=False),
        Binding("end", "row(1000000)", "end", show=False),
        Binding("left", "time(-1)", "back", show=False),
        Binding("right", "time(1)", "on", show=False),
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("full_stop,right_square_bracket", "peak(1)", "next alarm", key_display="."),
        Binding("comma,left_square_bracket", "peak(-1)", "previous", key_display=","),
        Binding("0", "whole", "all", show=False),
        Binding("y", "verdict('right')", "right"),
        Binding("n", "verdict('wrong')", "wrong"),
        Binding("u", "verdict('unsure')", "not sure", show=False),
        Binding("s", "missed", "missed one"),
        Binding("d", "debrief", "debrief"),
        Binding("w", "numbers", "what worked"),
        Binding("space", "play", "play", show=False),
        Binding("slash", "find", "find", key_display="/"),
        Binding("plus,equals_sign", "zoom(0.5)", "closer", key_display="+"),
        Binding("minus", "zoom(2.0)", "wider", key_display="-"),
        Binding("l", "choose", "calls", show=False),
        Binding("t", "title", "title", show=False),
        Binding("g", "tags", "tags", show=False),
        Binding("p", "names", "names", show=False),
        Binding("e", "correct", "correct", show=False),
        Binding("x", "cut", "take out", show=False),
        Binding("r", "redact", "replace a name", show=False),
        Binding("q,ctrl+c", "leave", "leave"),
    ]

    def __init__(self, journal: Journal, session: str, theme_name: str) -> None:
        super().__init__()
        self._journal = journal
        self._theme_name = theme_name
        self._palette = PALETTES[theme_name]
        self._cut_from: float | None = None
        self._sound = Sound(lambda words: self._say(words, severity="warning"))
        self._open(session)

    def _open(self, session: str, n: int | None = None) -> None:
        """Load a session; the cursor on the event of number ``n``, else on the first alarm."""
        self.record: SessionRecord = self._journal.load(session)
        self._recorded = forgetting.recording(self._journal, self.record.info.id) is not None
        self.talk = review_state.fold(self.record.events, self.record.numbers)
        self.look = review_state.whole(self.talk)
        rows = [i for i, row in enumerate(self.talk.rows) if row.n == n]
        if rows:
            self.look = review_state.to_row(self.talk, self.look, rows[0])
        elif self.talk.peaks:
            self.look = review_state.to_row(self.talk, self.look, self.talk.peaks[0])

    def compose(self) -> ComposeResult:
        yield Static(id="header")
        yield Static(id="timeline")
        with Container(id="body"):
            yield Static(id="transcript")
            yield Static(id="moment")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.register_theme(theme(self._theme_name))
        self.theme = f"companion-{self._theme_name}"
        self._fit(self.size.width, self.size.height)
        self.call_after_refresh(self._draw)
        self.set_interval(FOLLOWS_S, self._follow)

    def on_unmount(self) -> None:
        self._sound.stop()

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width, event.size.height)
        self.call_after_refresh(self._draw)

    def _fit(self, width: int, height: int) -> None:
        base = self.screen_stack[0]
        base.set_class(width < _WIDE, "tall")
        base.set_class(height < _SHORT, "short")

    def _draw(self) -> None:
        base, palette = self.screen_stack[0], self._palette
        sound = review_paint.sound(self._sound.at, recorded=self._recorded)
        title = f"{self.record.info.id}  {self.record.info.title}"
        header, line, words, moment = (
            base.query_one(f"#{name}", Static) for name in ("header", "timeline", "transcript", "moment")
        )
        header.update(review_paint.header(self.talk, title, palette, self.size.width, sound))
        line.update(review_paint.timeline(self.talk, self.look, palette, max(10, line.content_size.width)))
        size = words.content_size
        words.update(review_paint.transcript(self.talk, self.look, palette, max(30, size.width), max(1, size.height)))
        moment.update(review_paint.moment(self.talk, self.look, palette))

    # ---- walking

    def action_row(self, step: int) -> None:
        """Up or down the transcript."""
        self._go(review_state.to_row(self.talk, self.look, self.look.row + step))

    def action_time(self, direction: int) -> None:
        """Along the timeline."""
        width = self.screen_stack[0].query_one("#timeline", Static).content_size.width
        self._go(review_state.step_time(self.talk, self.look, direction, width))

    def action_peak(self, direction: int) -> None:
        """To the next alarm, or the one before."""
        there = review_state.to_peak(self.talk, self.look, direction)
        if there == self.look:
            self._say("No alarm further on." if direction > 0 else "No alarm before this.")
        self._go(there)

    def action_zoom(self, factor: float) -> None:
        """Closer, or wider."""
        self._go(review_state.zoom(self.talk, self.look, factor))

    def action_whole(self) -> None:
        """The whole call."""
        self._go(review_state.whole(self.talk, self.look.row))

    def on_mouse_scroll_down(self) -> None:
        self.action_row(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_row(-1)

    def _go(self, look: review_state.Look) -> None:
        if look.row != self.look.row:
            self._sound.seek(self.talk.times[look.row])
        self.look = look
        self._draw()

    # ---- hearing it again

    def action_play(self) -> None:
        """Play from the cursor's moment, or stop."""
        if self._sound.at is not None:
            self._sound.stop()
        else:
            path = locations.recording_path(self.record.info.id, self._journal.path)
            self._sound.play(path, self.talk.times[self.look.row] if self.talk.rows else 0.0)
        self._draw()

    def _follow(self) -> None:
        """The cursor on what is heard now."""
        ended = self._sound.ended()
        at = self._sound.at
        if at is not None:
            self.look = review_state.heard(self.talk, self.look, at)
        if ended or at is not None:
            self._draw()

    def _say(self, words: str, *, severity: Literal["information", "warning"] = "information") -> None:
        """Tell something for a moment; it may have names and paths in it, so it is no markup."""
        self.notify(words, severity=severity, timeout=SAID_S, markup=False)

    # ---- judging

    def action_verdict(self, verdict: str) -> None:
        """Whether the alarm here was right; the same key again takes it back."""
        alarm = self.talk.alarm(self._at()) if self.talk.rows else None
        if alarm is None:
            self._say("There is no alarm here. The dot and the comma lead to them.")
            return
        self._label(alarm.t, verdict)

    def action_missed(self) -> None:
        """It should have spoken here; the same key again takes it back."""
        if self.talk.rows:
            self._label(self._at(), "missed")

    def _label(self, t: float, verdict: str) -> None:
        wanted = "" if self.talk.summary.labels.get(t) == verdict else verdict
        self._add(Labelled(t=t, at=self._since(), verdict=wanted))
        self._say(review_paint.VERDICTS[wanted].capitalize() + "." if wanted else "Taken back.")

    def _at(self) -> float:
        return self.talk.rows[self.look.row].event.t

    def _since(self) -> float:
        return time.time() - self.record.info.started_unix

    def _add(self, event: Event) -> None:
        edits.add(self._journal, self.record.info.id, event)
        self._again()

    def _again(self) -> None:
        """Load the session again, the cursor and the window where they were."""
        look, t = self.look, self.talk.times[self.look.row] if self.talk.rows else 0.0
        self._open(self.record.info.id)
        self.look = review_state.to_time(self.talk, look, t)
        if self.talk.rows and self.look.row != look.row < len(self.talk.rows) and self.talk.times[look.row] == t:
            self.look = look  # two rows at one second
        self._draw()

    # ---- reading

    def action_debrief(self) -> None:
        """The four questions."""
        summary = self.talk.summary

        def answered(answers: dict[str, str] | None) -> None:
            for question, text in (answers or {}).items():
                edits.add(self._journal, self.record.info.id, Answered(at=self._since(), question=question, text=text))
            self._again()

        sheet = Debrief(evidence(summary), summary.answers, next_ideas(summary), prepared(summary))
        self.push_screen(sheet, answered)

    def action_numbers(self) -> None:
        """What worked, in numbers, against the user's own earlier calls."""
        found = trends(figures(self.talk.summary), earlier_figures(self._journal, self.record.info))
        self.push_screen(Reading(review_paint.numbers(self.talk, found, self._palette)))

    def action_help(self) -> None:
        """What the keys do."""
        self.push_screen(Sheet(HELP))

    # ---- finding

    def action_find(self) -> None:
        """Find in all calls."""

        def find(typed: str) -> list[tuple[str, Text]]:
            hits = search(self._journal, review_find.parsed(typed), _MOST_FOUND)
            return [(f"{h.session}@{h.n}", review_find.hit_line(h, self._palette)) for h in hits]

        def chosen(key: str | None) -> None:
            if key:
                session, _, n = key.partition("@")
                self._sound.stop()
                self._open(session, int(n))
                self._draw()

        self.push_screen(Finder("Find what was said in all calls. ↓ goes into the list, Enter opens.", find), chosen)

    def action_choose(self) -> None:
        """Another call."""
        sessions = self._journal.sessions()

        def find(typed: str) -> list[tuple[str, Text]]:
            return [(s.id, review_find.session_line(s, self._palette)) for s in review_find.matching(sessions, typed)]

        def chosen(session: str | None) -> None:
            if session:
                self._sound.stop()
                self._open(session)
                self._draw()

        self.push_screen(Finder("Your calls. Type to narrow them down, Enter opens.", find), chosen)

    # ---- changing

    def action_title(self) -> None:
        """Another title."""
        self._ask("The title of this call:", self.record.info.title, lambda text: self._retitled(title=text))

    def action_tags(self) -> None:
        """Other tags."""
        tags = ", ".join(self.record.info.tags)
        self._ask("Tags, with commas between:", tags, lambda text: self._retitled(tags=text), empty=True)

    def _retitled(self, title: str | None = None, tags: str | None = None) -> None:
        edits.retitle(self._journal, self.record.info.id, title, None if tags is None else tags.split(","))

    def action_names(self) -> None:
        """Who the sides are, or the people on the other one."""
        people = self.talk.summary.people
        asked: list[tuple[Speaker, int]] = [("me", 0), *(("them", n) for n in people or (0,))]
        before = [self.talk.summary.names.get(numbered(*who), "") for who in asked]

        def named(text: str) -> None:
            names = text.split(",")
            if len(names) > len(asked):
                raise UsageError(f"Those are {len(names)} names for {len(asked)}.", "A comma separates two names.")
            for (speaker, person), name, known in zip(asked, names, before, strict=False):
                if " ".join(name.split()) != known:
                    edits.name_person(self._journal, self.record.info.id, speaker, name, person)

        theirs = ", ".join(f"they {n}" for n in people) or "they"
        self._ask(f"Names, with commas between, of you, {theirs}:", ", ".join(before) if any(before) else "", named)

    def action_correct(self) -> None:
        """Other words for what was recognised."""
        row = self.talk.rows[self.look.row] if self.talk.rows else None
        if row is None or not isinstance(row.event, Utterance):
            self._say("Move to something that was said first.")
            return
        n = row.n
        self._ask(
            "What was said:", row.event.text, lambda text: edits.correct(self._journal, self.record.info.id, n, text)
        )

    def action_cut(self) -> None:
        """Take a passage out for good: here it begins; pressed again, it ends."""
        if not self.talk.rows:
            return
        row = self.talk.rows[self.look.row]
        ends = row.event.t1 if isinstance(row.event, Utterance) else row.t
        if self._cut_from is None:
            self._cut_from = row.t
            self._say("The passage begins here. Move to its last line and press x again.")
            return
        begin, end = min(self._cut_from, row.t), max(self._cut_from, ends)
        self._cut_from = None

        def cut(yes: bool | None) -> None:
            if yes:
                self._sound.stop()  # the file goes
                count = edits.cut(self._journal, self.record.info.id, begin, end + 0.01)
                forgetting.remove_recording(self._journal, self.record.info.id)
                self._say(f"{count} utterances are gone.")
                self._again()

        text = f"Take out {clock(begin).strip()} to {clock(end).strip()} for good?\n\n  y  take it out      n  leave it"
        self.push_screen(Question(text), cut)

    def action_redact(self) -> None:
        """Replace a name for good."""

        def redact(name: str) -> None:
            count = edits.redact(self._journal, [self.record.info.id], name)
            spoken = f" {edits.STILL_SPOKEN}" if count and self._recorded else ""
            self._say(f"{count} places changed.{spoken}")

        self._ask("A name that shall be replaced for good, in this call:", "", redact)

    def _ask(self, question: str, value: str, use: Callable[[str], None], *, empty: bool = False) -> None:
        def given(text: str | None) -> None:
            if text is None or (not text and not empty):
                return
            try:
                use(text)
            except CompanionError as error:
                self._say(str(error), severity="warning")
            self._again()

        self.push_screen(Ask(question, value), given)

    def action_leave(self) -> None:
        """Leave."""
        self.exit(0)


def run(journal: Journal, session: str, theme_name: str) -> int:
    """Show a session until the user leaves; raises ``CompanionError`` when there is no such session."""
    return ReviewApp(journal, session, theme_name).run() or 0
