"""The floor: confluent-kafka reads, orjson decodes, nothing else. Prints what it measured as JSON.

`python -m bench.streams.floor EVENTS`, with the settings of a streams worker.
"""

import os
import sys
import time

import orjson
from confluent_kafka import Consumer, TopicPartition

from bench.streams.same_job import MEASURED
from stores import settings


def main(events: int) -> None:
    """Read and decode that many events; print the seconds since the first and the CPU-seconds of the process."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.load().kafka_bootstrap,
            "group.id": "bench-floor",
            "enable.auto.commit": False,
            "queued.min.messages": 100_000,
        }
    )
    consumer.assign([TopicPartition(topic.name, n, 0) for topic in MEASURED for n in range(topic.partitions)])
    seen, began, cpu = 0, 0.0, 0.0
    while seen < events:
        # The first one alone: the clock must not start after much was fetched ahead.
        messages = consumer.consume(5_000 if began else 1, 1.0)
        if messages and not began:
            began, cpu = time.perf_counter(), time.process_time()
        for message in messages:
            try:
                orjson.loads(message.value() or b"")
            except orjson.JSONDecodeError:
                continue
        seen += len(messages)
    seconds = time.perf_counter() - began
    print(orjson.dumps({"seconds": seconds, "cpu_s": time.process_time() - cpu}).decode(), flush=True)
    consumer.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
    sys.stdout.flush()
    os._exit(0)  # librdkafka's threads need not be waited for
