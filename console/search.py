"""`tidewheel search`: one answer from whatever is live."""

from contextlib import suppress

import click

from console.output import json_option, print_json, say, tenant_option
from console.parameters import GROUP, QUERY, Whole
from console.text import columns, elided, printable
from retrieval.queries import NoWord, require_words
from schemas.limits import MAX_TEXT
from schemas.search import SearchAnswer, SearchRequest
from stores import settings
from stores.errors import Refused, Retryable
from stores.rebuilds import not_whole
from stores.search_client import NotRunning, SearchClient
from stores.settings import Settings

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
    if len(query) > MAX_TEXT:
        raise click.BadParameter(f"a query has at most {MAX_TEXT:,} characters", param_hint="QUERY")
    answer = _answer(settings.load(), SearchRequest(tenant=tenant, query=query, groups=groups, k=k))
    if as_json:
        print_json(answer.model_dump(mode="json", exclude={"search"}))
    else:
        _print(answer)
    if answer.rebuilding:
        raise not_whole(tenant, answer.rebuilding.done, answer.rebuilding.total)


def _answer(where: Settings, request: SearchRequest) -> SearchAnswer:
    """Return the answer of the resident search, or of this process where none runs: it loads the model for it."""
    url = where.search_url.get_secret_value()
    try:
        with suppress(NotRunning):
            if url:
                return SearchClient(url).search(request)
        from indexer.resident.answering import shown  # with torch behind it, which takes seconds to load
        from indexer.wiring import connect_searcher

        groups = frozenset(request.groups)
        return shown(connect_searcher(where).search(request.tenant, [request.query], groups, request.k)[0])
    except (Refused, Retryable):
        _explain(where, request.tenant)
        raise


def _explain(where: Settings, tenant: str) -> None:
    """Raise what the stores know better than the search: why there is nothing to search in."""
    from operations import tenants  # an answer needs none of their clients, which take half a second to load
    from operations.connections import Connections

    with Connections(where) as stores:
        tenants.check_answerable(stores, tenant)


def _print(answer: SearchAnswer) -> None:
    if not answer.results and not answer.rebuilding:
        click.echo("Nothing found that you may see.")
    for found in answer.results:
        which = f"  ({found.document}, {found.score:.3f})"
        title = elided(printable(found.title or found.document), max(_LEAST_TITLE, columns() - 5 - len(which)))
        say(f"{found.rank:>3}  {title}{printable(which)}")
        if snippet := elided(printable(" ".join(found.snippet.split())), columns() - 5):
            say(f"     {snippet}")
        if found.truncated:
            say("     (not all of its text is indexed: its end is too far, or it has encoded data)")
    say(f"{answer.model} in {answer.collection}, serving version {answer.serving_version}")
