"""The resident search is found again when it starts anew with another address."""

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.resident.http import application
from indexer.resident.server import Server
from schemas.search import SearchAnswer, SearchRequest
from stores import search_address
from stores.resident_search import ResidentSearch
from stores.search_client import NotRunning
from tests.gateway.world import showing
from tests.stores.keyed import settings_of

ASKED = SearchRequest(tenant="acme", query="leave")


def test_the_search_is_found_again_at_its_new_address(tmp_path: Path) -> None:
    search = ResidentSearch(settings_of(tmp_path))
    with pytest.raises(NotRunning):
        search(ASKED)
    answer: Callable[[SearchRequest], SearchAnswer] = showing("a")
    for token in ("one", "two"):
        with (
            Server(application(answer, token, 8), 2) as server,
            search_address.published(tmp_path, f"http://:{token}@127.0.0.1:{server.port}"),
        ):
            assert search(ASKED).results[0].document == "a"
    with pytest.raises(NotRunning):
        search(ASKED)
