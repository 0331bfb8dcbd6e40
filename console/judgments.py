"""Commands for those who judge: people's judgments come in, and go out with what every system answered."""

from datetime import UTC, datetime
from pathlib import Path

import click

from console.decisions import by_option
from console.output import json_option, print_json, say, tenant_option
from console.parameters import RUN, FilePath
from operations import judgments as judged
from operations import tenants
from operations.connections import Connections
from stores import settings

_FILE = FilePath(exists=True, dir_okay=False)


@click.group()
def judgments() -> None:
    """Say what documents are worth for queries, apart from clicks; and read what systems answered with other tools.

    \b
    Examples:
      tidewheel judgments import case.csv --tenant acme
      tidewheel judgments import qrels.txt --queries topics.tsv --tenant acme
      tidewheel judgments export out --tenant acme
    """


@judgments.command(name="import")
@click.argument("file", type=_FILE)
@tenant_option
@click.option("--queries", type=_FILE, help="ID <tab> QUERY lines; with it FILE is read as TREC qrels.")
@by_option
@json_option
def import_(file: Path, tenant: str, queries: Path | None, by: str | None, as_json: bool) -> None:
    """Store people's judgments: Quepid's CSV (query, docid, rating), or TREC qrels with --queries.

    They are the tenant's guard set: their queries never teach, they outrank clicks on the same query, and a model that
    answers them surely worse does not go on. Importing again changes grades; a grade of 0 takes one away.

    \b
    Example:
      tidewheel judgments import case.csv --tenant acme
    """
    found = judged.read(file, queries)
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        who = stores.signing.operator(by)
        done = judged.store(stores.warehouse, tenant, found, file.name, who, datetime.now(UTC))
    if as_json:
        print_json({"judgments": done.judgments, "queries": done.queries, "unknown_documents": done.unknown})
        return
    say(f"{done.judgments:,} judgments of {done.queries:,} queries are stored.")
    if done.unknown:
        say(f"{done.unknown:,} of their documents are not among those of '{tenant}': are the ids the same?", err=True)


@judgments.command()
@click.argument("directory", type=FilePath(file_okay=False))
@tenant_option
@click.option("--run", type=RUN, show_default="the newest that compared", help="Whose rankings: see `tidewheel runs`.")
@json_option
def export(directory: Path, tenant: str, run: str | None, as_json: bool) -> None:
    """Write queries.tsv, qrels and a run file for every system, as trec_eval and ranx read them.

    qrels.people.txt has what people judged, qrels.clicks.txt what clicks name for the held-out queries of the run. The
    files hold what people typed: give them to nobody who may not read that.

    Measure with them, and train, tune or choose nothing by them: their queries are the hold-out. A model that has seen
    them and is offered with `tidewheel adopt` would win by that alone, and no gate can notice it.

    \b
    Example:
      tidewheel judgments export out --tenant acme && trec_eval -m ndcg_cut.10 out/qrels.clicks.txt out/run.live.txt
    """
    with Connections(settings.load()) as stores:
        tenants.check_known(stores, tenant)
        files = judged.export(stores.warehouse, tenant, directory, run)
    if as_json:
        print_json({"directory": str(directory), "lines": files})
        return
    for name, lines in files.items():
        say(f"{directory / name}: {lines:,} lines")
