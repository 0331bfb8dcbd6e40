"""The peer of the gateway's benchmark sends every line to the topic and says how many there were."""

from typing import Any

import urllib3

from bench.gateway.bare import application
from indexer.resident.server import Server


class Producer:
    """Notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        self.sent.append(value)


def test_every_line_is_sent() -> None:
    producer: Any = Producer()
    with Server(application(producer), 2) as server, urllib3.PoolManager() as pool:
        body = b'{"user":"a"}\n{"user":"b"}'
        answer = pool.request("POST", f"http://127.0.0.1:{server.port}/v1/events", body=body)
    assert (answer.status, answer.json()) == (202, {"accepted": 2})
    assert producer.sent == body.splitlines()
