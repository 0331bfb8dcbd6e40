"""A worker process for the crash tests: `python -m tests.streams.crash_worker '{"bootstrap": ..., ...}'`.

Appends one JSON line to `log` for each finished batch. Files named by `away`, `hang` and `block` switch faults on while
they exist: the store is away, the agent never comes back, the agent blocks the whole event loop.
"""

import asyncio
import json
import logging
import sys
import time
from collections.abc import AsyncIterable
from pathlib import Path
from typing import Any

from streams.transport import Batch, Limits, build_app, retry_while_unavailable, run_worker


def main(options: dict[str, Any]) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(relativeCreated)d %(name)s %(message)s")
    app = build_app(options["group"], options["bootstrap"], Limits(**options["limits"]))
    faults = Path(options["faults"])

    def store(lines: str) -> None:
        if (faults / "away").exists():
            raise ConnectionError("the store is away")
        with Path(options["log"]).open("a") as log:
            log.write(lines)

    @app.agent(app.batched(options["topic"]), name="finish")
    async def finish(stream: AsyncIterable[Batch]) -> None:
        async for batch in stream:
            while (faults / "hang").exists():
                await asyncio.sleep(0.05)
            while (faults / "block").exists():
                time.sleep(0.05)
            await asyncio.sleep(options.get("seconds_a_batch", 0.0))
            line = {"partition": batch.partition, "offsets": [r.offset for r in batch]}
            await retry_while_unavailable(store, json.dumps(line) + "\n", retry_on=ConnectionError, longest_wait_s=0.2)

    return run_worker(app)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
