"""`tidewheel search`: one answer from whatever is live."""

import click

from console.output import json_option, print_json, say, tenant_option
from console.parameters import GROUP, QUERY, Whole
from console.text import columns, elided, printable
from indexer.answer import Answer
from indexer.search import NoWord, require_words
from indexer.wiring import connect_searcher
from operations import tenants
from operations.connections import Connections
from stores import settings
from stores.rebuilds import not_whole

_LEAST_TITLE = 20
"""Columns of a title, however long the document's id behind it."""


@click.command()
@click.argument("query", type=QUERY)
@tenant_option
@click.option(
    "--group", "groups", multiple=True, type=GROUP, help="A group that you are in; `everyone` always is. Repeatable."
)
@click.option("-k", default=10, show_default=True, type=Whole(1, 100), help="How many documents.")
@json_option
def search(query: str, tenant: str, groups: tuple[str, ...], k: int, as_json: bool) -> None:
    """Search a tenant's documents with the model and collection that are live, as a member of the given groups.

    \b
    Example:
      tidewheel search "how do I start a server" --tenant acme --group operators -k 5

    While the index is being rebuilt, what is in it again is shown and the exit code is 4: try again.
    """
    try:
        require_words([query])
    except NoWord as error:
        raise click.BadParameter(str(error), param_hint="QUERY") from error
    where = settings.load()
    with Connections(where) as stores:
        tenants.check_answerable(stores, tenant)
    answer = connect_searcher(where).search(tenant, [query], frozenset(groups), k)[0]
    rebuild = answer.rebuild
    if as_json:
        print_json(
            {
                "model": answer.model,
                "collection": answer.collection,
                "serving_version": answer.serving_version,
                "latency_ms": answer.latency_ms,
                "rebuilding": {"done": rebuild.done, "total": rebuild.total} if rebuild else None,
                "results": [
                    {
                        "rank": n,
                        "document": r.document,
                        "score": r.score,
                        "title": r.title,
                        "snippet": r.snippet,
                        "truncated": r.truncated,
                    }
                    for n, r in enumerate(answer.results, start=1)
                ],
            }
        )
    else:
        _print(answer)
    if rebuild:
        raise not_whole(tenant, rebuild.done, rebuild.total)


def _print(answer: Answer) -> None:
    if not answer.results and not answer.rebuild:
        click.echo("Nothing found that you may see.")
    for rank, found in enumerate(answer.results, start=1):
        which = f"  ({found.document}, {found.score:.3f})"
        title = elided(printable(found.title or found.document), max(_LEAST_TITLE, columns() - 5 - len(which)))
        say(f"{rank:>3}  {title}{printable(which)}")
        if snippet := elided(printable(" ".join(found.snippet.split())), columns() - 5):
            say(f"     {snippet}")
        if found.truncated:
            say("     (too long to be indexed whole: its end is not found)")
    say(f"{answer.model} in {answer.collection}, serving version {answer.serving_version}")
