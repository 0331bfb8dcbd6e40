"""`tidewheel search`: one answer from whatever is live."""

import textwrap

import click

from console.output import json_option, print_json, tenant_option
from indexer.answer import Answer
from indexer.wiring import connect_searcher
from stores import settings
from stores.rebuilds import not_whole

_SNIPPET_WIDTH = 100


@click.command()
@click.argument("query")
@tenant_option
@click.option("--group", "groups", multiple=True, help="A group that you are in; `everyone` always is. Repeatable.")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 100), help="How many documents.")
@json_option
def search(query: str, tenant: str, groups: tuple[str, ...], k: int, as_json: bool) -> None:
    """Search a tenant's documents with the model and collection that are live, as a member of the given groups.

    \b
    Example:
      tidewheel search "how do I start a server" --tenant acme --group operators -k 5

    While the index is being rebuilt, what is in it again is shown and the exit code is 4: try again.
    """
    answer = connect_searcher(settings.load()).search(tenant, [query], frozenset(groups), k)[0]
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
                    {"rank": n, "document": r.document, "score": r.score, "title": r.title, "snippet": r.snippet}
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
        click.echo(f"{rank:>3}  {found.title or found.document}  ({found.document}, {found.score:.3f})")
        snippet = textwrap.shorten(found.snippet, _SNIPPET_WIDTH, placeholder=" ...")
        if snippet:
            click.echo(f"     {snippet}")
    click.echo(f"{answer.model} in {answer.collection}, serving version {answer.serving_version}")
