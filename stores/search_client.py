"""The client of the resident search service (`indexer.resident`): one request, one answer, no model loaded here.

The service writes its address, with a token that its callers must show, to a file in the home that the home's owner
alone may read (`settings.SEARCH_FILE`); `TIDEWHEEL_SEARCH_URL` names one elsewhere.
"""

from urllib.parse import urlsplit

import urllib3
from pydantic import ValidationError

from schemas.search import Problem, SearchAnswer, SearchRequest
from stores.errors import Misconfigured, Poison, Refused, Retryable, TidewheelError

PATH = "/v1/search"
_KINDS = {kind.__name__: kind for kind in (Misconfigured, Poison, Refused, Retryable)}


class NotRunning(Retryable):
    """Nobody listens at the service's address."""


class SearchClient:
    """Asks one search service; safe to use from several threads."""

    def __init__(self, url: str, timeout_s: float = 30.0, connections: int = 16) -> None:
        """Take the address with its token, `http[s]://:TOKEN@host:port`. Nothing is sent yet."""
        parsed = urlsplit(url)
        self._url = f"{parsed.scheme}://{parsed.hostname}:{parsed.port}{PATH}"
        self._headers = {"authorization": f"Bearer {parsed.password or ''}", "content-type": "application/json"}
        self._pool = urllib3.PoolManager(
            maxsize=connections, block=True, retries=False, timeout=urllib3.Timeout(connect=5.0, read=timeout_s)
        )

    def search(self, request: SearchRequest) -> SearchAnswer:
        """Return the answer. Raises what the search raised, `NotRunning`, or `Retryable` for no answer in time."""
        body = request.model_dump_json(exclude_defaults=True).encode()
        try:
            answer = self._pool.request("POST", self._url, body=body, headers=self._headers)
        except urllib3.exceptions.NewConnectionError as error:
            raise NotRunning("the search service does not run; `tidewheel up` starts it") from error
        except urllib3.exceptions.HTTPError as error:
            raise Retryable(f"the search service does not answer ({type(error).__name__}); try again") from error
        if answer.status != 200:
            raise _problem(answer.status, answer.data)
        return SearchAnswer.model_validate_json(answer.data)

    def close(self) -> None:
        """Give the connections back."""
        self._pool.clear()


def _problem(status: int, body: bytes) -> TidewheelError:
    try:
        problem = Problem.model_validate_json(body)
    except ValidationError:
        return Retryable(f"what answered at the search service's address is none (status {status})")
    return _KINDS.get(problem.title, Retryable)(problem.detail)
