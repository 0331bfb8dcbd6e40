"""`tidewheel replay`: what drift would have asked for by other rules, over events that came."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.output import Column, Row, json_option, minute, print_json, print_table, say, tenant_option
from console.parameters import DATE, FilePath
from console.progress import progress
from operations import tenants
from operations.connections import Connections
from stores import configuration, settings

if TYPE_CHECKING:
    from streams.drift.config import DriftConfig

_POLICIES = (
    Column("policy"), Column("windows"), Column("requests"), Column("first", "first request", minute),
    Column("before_onset", "before"), Column("delay_days", "days"),
)  # fmt: skip
_CURRENT = "current rules"


@click.command()
@tenant_option
@click.option("--from", "begin", required=True, type=DATE, help="First day; the first days are the reference.")
@click.option("--to", "end", required=True, type=DATE, help="The day after the last one.")
@click.option(
    "--policy",
    "policies",
    multiple=True,
    type=FilePath(dir_okay=False, exists=True),
    help="A TOML file with a table [drift] of the rules that differ from the current ones; again for more of them.",
)
@click.option("--onset", type=DATE, help="When things changed: counts requests before it, and days until the first.")
@click.option("--refused", is_flag=True, help="As if every model were refused; else each goes live after a day.")
@click.option(
    "--directory",
    type=FilePath(file_okay=False),
    help="Where to keep what was judged: the same command goes on there when it was cut off.",
)
@json_option
def replay(
    tenant: str,
    begin: datetime,
    end: datetime,
    policies: tuple[Path, ...],
    onset: datetime | None,
    refused: bool,
    directory: Path | None,
    as_json: bool,
) -> None:
    """Judge past windows once more by the current rules and by others, and compare what they would have asked for.

    Nothing is stored, sent or asked for. Time is that of the events, so the same answer comes again. What operators
    muted or dismissed does not count. It takes a second or less for every day and policy; with --directory a replay
    that was cut off goes on where it was. Remove the directory when the events of the span have changed since.

    \b
    Example:
      tidewheel replay --tenant acme --from 2026-08-01 --to 2026-11-01 --policy patient.toml --onset 2026-09-15
    """
    if end <= begin:
        raise click.BadParameter("it must be later than --from", param_hint="'--to'")
    from streams.drift.encoder import WordLlamaEncoder  # statistics and a model: only this command needs them
    from streams.drift.replay import replay as judged_again

    where, rows, encoder = settings.load(), list[Row](), WordLlamaEncoder()
    named = {_CURRENT: _rules(where.home, None)} | {str(path): _rules(where.home, path) for path in policies}
    with Connections(where) as stores:
        tenants.check_known(stores, tenant)
        for name, rules in named.items():
            days = int((end - begin) / timedelta(seconds=rules.window_s))
            with progress(f"{name}, units of time", days) as moved:
                outcome = judged_again(stores.warehouse, tenant, rules, begin, end, refused, encoder, directory, moved)
            asked = [{"run": request.run, "at": request.occurred_at, "reason": request.reason} for request in
                     outcome.requests]  # fmt: skip
            rows.append({"policy": name, "rules": rules.hash, "windows": outcome.windows, **outcome.since(onset),
                         "asked": asked})  # fmt: skip
    if as_json:
        print_json(rows)
        return
    print_table(rows, _POLICIES)
    for row in rows:
        for asked_for in row["asked"]:
            say(f"{row['policy']}, {asked_for['at']:%Y-%m-%d}: {asked_for['reason']}")


def _rules(home: Path, policy: Path | None) -> "DriftConfig":
    """Return the current rules of drift, with those of a policy in their place. Raises `Misconfigured`."""
    from streams.config import StreamsConfig
    from streams.drift.config import DriftConfig

    said = configuration.layers("drift", home)
    if policy is not None:
        said = [configuration.of_file("drift", policy), *said]
    rules = configuration.validated("drift", DriftConfig, said)
    return rules.sharing(configuration.load("streams", StreamsConfig, home))
