"""Gateway, program and broker die once each in the benchmark, and what the SDK has taken arrives at a stand-in."""

import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import orjson
import pytest

from bench.gateway import sdk_faults
from bench.stack import Stack


class StandIn:
    """Takes what a gateway takes, can be killed and started again at its port, and keeps the ids."""

    def __init__(self) -> None:
        self.found, self.busy, self.port = set[str](), 0, 0
        self.start()

    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = Thread(target=lambda: self._server.serve_forever(0.01))
        self._thread.start()

    def kill(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                events = orjson.loads(gzip.decompress(self.rfile.read(int(self.headers["content-length"]))))
                outer.busy -= 1
                items = [{"index": at, "status": "accepted"} for at in range(len(events))]
                status = 202 if outer.busy < 0 else 503
                if status == 202:
                    outer.found |= {event["event_id"] for event in events}
                answer = orjson.dumps({"items": items})
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        return Handler


@pytest.fixture
def gateway() -> Iterator[StandIn]:
    made = StandIn()
    yield made
    made.kill()


def test_nothing_that_was_taken_is_lost(gateway: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk_faults, "_found", lambda stack, run: {i for i in gateway.found if i.startswith(f"{run}-")})

    def break_broker() -> None:
        gateway.busy = 3

    stack = Stack({"home": str(tmp_path)}, {})
    report = sdk_faults.measured(stack, gateway, break_broker, "tw_1_secret", 3_000)
    assert (report["taken"], report["lost"]) == (3_000, 0)
    assert report["spilled"] > 0
    assert len(gateway.found) == 3_000
