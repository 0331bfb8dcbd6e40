"""The `learning` topic in and out: decisions and requests come in, what was done goes out.

The topic has one partition, which a reader takes by assignment: no rebalance ever leaves it deaf. How far it has read
is committed in Kafka under the service's group. An event is acknowledged only after it was handled.
One whose store is away is kept and tried again, and so are its tenant's later ones; the other tenants' go on, and so
does the caller with other work. What comes in was signed by whoever may say it; what was not is passed over, as what is
no event is: the streams keep both as dead letters. What goes out is signed with the installation's key.

Where several workers share the tenants, each of them reads the whole topic, which is small, handles the events of its
own tenants, and keeps those of the others until their holder has noted that it handled them (`stores.handled`):

    committed in Kafka  ≤  every event that is not known to be handled  ∈  what every worker keeps

So whoever takes a tenant over has its unhandled events already, in their order; and a worker that starts reads them.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from types import TracebackType
from typing import NamedTuple

from schemas.codec import Rejection, decode, encode
from schemas.envelope import Event
from schemas.learning import Decision
from schemas.topics import LEARNING, TOPIC_OF, TOPICS, key_of
from stores.errors import Retryable
from stores.handled import Handled
from stores.kafka import EventProducer, EventReader, RawEvent, ensure_topics
from stores.ports import Sends
from stores.settings import Settings
from stores.signing import Signing

LOG = logging.getLogger(__name__)

_MOST_WAITING = 10_000
"""Events at most that wait for their stores; then nothing more is read."""


def publish(producer: Sends, events: Iterable[Event]) -> int:
    """Send events to their topics, return their number once the broker has them. Raises as `EventProducer` does."""
    sent = 0
    for event in events:
        producer.send(TOPIC_OF[type(event).__name__].name, key_of(event), encode(event))
        sent += 1
    producer.flush()
    return sent


def announce(where: Settings, event: Event) -> None:
    """Publish one event from a program that is no service; topics that are missing are made first."""
    ensure_topics(where.kafka_bootstrap, TOPICS.values())
    with EventProducer(where.kafka_bootstrap) as producer:
        publish(producer, [event])


class Sharing(NamedTuple):
    """With whom a reader shares the tenants: `holds` says whether one is this worker's now."""

    holds: Callable[[str], bool]
    handled: Handled


class _Waiting(NamedTuple):
    """An event that is not known to be handled, and where it lies; its topic's id tells a topic that was made anew."""

    raw: RawEvent
    topic: str
    event: Event


class Learning:
    """A reader of the topic under a group's name, and a producer. Not for several threads at once."""

    def __init__(
        self,
        where: Settings,
        group: str,
        clock: Callable[[], datetime],
        at_once: int = 500,
        check_lease: Callable[[], None] = lambda: None,
        sharing: Sharing | None = None,
    ) -> None:
        """Begin where the group's reader stopped; `at_once` events at most are acknowledged together.

        `check_lease` raises when another process reads by now; it is called before anything is handled or
        acknowledged. With `sharing` several read at once, each for its tenants. Raises `Retryable`.
        """
        ensure_topics(where.kafka_bootstrap, [LEARNING])
        self._reader = EventReader(where.kafka_bootstrap, group, [LEARNING.name])
        self._producer = EventProducer(where.kafka_bootstrap)
        self._signing = Signing(where)
        self._tenants = where.tenants
        self._clock = clock
        self._at_once = at_once
        self._check_lease = check_lease
        self._sharing = sharing
        self._waiting: deque[_Waiting] = deque()

    def handle(self, handler: Callable[[Event], None], timeout_s: float) -> int:
        """Handle what has come, in order, waiting up to `timeout_s` for something; return how many were handled.

        An event whose handler raises `Retryable` waits, with those of its tenant behind it, for the next call. Any
        other error passes through: what was not acknowledged comes again.
        """
        handled = 0
        try:
            if len(self._waiting) < _MOST_WAITING:
                self._poll(timeout_s)
            self._drop_handled()
            handled = self._work_off(handler)
            self._check_lease()
            topic = self._reader.topic_id(LEARNING.name)
            self._reader.commit(waiting.raw for waiting in self._waiting if waiting.topic == topic)
        except Retryable as error:
            LOG.warning("waiting: %s", error)
        return handled

    def waiting(self) -> set[str]:
        """Return the tenants that have events which are not known to be handled."""
        return {waiting.event.tenant for waiting in self._waiting}

    def _drop_handled(self) -> None:
        """Forget what the holders of its tenants have handled; of a topic that is no more, when they read on."""
        if self._sharing is None or not self._waiting:
            return
        known, read = self._sharing.handled.of(self.waiting()), self._reader.topic_id(LEARNING.name)

        def is_handled(waiting: _Waiting) -> bool:
            topic, offset = known.get(waiting.event.tenant, ("", 0))
            return waiting.raw.offset < offset if topic == waiting.topic else topic == read

        self._waiting = deque(waiting for waiting in self._waiting if not is_handled(waiting))

    def _work_off(self, handler: Callable[[Event], None]) -> int:
        """Handle what waits, of each tenant in order up to its first event that has to wait on; return how many."""
        handled, still, stuck = 0, deque[_Waiting](), set[str]()
        try:
            while self._waiting:
                event = self._waiting[0].event
                if event.tenant not in stuck:
                    self._check_lease()
                    try:
                        if not self._is_believed(event):
                            pass
                        elif self._is_ours(event.tenant):
                            handler(event)
                            handled += 1
                            self._note(self._waiting[0])
                        else:
                            stuck.add(event.tenant)
                    except Retryable as error:
                        LOG.warning("%s: %s waits: %s", event.tenant, type(event).__name__, error)
                        stuck.add(event.tenant)
                if event.tenant in stuck:
                    still.append(self._waiting[0])
                self._waiting.popleft()
        finally:
            self._waiting = still + self._waiting
        return handled

    def _is_ours(self, tenant: str) -> bool:
        return self._sharing is None or self._sharing.holds(tenant)

    def _note(self, waiting: _Waiting) -> None:
        if self._sharing is not None:
            self._sharing.handled.note(waiting.event.tenant, (waiting.topic, waiting.raw.offset + 1))

    def emit(self, event: Event) -> None:
        """Send an event and return once the broker has it; one that nobody signed yet is signed by the installation."""
        if isinstance(event, Decision) and event.signature is None:
            event = self._signing.as_installation(event)
        publish(self._producer, [event])

    def close(self) -> None:
        """Let go of the topic."""
        self._reader.close()
        self._producer.close()

    def __enter__(self) -> "Learning":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _poll(self, timeout_s: float) -> None:
        for raw in self._reader.poll(self._at_once, timeout_s):
            event = decode(LEARNING, raw.key, raw.value, self._clock(), self._tenants)
            if isinstance(event, Rejection):
                LOG.warning("offset %d of %s is no event (%s); the streams keep it as a dead letter", raw.offset,
                            LEARNING.name, event.reason)  # fmt: skip
            else:
                self._waiting.append(_Waiting(raw, self._reader.topic_id(raw.topic), event))

    def _is_believed(self, event: Event) -> bool:
        rejection = self._signing.objection(event)
        if rejection:
            LOG.warning("%s %s is passed over: %s", type(event).__name__, event.event_id, rejection.reason)
        return rejection is None
