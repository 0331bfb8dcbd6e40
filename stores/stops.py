"""Which runs operators have stopped, heard while the service that would handle the next event is busy with a run.

    main reader      ... request ─────────── at work on it ───────────▶ (reads on when the run has ended)
    this one                    └▶ stop of it ▶ the run ends

A stop lies behind its request on the one partition of `learning`, and a request is acknowledged only once it has its
end. So whoever begins where the service's reader has acknowledged up to, and reads to the end of the topic, knows every
stop of the request that it is about to answer: also after a crash between the stop and its effect.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from schemas.codec import decode
from schemas.learning import TrainingStopped
from schemas.topics import LEARNING
from stores.broker import topic_ids
from stores.errors import Retryable
from stores.kafka import EventReader, RawEvent, end_offsets
from stores.settings import Settings
from stores.signing import Signing

LOG = logging.getLogger(__name__)

_WITHIN_S = 30.0
_PAUSE_S = 0.2


class Stops:
    """Reads the topic from where a group's reader has acknowledged up to, and acknowledges nothing itself.

    `catch_up` and `listen` are for one thread at a time; `of` may be asked meanwhile.
    """

    def __init__(self, where: Settings, group: str, clock: Callable[[], datetime]) -> None:
        self._where, self._group, self._clock = where, group, clock
        self._signing = Signing(where)
        self._reader: EventReader | None = None
        self._next, self._topic = 0, ""
        self._heard: dict[tuple[str, str], list[TrainingStopped]] = {}

    def catch_up(self) -> None:
        """Read what the topic has by now; call it with a request in hand that is not acknowledged. Raises `Retryable`.

        That request lies ahead of where reading begins, so the end of the topic comes in sight in any case.
        """
        self._begin_anew_with_the_topic()
        end, until = end_offsets(self._where.kafka_bootstrap, LEARNING.name).get(0, 0), monotonic() + _WITHIN_S
        while self._next < end:
            if monotonic() > until:
                raise Retryable(f"{LEARNING.name} was not read up to its end within {_WITHIN_S:g} s: stops are unknown")
            self.listen(_PAUSE_S)

    def listen(self, timeout_s: float) -> None:
        """Wait up to so many seconds for what comes, and note the stops in it. Raises `Retryable`."""
        if self._reader is None:
            self._reader = EventReader(self._where.kafka_bootstrap, self._group, [LEARNING.name])
        for raw in self._reader.poll(timeout_s=timeout_s):
            self._next = raw.offset + 1
            self._note(raw)

    def of(self, tenant: str, run: str) -> TrainingStopped | None:
        """Return the first stop of a tenant's run by an operator who may say so now, or None.

        Raises `Retryable` while nobody can tell whose keys hold.
        """
        heard = [*self._heard.get((tenant, run), ())]
        return next((stop for stop in heard if self._signing.objection(stop) is None), None)

    def close(self) -> None:
        """Let go of the topic."""
        if self._reader is not None:
            self._reader.close()
        self._reader, self._next = None, 0

    def _begin_anew_with_the_topic(self) -> None:
        """Forget how far was read of a topic that was made anew: it counts from 0, and seemed to be read already."""
        found = topic_ids(self._where.kafka_bootstrap, [LEARNING.name])[LEARNING.name]
        if self._topic not in ("", found):
            self.close()
        self._topic = found

    def _note(self, raw: RawEvent) -> None:
        if b"TrainingStopped" not in (raw.value or b""):
            return
        event = decode(LEARNING, raw.key, raw.value, self._clock(), self._where.tenants)
        if not isinstance(event, TrainingStopped):
            return
        try:
            if rejection := self._signing.objection(event):
                LOG.warning("%s: a stop of %s is passed over: %s", event.tenant, event.run, rejection.reason)
                return
        except Retryable as error:  # `of` asks again
            LOG.warning("%s: a stop of %s cannot be verified yet: %s", event.tenant, event.run, error)
        self._heard.setdefault((event.tenant, event.run), []).append(event)
