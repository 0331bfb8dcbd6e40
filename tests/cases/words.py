"""The ranking by words alone, as a search asks for it."""

from retrieval.text import query_terms
from tests.cases.house import House


def by_words(house: House, query: str, k: int = 20) -> list[str]:
    """Return the documents that have a term of the query, best first."""
    collection, encoder = (
        house.world.target().collection,
        house.world.encoders.get(house.world.tenant, house.world.live),
    )
    ((_, words),) = house.world.vectors.search(collection, [query_terms(query)], encoder.encode([query]), k)
    return list(dict.fromkeys(hit.document for hit in words))
