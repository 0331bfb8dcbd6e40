"""What `tidewheel connect` says of a run."""

import click

from connectors.transfer import Done
from console.output import print_json, say
from stores.errors import Poison
from stores.exit_codes import EXIT_INTERRUPTED

_SHOWN = 10
"""Faults that are listed one by one."""


def report(done: Done, dry_run: bool, as_json: bool) -> None:
    """Print it, as JSON or in lines. Raises `Poison` for faults, and ends the command where it was stopped."""
    if as_json:
        print_json(
            {
                "dry_run": dry_run, "events": dict(done.events), "unchanged": done.unchanged,
                "private": done.hidden, "cut": done.cut, "left_out": dict(done.left_out), "stopped": done.stopped,
                "faults": [{"where": each.where, "reason": each.reason} for each in done.faults],
            }
        )  # fmt: skip
    else:
        _tell(done, dry_run)
    if done.stopped:
        say("stopped before the end; run it again, it goes on from here", err=True)
        raise click.exceptions.Exit(EXIT_INTERRUPTED)
    if done.faults:
        raise Poison(f"{len(done.faults):,} could not be read or sent; all else was {_DONE[dry_run]}")


_DONE = {False: "sent", True: "checked"}


def _tell(done: Done, dry_run: bool) -> None:
    for fault in done.faults[:_SHOWN]:
        say(f"{fault.where}: {fault.reason}", err=True)
    verb = "would send" if dry_run else "sent"
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(done.events.items()))
    say(f"{verb} {kinds or 'nothing'}")
    if done.unchanged:
        say(f"{done.unchanged:,} as they were sent before")
    for what, count in sorted(done.left_out.items()):
        say(f"{count:,} {what} left out")
    if done.cut:
        say(f"{done.cut:,} are cut by the receiver: a title, a link or a query is too long")
    if done.hidden:
        say(f"{done.hidden:,} are private: nobody finds them. Say who may with --acl GROUP and run it again")
