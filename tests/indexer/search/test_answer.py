from datetime import UTC, datetime

from indexer.search.answer import Answer, search_served
from indexer.search.shown import Found

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_what_was_served_is_said_as_it_was_shown() -> None:
    found = (Found("b", 1, 0.5, "B", "..."), Found("a", 2, 0.25, "A", "..."))
    answer = Answer(found, "m", "c", 7, 12.5)
    result = search_served(
        answer, event_id="e", tenant="acme", user="ana", search="s", query="words", at=NOW, surface="assistant"
    )
    assert [(r.document, r.rank, r.score) for r in result.results] == [("b", 1, 0.5), ("a", 2, 0.25)]
    assert (result.model, result.collection, result.serving_version, result.latency_ms) == ("m", "c", 7, 12.5)
    assert (result.event_id, result.tenant, result.user, result.search, result.query) == (
        "e",
        "acme",
        "ana",
        "s",
        "words",
    )
    assert (result.occurred_at, result.surface) == (NOW, "assistant")
