"""A program that sends clicks by the SDK and spills them to a directory; it may be killed at any time.

    python -m bench.gateway.producer URL SPILL RUN FIRST COUNT < KEY

After every batch that the SDK has taken it writes the number of the next event, and at its end, when all events were
delivered, those of earlier programs with the same directory included, what it counted, as JSON.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson

from bench.gateway.senders import click
from tidewheel_sdk import Client, DocumentOpened, FromSearch, Options

TENANT = "bench"
BATCH = 100
AT = datetime(2026, 11, 1, 9, 5, tzinfo=UTC)
_PATIENCE_S = 600.0


def event(run: str, number: int) -> DocumentOpened:
    """Return one of the clicks that the benchmark's other clients send."""
    made = {**click(TENANT, run, number), "occurred_at": AT}
    search = FromSearch(**made.pop("from_search"))
    return DocumentOpened(**{**made, "from_search": search})


def main(arguments: Sequence[str]) -> int:
    """Send the events FIRST to COUNT less one; return 0 when everything is delivered."""
    url, run, first, count = arguments[0], arguments[2], int(arguments[3]), int(arguments[4])
    spill = Path(arguments[1])
    key = sys.stdin.readline().strip()
    with Client(url, key=key, spill=spill, options=Options(longest_wait_s=1.0)) as client:
        for begin in range(first, count, BATCH):
            end = min(count, begin + BATCH)
            client.send_all(event(run, number) for number in range(begin, end))
            print(end, flush=True)
        delivered = client.flush(_PATIENCE_S)
        print(orjson.dumps(dict(client.counts)).decode(), flush=True)
    return int(not delivered)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
