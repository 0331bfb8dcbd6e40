"""`tidewheel search`: one answer from whatever is live."""

import textwrap

import click

from console.output import json_option, print_json, tenant_option
from indexer.answer import Answer
from indexer.search import NoWord, require_words
from indexer.wiring import connect_searcher
from stores import settings

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
    """
    try:
        require_words([query])
    except NoWord as error:
        raise click.BadParameter(str(error), param_hint="QUERY") from error
    answer = connect_searcher(settings.load()).search(tenant, [query], frozenset(groups), k)[0]
    if as_json:
        print_json(
            {
                "model": answer.model,
                "collection": answer.collection,
                "serving_version": answer.serving_version,
                "latency_ms": answer.latency_ms,
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


def _print(answer: Answer) -> None:
    if not answer.results:
        click.echo("Nothing found that you may see.")
    for rank, found in enumerate(answer.results, start=1):
        click.echo(f"{rank:>3}  {found.title or found.document}  ({found.document}, {found.score:.3f})")
        snippet = textwrap.shorten(found.snippet, _SNIPPET_WIDTH, placeholder=" ...")
        if snippet:
            click.echo(f"     {snippet}")
        if found.truncated:
            click.echo("     (too long: its end is not indexed)")
    click.echo(f"{answer.model} in {answer.collection}, serving version {answer.serving_version}")
