"""``companion prep``: eight short questions before the call."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import click

from companion.commands.common import command, examples
from companion.errors import UsageError
from companion.plain import clean

_NONE = "-"
"""The answer that empties one that was offered."""
_IN_WORDS = (
    'No amount such as "not below 40" was found in your limit: '
    "it will be shown with the exit, but not noticed by itself."
)


@command(epilog=examples("companion prep", 'companion prep --set limit="Not below 40 a unit"', "companion prep --show"))
@click.option("--set", "given", multiple=True, metavar="NAME=TEXT", help="Answer one question without being asked.")
@click.option("--show", is_flag=True, help="Show what you wrote.")
@click.option("--json", "as_json", is_flag=True, help="Show it as JSON.")
@click.option("--clear", is_flag=True, help="Forget it.")
def prep(given: tuple[str, ...], show: bool, as_json: bool, clear: bool) -> None:
    """Write down, before a call, who and what it is about, and when you would walk away.

    The coach uses it: your limit when they insist on passing it, the words that set you off, the pressures you expect
    on them, their name. All of it is kept with the session for the review.

    It counts for one call of "companion live". After that, your answers are offered here to confirm or replace, and so
    is what you chose to try next time in the debrief.
    """
    from companion import locations
    from companion.playbook import prep as notes

    path, last = locations.prep_path(), locations.last_prep_path()
    answers = notes.load(path)
    if clear:
        path.unlink(missing_ok=True)
        last.unlink(missing_ok=True)
        click.echo("Forgotten.")
        return
    if show or as_json:
        offered = _offered()
        if offered and not answers.get("try"):
            answers["try"] = offered
        click.echo(json.dumps(answers, ensure_ascii=False) if as_json else _told(answers, notes.QUESTIONS))
        return
    for item in given:
        name, separator, text = item.partition("=")
        if not separator or name not in notes.QUESTIONS:
            raise UsageError(f'"{item}" is not NAME=TEXT.', f"Names: {', '.join(notes.QUESTIONS)}.")
        answers[name] = text.strip()
    if not given:
        if not sys.stdin.isatty():
            raise UsageError("There is no terminal to ask on.", 'Use: companion prep --set limit="…"')
        answers = _asked(answers, notes.load(last), notes.QUESTIONS)
    notes.save(path, answers)
    click.echo("Kept for your next live call." if any(answers.values()) else "There is nothing to keep.")
    for sentence in _understood(answers):
        click.echo(sentence)


def _asked(answers: Mapping[str, str], last: Mapping[str, str], questions: Mapping[str, str]) -> dict[str, str]:
    """The answers that the user gives on the terminal; those of the last call are offered where there are none yet."""
    if last and not answers:
        click.echo("In brackets is what you wrote before your last call.")
    known = dict(answers or last)
    offered = _offered()
    if offered and not answers.get("try"):
        click.echo(f"From your last debrief, to try this time: {clean(offered)}")
        known["try"] = offered
    click.echo(f'Press Enter to take what is in brackets, or type another answer; "{_NONE}" leaves it empty.')
    given = {}
    for name, question in questions.items():
        before = clean(known.get(name, ""))
        text = click.prompt(question, default=before, show_default=bool(before)).strip()
        given[name] = "" if text == _NONE else text
    return given


def _offered() -> str:
    """What the user wanted to try next time, from the last debrief; empty where there is none."""
    from companion import locations
    from companion.commands.keeping import journal
    from companion.pipeline.past import to_try

    if not locations.journal_path().is_file():
        return ""
    with journal() as kept:
        return to_try(kept)


def _told(answers: dict[str, str], questions: Mapping[str, str]) -> str:
    lines = [f"{questions[name]}?\n  {clean(text)}" for name, text in answers.items()]
    return "\n".join([*lines, *_understood(answers)]) or "Nothing for your next call yet. Run: companion prep"


def _understood(answers: Mapping[str, str]) -> list[str]:
    """What the coach makes of the limit, so that the user sees whether it was understood."""
    from companion.playbook.notes import limits

    limit = answers.get("limit", "")
    found = limits(limit)
    if not found:
        return [_IN_WORDS] if limit else []
    told = ", ".join(
        f"{'below' if li.floor else 'above'} {li.amount.value:,.10g} {li.amount.unit}".rstrip() for li in found
    )
    return [f"It will remind you of your limit when they insist on something {told}."]
