"""What a query must be: something that a document could be found by. Pure."""

from collections.abc import Sequence

from retrieval.text import query_terms
from stores.errors import Poison


class NoWord(Poison):
    """The query has nothing to search for: it is empty, or of punctuation, signs and invisible characters alone."""


def require_words(queries: Sequence[str]) -> None:
    """Raise `NoWord` when one of the queries has nothing that a document could be found by."""
    if not all(map(query_terms, queries)):
        raise NoWord("there is no word in the query; ask with letters, digits or an emoji")
