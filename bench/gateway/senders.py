"""Clients that send batches of events over connections that stay open, and keep what was not acknowledged."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson

_AGAIN_S = 0.1


@dataclass
class Sent:
    """What some clients saw: milliseconds of each answer, events that were acknowledged, answers that were none."""

    seconds: float = 0.0
    events: int = 0
    tried_again: int = 0
    milliseconds: list[float] = field(default_factory=list)

    @property
    def per_s(self) -> float:
        """Return acknowledged events a second."""
        return self.events / self.seconds

    def at(self, percent: float) -> float:
        """Return a percentile of the answers, in milliseconds."""
        return round(float(np.percentile(self.milliseconds, percent)), 1)


def batches(tenant: str, run: str, count: int, size: int) -> list[bytes]:
    """Return bodies of `size` clicks a body, one a line, `count` clicks in all, each with an id of its own."""
    return [
        b"\n".join(orjson.dumps(click(tenant, run, number)) for number in range(start, min(count, start + size)))
        for start in range(0, count, size)
    ]


def click(tenant: str, run: str, number: int) -> dict[str, Any]:
    """Return one event of somebody who opens a result of a search, with an id of its own."""
    return {
        "type": "DocumentOpened", "event_id": f"{run}-{number}", "tenant": tenant,
        "occurred_at": "2026-11-01T09:05:00.123000Z", "user": f"person-{number % 997}",
        "document": f"handbook/chapter-{number % 313}/section",
        "from_search": {"search": f"s-{number}", "query": "how do I take parental leave", "rank": number % 10 + 1},
        "dwell_seconds": 40.5,
    }  # fmt: skip


def send(url: Callable[[], str], key: str, bodies: Sequence[bytes], clients: int, until_taken: bool = False) -> Sent:
    """Send every body once, by so many clients at once; with `until_taken` each is sent again until it is taken.

    `url` is asked for the address at every connection: a gateway that starts anew may have another one.
    """
    sent, left, lock = Sent(), iter(bodies), threading.Lock()
    errors = list[BaseException]()

    def work() -> None:
        try:
            _client(url, key, left, lock, sent, until_taken)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    sent.seconds = time.perf_counter() - began
    return sent


def _client(
    url: Callable[[], str], key: str, left: Iterator[bytes], lock: threading.Lock, sent: Sent, until_taken: bool
) -> None:
    connection: http.client.HTTPConnection | None = None
    headers = {"authorization": f"Bearer {key}", "content-type": "application/x-ndjson"}
    while True:
        with lock:
            body = next(left, None)
        if body is None:
            break
        while True:
            began = time.perf_counter()
            try:
                connection = connection or _connected(url())
                connection.request("POST", "/v1/events", body, headers)
                answer = connection.getresponse()
                status, text = answer.status, answer.read()
            except (OSError, http.client.HTTPException):
                connection, status, text = None, 0, b""
            if status == 202:
                with lock:
                    sent.milliseconds.append(1_000 * (time.perf_counter() - began))
                    sent.events += int(orjson.loads(text)["accepted"])
                break
            if not until_taken:
                raise ConnectionError(f"the answer was {status}: {text[:200]!r}")
            with lock:
                sent.tried_again += 1
            time.sleep(_AGAIN_S)


def _connected(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
