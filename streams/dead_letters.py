"""Dead letters: what could not be accepted is kept with its original bytes, in the warehouse and in `<topic>.dead`.

The table is the truth; the topic is for those who want to act on dead letters as they come. A crash between the two may
send a letter to the topic twice: its headers name the source offset.
"""

import logging
from collections.abc import Sequence

from schemas.codec import Rejection
from stores.columns import Column, Same
from stores.errors import Poison
from stores.ports import Inserts
from streams.batch import RecordBatch
from streams.publisher import OutgoingMessage, Publisher

log = logging.getLogger(__name__)


class DeadLetters:
    """Keeps rejected records, with the reason; safe to use from several threads."""

    def __init__(self, inserts: Inserts, publisher: Publisher) -> None:
        self._inserts = inserts
        self._publisher = publisher

    def put(self, batch: RecordBatch, rejected: Sequence[tuple[int, Rejection]]) -> None:
        """Store the records at these positions with their reasons. Raises `Retryable` when a store is away."""
        if not rejected:
            return
        self._inserts.insert("dead_letters", _rows(batch, rejected))
        try:
            self._publisher.deliver(_message(batch, position, rejection) for position, rejection in rejected)
        except Poison as error:  # too large for the broker's dead-letter topic; the table has it
            log.warning("dead letters of %s are in the table only: %s", batch.source, error)


def _message(batch: RecordBatch, position: int, rejection: Rejection) -> OutgoingMessage:
    source = f"{batch.topic.name}/{batch.partition}/{batch.offsets[position]}"
    headers = [("reason", rejection.reason.encode()), ("code", rejection.code.encode()), ("source", source.encode())]
    return OutgoingMessage(batch.topic.dead, batch.keys[position].as_py(), batch.values[position].as_py(), headers)


def _rows(batch: RecordBatch, rejected: Sequence[tuple[int, Rejection]]) -> dict[str, Column]:
    positions = [position for position, _ in rejected]
    return {
        "topic": Same(batch.topic.name),
        "topic_id": Same(batch.topic_id),
        "partition": Same(batch.partition),
        "offset": [int(batch.offsets[position]) for position in positions],
        "code": [rejection.code for _, rejection in rejected],
        "reason": [rejection.reason for _, rejection in rejected],
        "key": [batch.keys[position].as_py() or b"" for position in positions],
        "value": [batch.values[position].as_py() or b"" for position in positions],
        "received_at": Same(batch.received_at),
    }
