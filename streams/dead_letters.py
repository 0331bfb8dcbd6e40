"""Dead letters: what could not be accepted is kept with its original bytes, in the warehouse and in `<topic>.dead`.

The table is the truth; the topic is for those who want to act on dead letters as they come. A crash between the two may
send a letter to the topic twice: its headers name the source offset.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from schemas.codec import Rejection
from stores.columns import Column, Same
from stores.errors import Poison
from streams.batch import Raw
from streams.publisher import Letter, Outbox

log = logging.getLogger(__name__)


class Inserts(Protocol):
    """What dead letters need of `stores.warehouse.Warehouse`."""

    def insert(self, table: str, columns: Mapping[str, Column]) -> int:
        """Insert columns."""
        ...


class DeadLetters:
    """Puts rejected records aside; safe to use from several threads."""

    def __init__(self, inserts: Inserts, outbox: Outbox) -> None:
        self._inserts = inserts
        self._outbox = outbox

    def put(self, raw: Raw, rejected: Sequence[tuple[int, Rejection]]) -> None:
        """Store the records at these positions with their reasons. Raises `Retryable` when a store is away."""
        if not rejected:
            return
        self._inserts.insert("dead_letters", _rows(raw, rejected))
        try:
            self._outbox.deliver(_letter(raw, position, rejection) for position, rejection in rejected)
        except Poison as error:  # too large for the broker's dead-letter topic; the table has it
            log.warning("dead letters of %s are in the table only: %s", raw.source, error)


def _letter(raw: Raw, position: int, rejection: Rejection) -> Letter:
    source = f"{raw.topic.name}/{raw.partition}/{raw.offsets[position]}"
    headers = [("reason", rejection.reason.encode()), ("code", rejection.code.encode()), ("source", source.encode())]
    return Letter(raw.topic.dead, raw.keys[position], raw.values[position], headers)


def _rows(raw: Raw, rejected: Sequence[tuple[int, Rejection]]) -> dict[str, Column]:
    positions = [position for position, _ in rejected]
    return {
        "topic": Same(raw.topic.name),
        "log": Same(raw.log),
        "partition": Same(raw.partition),
        "offset": [int(raw.offsets[position]) for position in positions],
        "code": [rejection.code for _, rejection in rejected],
        "reason": [rejection.reason for _, rejection in rejected],
        "key": [raw.keys[position] or b"" for position in positions],
        "value": [raw.values[position] or b"" for position in positions],
        "received_at": Same(raw.received_at),
    }
