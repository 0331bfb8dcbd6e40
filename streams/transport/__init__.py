"""Batched Faust: a hundred thousand events a second through ordinary agents, and not one of them lost.

This package knows nothing of what the events mean; it works for any Faust app on the aiokafka driver.

    app = build_app("orders", "kafka://localhost:9092")

    @app.agent(app.batched("orders.placed"))
    async def store(stream):
        async for batch in stream:                          # a list of raw records, all of one partition
            rows = [decode(r.value) for r in batch]         # r.key, r.value, r.offset, r.timestamp (ms), r.headers
            await retry_while_unavailable(warehouse.insert, rows, retry_on=ConnectionError)
                                                            # asking for the next batch acknowledges this one
    sys.exit(run_worker(app))

Why it is fast
    Faust's drain loop starts four asyncio tasks for every *event*, and its stream iterator adds more: about 4,000
    events/s. But Kafka hands out records in batches, per partition. Here one fetched batch of one partition becomes ONE
    Faust message whose value is the list of raw records, so all of that bookkeeping is paid once per some thousand
    events, and the agent may work on columns instead of rows. Keys and values pass through unparsed (`raw`).

Why nothing is lost
    Stock Faust acknowledges a message when the generator behind `async for` is closed, for whatever reason: an
    exception in the agent, a cancellation at shutdown, a garbage collection. It forgets acknowledged offsets at a
    rebalance before it commits them, and may commit past a message that is still being worked on (faust #606). Here:

    - A batch is acknowledged in one case only: the agent came back and asked for the next one (`BatchStream`).
    - A partition has at most one batch in flight; while it is, nothing more of that partition is handed out. So order
      holds for any agent concurrency, and the committed offset is simply the last acknowledged one plus one.
      (Faust's own `_new_offset` walks a list with one integer per event to find that number; gaps that compaction and
      transaction markers leave need no bookkeeping here at all.)
    - Before partitions are given up in a rebalance, batches being worked on get `revoke_wait_s` to finish, what is
      acknowledged is committed, and what waits in a queue is dropped, to be read again by the next owner.
    - An acknowledgement from before a rebalance or a seek is recognised (it is not the message in flight) and ignored.
    - An exception out of an agent crashes the worker: nothing of that batch is acknowledged, the supervisor starts the
      process again, and the batch is read again. Poison must be caught in the agent, or it will come back for ever.

    The promise is *at least once*: after a kill -9 the batches in flight are read again. Make writes idempotent.

The life of a partition in a worker

      assigned ──seek to the committed offset──▶ READY ◀──────────── acknowledged ───────────┐
         ▲                                         │ fetched: one batch                      │
         │                                      QUEUED ──agent takes it──▶ WORKED ON ◀─▶ WAITING (a store is away)
         │                                         │ revoke, seek, stop: dropped  │ revoke, stop: waited for, bounded
         └────────── rebalance ◀── commit ◀────────┴──────────────────────────────┘

Back-pressure and memory
    A partition with a batch in flight is not fetched from (beyond the one response that aiokafka keeps ahead, at most
    `fetch_bytes` a partition). A batch closes at `batch_records` or `batch_bytes`; nothing is handed out while
    `in_flight_bytes` are. `retry_while_unavailable` repeats a call while its store is away: its partition stands still,
    the others flow, and heartbeats go on from the consumer's own thread, so the member is not expelled however long it
    takes.

Staying alive
    Consumers are known to stall after rebalances without any error (faust #175, #640). A watchdog in a thread of its
    own, with a connection of its own, ends the process (`EXIT_TRY_AGAIN`) when a partition that has more to read made
    no progress for `stall_after_s` and no store is being waited for. Errors of the group coordinator, which Faust never
    looks at, are raised and crash the worker. SIGTERM: batches being worked on finish or are abandoned, what is
    acknowledged is committed, the member leaves the group, exit 0; all within `stop_within_s`, come what may.

Scaling
    Partitions are assigned by range, so topics with equally many partitions are co-partitioned: partition n of all of
    them is with the same worker. Add workers up to the number of partitions; a further one waits in reserve. Partitions
    that are added to a topic are noticed within `metadata_max_age_s`, and read from their beginning.
"""

from streams.transport.app import BatchApp, build_app
from streams.transport.batch import Batch, BatchStream, Record
from streams.transport.limits import Limits
from streams.transport.retry import retry_while_unavailable
from streams.transport.worker import run_worker, serve

__all__ = [
    "Batch",
    "BatchApp",
    "BatchStream",
    "Limits",
    "Record",
    "build_app",
    "retry_while_unavailable",
    "run_worker",
    "serve",
]
