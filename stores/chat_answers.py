"""What a language model answered, by tenant and question, in Redis: a run that is repeated asks nothing twice.

A question is known by the hash of all that it depends on; neither it nor the document in it is kept. Answers lapse by
themselves. They are of no consequence: what is lost is asked again.
"""

import hashlib
import json
from collections.abc import Sequence

from stores import redis_client
from stores.redis_client import Client

_LONGEST = 20_000
"""Characters of an answer that is kept."""

_DAY_S = 24 * 60 * 60


class ChatAnswers:
    """One tenant's, each kept for some days after it was last used; no days keep none."""

    def __init__(self, client: Client, tenant: str, days: int) -> None:
        self._client, self._tenant, self._seconds = client, tenant, days * _DAY_S

    def read(self, question: Sequence[str]) -> str | None:
        """Return the answer to a question, None when it is not there. Raises `Retryable` when Redis is away."""
        if not self._seconds:
            return None
        found = redis_client.guarded(lambda: self._client.getex(self._key(question), ex=self._seconds))
        return None if found is None else str(found)

    def keep(self, question: Sequence[str], answer: str) -> None:
        """Keep an answer, unless it is very long. Raises `Retryable` when Redis is away."""
        if self._seconds and len(answer) <= _LONGEST:
            redis_client.guarded(lambda: self._client.set(self._key(question), answer, ex=self._seconds))

    def _key(self, question: Sequence[str]) -> str:
        return f"chat:{self._tenant}:{hashlib.sha256(json.dumps(list(question)).encode()).hexdigest()}"
