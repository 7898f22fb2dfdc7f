"""``companion prep``: what the user writes before a call, what is understood of it, and the one call that it is for."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from companion import locations
from companion.commands.keeping import PrepSink, journal
from companion.commands.prep import prep
from companion.commands.run import live
from companion.errors import CompanionError, UsageError
from companion.events import Answered, Event, SessionEnded, SessionStarted, Utterance
from companion.pipeline.inputs import FULL_SPEED, FileInput
from companion.playbook import prep as notes
from companion.playbook.prep import QUESTIONS
from companion.review.text import PREP_ASKED
from companion.sessions import edits
from companion.sessions.carrying import bring_back
from companion.speech.ear import Ear
from companion.speech.endpoint import Endpointer
from tests.calibration.talks import some_talk
from tests.pipeline.fakes import CountingUnderstanding, LoudnessVad, blocks

LIMIT = "Not below 40 a unit"
SPOKEN = [(0.5, False), (2.0, True), (1.5, False)]
SILENT = [(3.0, False)]


def run(*arguments: str) -> str:
    done = CliRunner().invoke(prep, arguments)
    assert done.exit_code == 0, done.exception
    return done.output


def form(monkeypatch: pytest.MonkeyPatch, *typed: str) -> Result:
    """The questions on a terminal, each answered with a line."""
    monkeypatch.setattr("companion.commands.prep.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    return CliRunner().invoke(prep, [], input="".join(f"{line}\n" for line in typed))


def kept() -> dict[str, str]:
    return notes.load(locations.prep_path())


def last() -> dict[str, str]:
    return notes.load(locations.last_prep_path())


def end_a_call(reason: str = "user", *, said: bool = True) -> None:
    """A call that took in what is there now."""
    sink = PrepSink()
    talk: list[Event] = [SessionStarted(source="live", started_unix=0.0, prep=kept())]
    if said:
        talk.append(Utterance(t=2, speaker="them", t0=1, t1=2, text="Hello."))
    for event in (*talk, SessionEnded(t=3, reason=reason)):
        sink(event)


# ---- writing it down


def test_one_answer_is_set_without_being_asked_and_the_others_stay() -> None:
    run("--set", "who=Renate", "--set", "stake=The renewal")
    assert "Kept for your next live call." in run("--set", f"limit= {LIMIT} ")
    assert kept() == {"who": "Renate", "stake": "The renewal", "limit": LIMIT}
    assert locations.prep_path().stat().st_mode & 0o777 == 0o600
    run("--set", "stake=")
    assert kept() == {"who": "Renate", "limit": LIMIT}


@pytest.mark.parametrize("wrong", ["limit", "boss=me", "=x"])
def test_a_name_that_is_no_question_is_told_with_those_that_are(wrong: str) -> None:
    done = CliRunner().invoke(prep, ["--set", wrong])
    assert isinstance(done.exception, UsageError) and "Names: who, stake" in str(done.exception)
    assert not locations.prep_path().exists()


def test_the_questions_are_asked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [f"answer {n}" for n in range(len(QUESTIONS))]
    done = form(monkeypatch, *answers)
    assert done.exit_code == 0, done.exception
    assert kept() == dict(zip(QUESTIONS, answers, strict=True))
    assert all(question in done.output for question in QUESTIONS.values())


def test_enter_takes_an_answer_again_a_dash_empties_it_and_words_replace_it(monkeypatch: pytest.MonkeyPatch) -> None:
    run("--set", "who=Renate", "--set", "stake=The renewal", "--set", f"limit={LIMIT}")
    done = form(monkeypatch, "", "-", "", "", "", "Not below 45", "", "")
    assert f"[{LIMIT}]" in done.output
    assert kept() == {"who": "Renate", "limit": "Not below 45"}


def test_a_form_that_is_broken_off_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run("--set", "who=Renate")
    assert form(monkeypatch, "Tom", "x").exit_code == 1
    assert kept() == {"who": "Renate"}


def test_a_form_without_answers_says_that_there_is_nothing_to_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is nothing to keep." in form(monkeypatch, *[""] * len(QUESTIONS)).output
    assert "Nothing for your next call yet." in run("--show")


def test_control_characters_do_not_reach_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    notes.save(locations.prep_path(), {"who": "Renate\x1b[31m\nand Tom"})
    assert "\x1b" not in run("--show")
    assert "\x1b" not in form(monkeypatch, *[""] * len(QUESTIONS)).output


def test_what_was_to_be_tried_is_offered_unless_it_is_answered_already(monkeypatch: pytest.MonkeyPatch) -> None:
    with journal() as opened:
        edits.add(opened, bring_back(opened, some_talk(1, turns=4)), Answered(question="next", text="Ask first."))
    done = form(monkeypatch, *[""] * len(QUESTIONS))
    assert "to try this time: Ask first." in done.output
    assert kept() == {"try": "Ask first."}
    run("--set", "try=Count to two")
    form(monkeypatch, *[""] * len(QUESTIONS))
    assert kept() == {"try": "Count to two"}


# ---- what is understood of the limit


@pytest.mark.parametrize(
    ("limit", "told"),
    [(LIMIT, "below 40."), ("No more than 3 weeks", "above 3 week."), ("At least 1,200 euros", "below 1,200 money.")],
)
def test_it_says_that_it_will_remind_you_of_an_amount(limit: str, told: str) -> None:
    wanted = f"It will remind you of your limit when they insist on something {told}"
    assert wanted in run("--set", f"limit={limit}")
    assert wanted in run("--show")


@pytest.mark.parametrize("limit", ["No exclusivity, ever", "40 a unit"])
def test_it_says_that_a_limit_without_such_an_amount_is_not_noticed(limit: str) -> None:
    for told in (run("--set", f"limit={limit}"), run("--show")):
        assert "was found in your limit: it will be shown with the exit, but not noticed by itself." in told
        assert "remind" not in told


def test_without_a_limit_nothing_is_said_of_it() -> None:
    assert run("--set", "who=Renate") == "Kept for your next live call.\n"


# ---- the one call that it is for


@pytest.mark.parametrize("reason", ["user", "finished", "limit", "signal"])
def test_a_call_that_has_ended_uses_the_answers_up(reason: str) -> None:
    run("--set", f"limit={LIMIT}")
    locations.prep_path().chmod(0o644)
    end_a_call(reason)
    assert not locations.prep_path().exists()
    assert last() == {"limit": LIMIT}
    assert locations.last_prep_path().stat().st_mode & 0o777 == 0o600
    assert json.loads(run("--json")) == {}, "an unrelated call takes in nothing"


def test_a_call_that_failed_or_in_which_nothing_was_said_uses_nothing_up() -> None:
    run("--set", f"limit={LIMIT}")
    end_a_call("failed")
    end_a_call(said=False)
    assert kept() == {"limit": LIMIT} and last() == {}


def test_what_is_written_during_a_call_is_for_the_next_one() -> None:
    run("--set", f"limit={LIMIT}")
    sink = PrepSink()
    sink(SessionStarted(source="live", started_unix=0.0, prep=kept()))
    sink(Utterance(t=2, speaker="them", t0=1, t1=2, text="Hello."))
    run("--set", "limit=Not below 45")
    sink(SessionEnded(t=3, reason="user"))
    assert kept() == {"limit": "Not below 45"}


def test_answers_that_cannot_be_moved_aside_are_told(tmp_path: Path) -> None:
    path = tmp_path / "prep.json"
    notes.save(path, {"limit": LIMIT})
    with pytest.raises(CompanionError, match="companion prep --clear"):
        notes.use_up(path, tmp_path / "no folder" / "prep.last.json", {"limit": LIMIT})
    assert notes.load(path) == {"limit": LIMIT}


def test_the_last_answers_are_offered_to_confirm_replace_or_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    run("--set", "who=Renate", "--set", "stake=The renewal", "--set", f"limit={LIMIT}")
    end_a_call()
    done = form(monkeypatch, "Tom", "", "", "", "", "-", "", "")
    assert "what you wrote before your last call" in done.output and f"[{LIMIT}]" in done.output
    assert kept() == {"who": "Tom", "stake": "The renewal"}
    # and what was emptied does not come back with the next look
    done = form(monkeypatch, *[""] * len(QUESTIONS))
    assert LIMIT not in done.output
    assert kept() == {"who": "Tom", "stake": "The renewal"}


def test_a_last_answer_counts_only_when_it_is_confirmed() -> None:
    run("--set", f"limit={LIMIT}")
    end_a_call()
    run("--set", "who=Tom")
    assert kept() == {"who": "Tom"}


def test_clear_forgets_the_answers_and_the_last_ones() -> None:
    run("--set", f"limit={LIMIT}")
    end_a_call()
    run("--set", "who=Tom")
    assert run("--clear") == "Forgotten.\n"
    assert not locations.prep_path().exists() and not locations.last_prep_path().exists()
    assert run("--clear") == "Forgotten.\n"


# ---- from the file into a session


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch):
    """``companion live`` on devices and models that are stood in for; takes what they say."""

    def heard(them: list[tuple[float, bool]], *, fails: bool = False) -> Result:
        def understanding(*_: object) -> list[CountingUnderstanding]:
            if fails:
                raise CompanionError("The model is damaged.")
            return [CountingUnderstanding()]

        def ears(*_: object) -> dict[str, Ear]:
            return {side: Ear(side, LoudnessVad(), Endpointer()) for side in ("me", "them")}

        build = "companion.pipeline.build"
        for name in ("check_speech_model", "check_devices"):
            monkeypatch.setattr(f"{build}.{name}", lambda _: None)
        monkeypatch.setattr(f"{build}.make_ears", ears)
        monkeypatch.setattr(f"{build}.load_understanding", understanding)
        monkeypatch.setattr(
            "companion.pipeline.hearing.LiveInput",
            lambda settings, clock, record_to: FileInput(blocks(SILENT, them), clock, FULL_SPEED),
        )
        return CliRunner().invoke(live, [])

    return heard


def started() -> SessionStarted:
    with journal() as opened:
        first = opened.load(opened.sessions()[0].id).events[0]
    assert isinstance(first, SessionStarted)
    return first


def test_a_live_call_keeps_its_own_copy_and_the_next_one_has_none(call) -> None:
    run("--set", "who=Renate", "--set", f"limit={LIMIT}")
    done = call(SPOKEN)
    assert done.exit_code == 0, done.exception
    assert started().prep == {"who": "Renate", "limit": LIMIT}
    assert kept() == {} and last() == {"who": "Renate", "limit": LIMIT}
    call(SPOKEN)
    assert started().prep == {}
    assert last() == {"who": "Renate", "limit": LIMIT}, "a call without any leaves the last answers"


def test_a_live_call_in_which_nothing_was_said_leaves_them_for_the_next(call) -> None:
    run("--set", f"limit={LIMIT}")
    assert call(SILENT).exit_code == 0
    assert started().prep == {"limit": LIMIT}
    assert kept() == {"limit": LIMIT}


def test_a_live_call_that_failed_leaves_them_for_the_next(call) -> None:
    run("--set", f"limit={LIMIT}")
    assert isinstance(call(SPOKEN, fails=True).exception, CompanionError)
    assert kept() == {"limit": LIMIT}


def test_the_review_knows_every_question() -> None:
    assert list(PREP_ASKED) == list(QUESTIONS)
