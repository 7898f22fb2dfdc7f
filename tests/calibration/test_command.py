"""``companion calibrate``: the screen, what it writes, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from textual.widgets import Static

from companion import config, locations
from companion.calibration import written
from companion.commands.calibrate import calibrate
from companion.commands.prep import prep
from companion.config import EscalationSettings
from companion.errors import CompanionError, UsageError
from companion.events import Answered, Labelled, Prompt, PromptClosed
from companion.pipeline.tuning import tune
from companion.sessions import edits
from companion.sessions.carrying import bring_back
from companion.sessions.journal import Journal
from companion.tui.calibrate import CalibrateApp
from tests.calibration.talks import some_talk
from tests.calibration.test_fit import alarm_times

MINE = """\
# mine
[speech]
language = "de"  # at work

[escalation]
# not too loud
sensitivity = 0.25  # since March
enter = [0.5, 0.55, 0.6]
"""


def run(*arguments: str):
    return CliRunner().invoke(calibrate, arguments)


@pytest.fixture
def own() -> Path:
    path = locations.user_config_path()
    path.parent.mkdir(parents=True)
    path.write_text(MINE, encoding="utf-8")
    return path


@pytest.fixture
def judged() -> list:
    """Five calls whose alarms were all called false."""
    journal = Journal.open(locations.journal_path())
    calls = []
    for n in range(5):
        events = some_talk(n, turns=30)
        session = bring_back(journal, events)
        for t in alarm_times(events):
            edits.add(journal, session, Labelled(t=t, verdict="wrong"))
        calls.append((session, journal.load(session).events))
    journal.close()
    return calls


@pytest.mark.usefixtures("judged")
def test_the_suggestion_is_written_with_comments_kept_and_can_be_taken_back(own: Path) -> None:
    shown = json.loads(run("--json").output)
    assert shown["labels"] >= 3 and shown["suggested"]["alarms_an_hour"] < shown["now"]["alarms_an_hour"]
    assert run("--suggested").exit_code == 0
    text = own.read_text(encoding="utf-8")
    for comment in ("# mine", "# at work", "# not too loud", "# since March"):
        assert comment in text
    now = config.load()
    assert now.speech.language == "de"
    assert list(now.escalation.enter) == shown["suggested"]["settings"]["enter"]
    assert now.escalation.sensitivity == 0.0
    assert own.stat().st_mode & 0o777 == 0o600
    assert list(now.escalation.agreement) == list(shown["scale"].values())
    if shown["labels"] >= 8 and shown["calibration_error"]["after"] < shown["calibration_error"]["before"]:
        assert now.escalation.agreement != (1.0, 0.0)
    again = json.loads(run("--json").output)
    assert again["now"]["alarms_an_hour"] == pytest.approx(shown["suggested"]["alarms_an_hour"])
    assert run("--undo").exit_code == 0
    assert own.read_text(encoding="utf-8").strip() == MINE.strip()
    assert isinstance(run("--undo").exception, CompanionError)


@pytest.mark.usefixtures("judged", "own")
def test_a_wish_for_few_alarms_is_met() -> None:
    before = json.loads(run("--json").output)["now"]["alarms_an_hour"]
    assert run("--alarms-per-hour", "2").exit_code == 0
    assert json.loads(run("--json").output)["now"]["alarms_an_hour"] < before


@pytest.mark.usefixtures("judged", "own")
def test_a_wish_that_nothing_meets_is_told_with_what_there_is() -> None:
    done = run("--alarms-per-hour", "60")
    assert done.exit_code == 0
    assert "nothing nearer to 60: about" in done.output


def test_what_was_changed_by_hand_since_is_left_as_it_is(own: Path) -> None:
    assert run("--set", "-0.5").exit_code == 0
    own.write_text(own.read_text(encoding="utf-8").replace("-0.5", "-0.75"), encoding="utf-8")
    assert "escalation.sensitivity" in run("--undo").output
    assert config.load().escalation.sensitivity == -0.75


def test_settings_can_be_written_where_there_was_no_file_and_leave_none_of_them_behind() -> None:
    path, notes = locations.user_config_path(), locations.calibration_path()
    written.write(path, {"escalation.weights": {"objection": 0.7}, "coach.less": ["restart"]}, notes)
    assert config.load().escalation.weights == {"objection": 0.7}
    assert config.load().coach.less == ("restart",)
    assert written.undo(path, notes) == []
    assert config.load() == config.load(None) and "weights" not in path.read_text(encoding="utf-8")


def test_a_settings_file_with_a_mistake_is_told_and_left_alone(own: Path) -> None:
    own.write_text("[escalation]\nenter = oops", encoding="utf-8")
    assert isinstance(run("--set", "0").exception, UsageError)
    assert own.read_text(encoding="utf-8") == "[escalation]\nenter = oops"


def test_unknown_drivers_and_moves_are_refused_with_the_nearest(own: Path) -> None:
    own.write_text("[escalation]\nweights = { objektion = 0.5 }", encoding="utf-8")
    with pytest.raises(UsageError, match='Did you mean "objection"'):
        config.load()
    own.write_text('[coach]\nless = ["restrat"]', encoding="utf-8")
    with pytest.raises(UsageError, match='Did you mean "restart"'):
        config.load()


@pytest.mark.usefixtures("judged")
def test_without_a_terminal_the_trade_off_is_a_table() -> None:
    text = run().output
    for needle in ("◆", "○", "alarms an hour", "left out once", "--suggested"):
        assert needle in text


def test_without_calls_there_is_a_next_step() -> None:
    assert isinstance(run().exception, CompanionError)
    assert isinstance(run("--moves").exception, CompanionError)
    assert isinstance(run("--suggested", "--undo").exception, UsageError)
    assert isinstance(run("--write").exception, UsageError)


def test_a_move_that_is_always_dismissed_is_offered_less() -> None:
    journal = Journal.open(locations.journal_path())
    prompts = [e for n in range(5) for e in (
        Prompt(t=10.0 * n, id=n, move="restart", driver="hurt", headline="h", say="s"),
        PromptClosed(t=10.0 * n + 5, id=n, outcome="dismissed"))]  # fmt: skip
    bring_back(journal, [*some_talk(1, turns=10), *prompts])
    journal.close()
    assert "▼ restart" in run("--moves").output
    assert run("--moves", "--write").exit_code == 0
    assert config.load().coach.less == ("restart",)
    from companion.playbook import book

    playbook = book.offered_less(book.load(), config.load().coach.less)
    assert playbook.drivers["hurt"][-1] == "restart"


async def test_the_screen_shows_the_trade_off_and_gives_the_point_that_was_taken(judged: list) -> None:
    tuning = tune(judged, EscalationSettings(), EscalationSettings())
    app = CalibrateApp(tuning, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()

        def shown(what: str) -> str:
            return str(app.screen_stack[0].query_one(what, Static).visual)

        assert "suggested" in shown("#chosen") and "◆" in shown("#calls") and "left out once" in shown("#check")
        await pilot.press("n")
        assert "as it is now" in shown("#chosen")
        await pilot.press(*["left"] * 40)
        quietest = app.here
        assert tuning.table.rate()[quietest] == min(tuning.table.rate()[p] for p in app._stops)
        await pilot.press("s", "enter")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
    assert app.return_value == tuning.suggested


@pytest.mark.parametrize("size", [(60, 30), (80, 24), (120, 40)])
async def test_the_whole_plot_is_seen_however_large_the_screen(judged: list, size: tuple[int, int]) -> None:
    tuning = tune(judged, EscalationSettings(), EscalationSettings())
    app = CalibrateApp(tuning, "dark", {tuning.calls[0]: "The renewal"})
    async with app.run_test(size=size) as pilot:
        for key in ("n", "s", "left"):
            await pilot.press(key)
            await pilot.pause()
            plot = app.screen_stack[0].query_one("#plot", Static)
            drawn = str(plot.visual).splitlines()
            assert len(drawn) <= plot.content_size.height
            assert drawn[0].startswith(" 100% ") and "alarms an hour" in drawn[-1]
        calls = app.screen_stack[0].query_one("#calls", Static)
        assert not calls.display or "The renewal" in str(calls.visual)


def test_prep_offers_what_was_to_be_tried() -> None:
    journal = Journal.open(locations.journal_path())
    session = bring_back(journal, some_talk(1, turns=4))
    edits.add(journal, session, Answered(question="next", text="Ask first."))
    journal.close()
    assert json.loads(CliRunner().invoke(prep, ["--json"]).output) == {"try": "Ask first."}


def test_a_usual_voice_is_learnt_from_a_recording_and_kept_as_numbers(tmp_path: Path, monkeypatch) -> None:
    from companion.pipeline import usual_voice
    from companion.pipeline.understanding import Understanding

    monkeypatch.setattr(usual_voice, "recogniser", lambda _: None)
    call = locations.shipped("models", "demo", "call.ogg")
    done = run("--voice", "--file", str(call))
    assert done.exit_code == 0, done.exception
    data = json.loads(locations.voice_path().read_text(encoding="utf-8"))
    assert all(isinstance(v, float | None) for f in data["utterances"] for v in f.values())
    assert locations.voice_path().stat().st_mode & 0o777 == 0o600
    learnt = usual_voice.load(locations.voice_path())
    assert sum(f.seconds for f in learnt) > 20

    class NoModel:
        def understands(self, language: str) -> bool:
            return False

    understanding = Understanding(None, NoModel(), config.load())
    understanding.know_voice("me", learnt)
    assert understanding._voices["me"].settled
    locations.voice_path().write_text('{"utterances": [{"old": 1}]}', encoding="utf-8")
    assert usual_voice.load(locations.voice_path()) == []


def test_what_is_just_being_said_counts_for_the_progress() -> None:
    from companion.audio.files import open_audio
    from companion.pipeline.build import make_ears
    from companion.pipeline.usual_voice import VoiceLesson

    lesson = VoiceLesson(make_ears(config.load())["me"])
    seen = []
    for _, sides in open_audio(locations.shipped("models", "demo", "call.ogg"), mono_as="me"):
        lesson.feed(sides["me"])
        seen.append((lesson.spoken_s, len(lesson.heard)))
    assert any(spoken > 2 and not heard for spoken, heard in seen)
    lesson.end()
    assert lesson.spoken_s == pytest.approx(sum(s.t1 - s.t0 for s in lesson.heard))


def test_too_little_speech_is_no_baseline(tmp_path: Path) -> None:
    import numpy as np
    import soundfile

    file = tmp_path / "quiet.wav"
    soundfile.write(file, np.zeros(16_000 * 3, np.float32), 16_000)
    done = run("--voice", "--file", str(file))
    assert isinstance(done.exception, CompanionError) and "Only 0 s" in str(done.exception)
    assert not locations.voice_path().exists()
