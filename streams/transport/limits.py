"""How much a worker takes on at once, and how long it waits for anything."""

from dataclasses import dataclass
from typing import Protocol

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The knobs of a worker; the defaults suit events of some hundred bytes and stores that answer within seconds."""

    batch_records: int = 5_000
    """Records in one batch at most: past some thousand, larger ones buy no more speed."""

    batch_bytes: int = 8 * MIB
    """A batch is closed once its keys and values reach this; one larger record still makes a batch of its own."""

    in_flight_bytes: int = 64 * MIB
    """No batch is handed out while this much is queued or worked on, over all partitions."""

    fetch_bytes: int = 2 * MIB
    """Bytes (as stored by the broker) asked of one partition in one fetch; aiokafka keeps one response ahead."""

    commit_interval_s: float = 0.5
    """Acknowledged offsets are committed this often: what is read again after a kill -9 is about this much."""

    session_timeout_s: float = 6.0
    """Seconds without a heartbeat until a dead worker's partitions go to others. Some brokers let the first member
    of a group wait half of it."""

    rebalance_timeout_s: float = 60.0
    """How long the group waits for a member to come to a rebalance; must exceed `revoke_wait_s`."""

    revoke_wait_s: float = 10.0
    """How long a rebalance waits for batches being worked on; those that wait for a store are not waited for."""

    stop_wait_s: float = 8.0
    """How long a stop waits for batches being worked on."""

    stop_within_s: float = 20.0
    """From SIGTERM to the end of the process, come what may."""

    stall_after_s: float = 120.0
    """A partition with more to read and no progress for this long ends the process; must exceed
    `rebalance_timeout_s`, and the longest honest batch."""

    request_timeout_s: float = 30.0
    """How long the broker may take to answer one request before the connection counts as dead."""

    metadata_max_age_s: float = 30.0
    """How long until partitions that were added to a topic are noticed."""

    def __post_init__(self) -> None:
        if self.revoke_wait_s >= self.rebalance_timeout_s:
            raise ValueError("revoke_wait_s must be below rebalance_timeout_s, or every rebalance expels its members")
        if self.stop_wait_s >= self.stop_within_s:
            raise ValueError("stop_wait_s must be below stop_within_s, which covers it")


class Limited(Protocol):
    """An app that states its limits."""

    limits: Limits
