"""The resident search of an installation, for a process that lives longer than the search service's address."""

from contextlib import suppress

from schemas.search import SearchAnswer, SearchRequest
from stores import search_address
from stores.search_client import NotRunning, SearchClient
from stores.settings import Settings

_CONNECTIONS = 32


class ResidentSearch:
    """The resident search of this installation, found again when it starts anew with another address."""

    def __init__(self, where: Settings) -> None:
        self._home = where.home
        self._url = where.search_url.get_secret_value() or search_address.current(where.home)
        self._client = SearchClient(self._url, connections=_CONNECTIONS) if self._url else None

    def __call__(self, request: SearchRequest) -> SearchAnswer:
        """Return the answer. Raises as `SearchClient.search`."""
        if self._client is not None:
            with suppress(NotRunning):
                return self._client.search(request)
        url = search_address.current(self._home)
        if not url or (url == self._url and self._client is not None):
            raise NotRunning("the search service does not run; `tidewheel up` starts it")
        self._url, self._client = url, SearchClient(url, connections=_CONNECTIONS)
        return self._client.search(request)
