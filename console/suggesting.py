"""Commands that the command line suggests, so that they work as they stand: for the same home as the one that runs."""

import shlex

import click


def command(words: str) -> str:
    """Return `tidewheel WORDS`, with the `--home` that this run was given, if it was given one."""
    context = click.get_current_context(silent=True)
    home = context.find_root().params.get("home") if context is not None else None
    return f"tidewheel --home {shlex.quote(str(home))} {words}" if home is not None else f"tidewheel {words}"
