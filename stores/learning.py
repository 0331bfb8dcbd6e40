"""The `learning` topic as the indexer's inbox and outbox: decisions come in, what was done goes out.

An event is acknowledged only after it was handled. One whose store is away is kept and tried again; meanwhile documents
go on being applied.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime

from schemas.codec import Rejection, decode, encode
from schemas.envelope import Event
from schemas.topics import LEARNING, TOPIC_OF, key_of
from stores.errors import Retryable
from stores.kafka import EventProducer, EventReader, ensure_topics
from stores.settings import Settings

LOG = logging.getLogger(__name__)
GROUP = "tidewheel-indexer"


class Learning:
    """One consumer and one producer of the topic."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        ensure_topics(settings.kafka_bootstrap, [LEARNING])
        self._reader = EventReader(
            settings.kafka_bootstrap, GROUP, [LEARNING.name], session_timeout_s=settings.kafka_session_timeout_s
        )
        self._producer = EventProducer(settings.kafka_bootstrap)
        self._tenants = settings.tenants
        self._clock = clock
        self._waiting: deque[Event] = deque()

    def handle(self, handler: Callable[[Event], None], timeout_s: float) -> int:
        """Handle what has come, in order, waiting up to `timeout_s` for something; return how many were handled."""
        try:
            self._poll(timeout_s)
            handled = 0
            while self._waiting:
                handler(self._waiting[0])
                self._waiting.popleft()
                handled += 1
            if handled:
                self._reader.commit()
            return handled
        except Retryable as error:
            LOG.warning("waiting: %s", error)
            return 0

    def emit(self, event: Event) -> None:
        """Send an event and return once the broker has it."""
        self._producer.send(TOPIC_OF[type(event).__name__].name, key_of(event), encode(event))
        self._producer.flush()

    def close(self) -> None:
        """Leave the group."""
        self._reader.close()
        self._producer.close()

    def _poll(self, timeout_s: float) -> None:
        for raw in self._reader.poll(timeout_s=timeout_s):
            event = decode(LEARNING, raw.key, raw.value, self._clock(), self._tenants)
            if isinstance(event, Rejection):
                LOG.warning("offset %d of %s is no event (%s); the streams keep it as a dead letter", raw.offset,
                            LEARNING.name, event.reason)  # fmt: skip
            else:
                self._waiting.append(event)
