"""``companion`` without a command: the home screen."""

from __future__ import annotations

import click


def home(ctx: click.Context) -> None:
    """Show the home screen, then do what was chosen."""
    from companion import config
    from companion.commands.keeping import described, journal
    from companion.tui.home import HomeApp

    with journal() as kept:
        last = [described(s) for s in kept.sessions()[:3]]
    chosen = HomeApp(config.load().screen.theme, last).run()
    group = ctx.command
    if chosen is None or not isinstance(group, click.Group):
        return
    found = group.get_command(ctx, chosen)
    if found is not None:
        found.main(args=[], prog_name=f"companion {chosen}", standalone_mode=False)
