"""``companion prep``: eight short questions before the call."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import click

from companion.commands.common import command, examples
from companion.errors import UsageError
from companion.plain import clean


@command(epilog=examples("companion prep", 'companion prep --set limit="Not below 40 a unit"', "companion prep --show"))
@click.option("--set", "given", multiple=True, metavar="NAME=TEXT", help="Answer one question without being asked.")
@click.option("--show", is_flag=True, help="Show what you wrote.")
@click.option("--json", "as_json", is_flag=True, help="Show it as JSON.")
@click.option("--clear", is_flag=True, help="Forget it.")
def prep(given: tuple[str, ...], show: bool, as_json: bool, clear: bool) -> None:
    """Write down, before a call, who and what it is about, and when you would walk away.

    The coach uses it: your limit when they insist on passing it, the words that set you off, the pressures you expect
    on them, their name. All of it is kept with the session for the review. What you chose to try next time, in the
    debrief of your last call, is offered here.
    """
    from companion import locations
    from companion.playbook import prep as notes

    path = locations.prep_path()
    answers = notes.load(path)
    if clear:
        path.unlink(missing_ok=True)
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
        _ask(answers, notes.QUESTIONS)
    notes.save(path, answers)
    click.echo("Kept for your next call.")
    for sentence in _understood(answers):
        click.echo(sentence)


def _ask(answers: dict[str, str], questions: Mapping[str, str]) -> None:
    offered = _offered()
    if offered:
        click.echo(f"From your last debrief, to try this time: {clean(offered)}")
        answers["try"] = offered
    click.echo("Press Enter to leave an answer as it is.")
    for name, question in questions.items():
        answers[name] = click.prompt(question, default=answers.get(name, ""), show_default=bool(answers.get(name)))


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
    return "\n".join([*lines, *_understood(answers)]) or "Nothing yet. Run: companion prep"


def _understood(answers: Mapping[str, str]) -> list[str]:
    """What the coach makes of the limit, so that the user sees whether it was understood."""
    from companion.playbook.notes import limits

    found = limits(answers.get("limit", ""))
    if not found:
        return []
    told = ", ".join(
        f"{'below' if li.floor else 'above'} {li.amount.value:,.10g} {li.amount.unit}".rstrip() for li in found
    )
    return [f"It will remind you of your limit when they insist on something {told}."]
