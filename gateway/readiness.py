"""Whether requests can be answered now: each store that some of them need, asked at most once a second."""

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from schemas.topics import CLICKS
from stores import redis_client, search_address
from stores.errors import TidewheelError
from stores.kafka import topic_ids
from stores.search_client import NotRunning
from stores.settings import Settings

OK = "ok"
_EVERY_S = 1.0
_ANSWER_WITHIN_S = 2.0


class Readiness:
    """Asks the checks and remembers for a moment what they said; for several threads."""

    def __init__(self, checks: Mapping[str, Callable[[], None]], clock: Callable[[], float] = time.monotonic) -> None:
        self._checks = checks
        self._clock = clock
        self._lock = threading.Lock()
        self._found: tuple[float, dict[str, str]] | None = None

    @classmethod
    def of(cls, where: Settings) -> "Readiness":
        """Return the checks of an installation: the broker, Redis, and where the resident search listens."""
        redis = redis_client.connect(where, timeout_s=_ANSWER_WITHIN_S)
        return cls(
            {
                "broker": partial(_broker, where.kafka_bootstrap),
                "redis": lambda: redis_client.guarded(lambda: _ignore(redis.ping())),
                "search": partial(_search, where),
            }
        )

    def __call__(self) -> dict[str, str]:
        """Return `ok`, or that it does not answer, by the name of what was asked."""
        with self._lock:
            if self._found is None or self._clock() - self._found[0] > _EVERY_S:
                self._found = self._clock(), {name: _said(check) for name, check in self._checks.items()}
            return self._found[1]


def _said(check: Callable[[], None]) -> str:
    try:
        check()
    except TidewheelError as error:
        return f"{type(error).__name__}: does not answer"
    return OK


def _broker(bootstrap: str) -> None:
    topic_ids(bootstrap, [CLICKS.name], _ANSWER_WITHIN_S)


def _search(where: Settings) -> None:
    if not (search_address.current(where.home) or where.search_url.get_secret_value()):
        raise NotRunning("the search service does not run")


def _ignore(_: object) -> None:
    return None
