"""``companion``: the commands by name, each imported when it is called, and the one place where errors are printed."""

from __future__ import annotations

import errno
import importlib
import io
import logging
import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from companion import __version__
from companion.errors import CompanionError

COMMANDS: Mapping[str, str] = {
    "live": "run:live",
    "replay": "run:replay",
    "demo": "run:demo",
    "analyze": "run:analyze",
    "classify": "classify:classify",
    "review": "review:review",
    "report": "review:report",
    "export": "review:export",
    "sessions": "sessions:sessions",
    "calibrate": "calibrate:calibrate",
    "prep": "prep:prep",
    "playbook": "playbook:playbook",
    "devices": "devices:devices",
    "doctor": "doctor:doctor",
    "models": "models:models",
    "config": "config:config",
}
"""Command -> module of ``companion.commands`` and attribute, in the order of a day with it."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        where = COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, attribute = where.partition(":")
        found: click.Command = getattr(importlib.import_module(f"companion.commands.{module}"), attribute)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        import difflib

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f' Did you mean "{near[0]}"?' if near else " See: companion --help"
            raise click.UsageError(f'There is no command "{args[0]}".{hint}', ctx) from error


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  companion demo     watch the bundled call\n  companion live     listen to a call",
)
@click.version_option(__version__, prog_name="companion")
@click.option("--debug", is_flag=True, help="Show the traceback of an error, and log more.")
@click.pass_context
def companion(ctx: click.Context, debug: bool) -> None:
    """Sits beside a video call, on this machine only, and offers one short prompt at the right moment."""
    ctx.obj = {"debug": debug}
    if ctx.invoked_subcommand is None:
        if sys.stdout.isatty() and sys.stdin.isatty():
            from companion.commands.home import home

            home(ctx)
        else:
            click.echo(ctx.get_help())


def main(arguments: list[str] | None = None) -> None:
    """Run the program; errors become one sentence and an exit code (1 failed, 2 used wrongly)."""
    debug = "--debug" in (sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's own threads wait busily, at a fifth of a core
    _make_streams_safe()
    _log_to_file(debug=debug)
    try:
        code = companion.main(args=arguments, prog_name="companion", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except CompanionError as error:
        _leave(error, str(error), error.exit_code, debug=debug)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.UsageError as error:
        hint = f" See: {error.ctx.command_path} --help" if error.ctx is not None and "See:" not in error.message else ""
        _leave(error, error.format_message() + hint, 2, debug=debug)
    except click.ClickException as error:
        _leave(error, error.format_message(), error.exit_code, debug=debug)
    except (click.Abort, KeyboardInterrupt) as error:
        _leave(error, "Stopped.", 130, debug=debug)
    except BrokenPipeError:
        # the reader of our output has left; nothing more can be said to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # the last stand: a bug, told plainly, with where to look
        logging.getLogger(__name__).exception("unexpected")
        _leave(error, _unexpected(error), 1, debug=debug)


def _make_streams_safe() -> None:
    """A stream that the shell closed (``<&-``) is empty; letters that an encoding does not know become "?"."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123  # open until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _unexpected(error: Exception) -> str:
    from companion import locations

    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The output cannot be written, as there is no space left. Free some space."
    return (
        f"Something went wrong that should not have ({type(error).__name__}). "
        f"Details are in {locations.log_path()}; run again with --debug to see them here."
    )


def _leave(error: BaseException, sentence: str, code: int, *, debug: bool) -> None:
    if debug:
        raise error
    click.echo(f"companion: {sentence}", err=True)
    sys.exit(code)


def _log_to_file(*, debug: bool) -> None:
    from companion.logs import to_file

    to_file(debug=debug)


def complete() -> Mapping[str, Any]:
    """Every command with its object, for the documentation test."""
    ctx = click.Context(companion)
    return {name: companion.get_command(ctx, name) for name in COMMANDS}
