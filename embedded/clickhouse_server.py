"""ClickHouse's HTTP interface in front of the engine of `clickhouse_engine`: any ClickHouse HTTP client works.

    python -m embedded.clickhouse_server --path DIR --port 8123
    curl 'http://127.0.0.1:8123/?query=SELECT+1'

Served: queries in the URL or the body, INSERT data in any format, URL settings, `param_x`, `database`,
`default_format`, sessions, multipart forms, compressed requests and replies, `/ping`.
Not served: the native TCP protocol, `compress=1` and `decompress=1` (ClickHouse's own framing), external tables, and
what reaches outside of the tables (`clickhouse_rights`, `clickhouse_guard`). GET and `readonly` only read.
An answered INSERT is in a part on disk; like a ClickHouse server's default it is not fsynced, so it outlives the
process (kill -9) but perhaps not the machine.

| limit | value |
|---|---|
| queries at once; the next wait up to 30 s, then 503 | 32 |
| connections at once; the next get 503 | 256 |
| silence of a client within its request, sending or taking; then 408, and nothing is stored | 30 s |
| time between two requests of a connection | 600 s |
| until the query of a client that closed its connection is killed (its next safe point) | about 0.5 s |
| time in which a query must have been run for `/ping` to say Ok, else 503 | 1 s |
| length of a statement without its INSERT data | 16 MiB |

An INSERT's data are received whole, in a file on the data's disk, before they take one of the 32 slots.
What happens when the disk is full: `clickhouse_disk`.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from embedded import clickhouse_disk
from embedded.clickhouse_access import Access
from embedded.clickhouse_clients import Clients
from embedded.clickhouse_engine import Engine
from embedded.clickhouse_http import Handler

STOP_PATIENCE_S = 5.0
CONNECTIONS = 256
"""Connections that are served at once; more are answered 503 and closed."""


class Server(ThreadingHTTPServer):
    """One thread a connection; the engine limits how many queries run at once."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], engine: Engine, access: Access) -> None:
        self.engine = engine
        self.access = access
        self.clients = Clients(engine.kill)
        self._room = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__(address, Handler)
        self.clients.start()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as its parent's
        """Serve a connection in a thread of its own, or turn it down when there are too many."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        try:
            request.send(b"HTTP/1.1 503 Too many connections\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        finally:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as its parent's
        """Serve a connection until it ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def server_close(self) -> None:
        """Close what listens and what watches."""
        self.clients.stop()
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Log a broken connection in one line; a client that goes away is no fault of the server."""
        logging.getLogger(__name__).info("connection of %s ended: %s", client_address, sys.exc_info()[1])


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m embedded.clickhouse_server", description=(__doc__ or "")[:108])
    parser.add_argument("--path", type=Path, required=True, help="data directory, made when it is not there")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--memory-mib", type=int, default=2048, help="the engine's memory limit (default: 2048)")
    parser.add_argument("--user", default="default", help="user name, asked for when --password-file is given")
    parser.add_argument("--password-file", type=Path, help="file whose first line is the password (default: none)")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; then finish what runs, close the engine, and return 0."""
    given = arguments(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    given.path.mkdir(parents=True, exist_ok=True)
    path = given.path.resolve()
    given.password_file = given.password_file and given.password_file.resolve()
    os.umask(0o077)
    os.chdir(path)
    password = given.password_file.read_text().splitlines()[0] if given.password_file else ""
    clickhouse_disk.wait_for_room(path)
    engine = Engine(path, given.memory_mib)
    clickhouse_disk.end_when_full(path)
    server = Server((given.host, given.port), engine, Access(given.host, given.user, password))
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the serving loop, which this very thread runs: it has to be called from another one.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    logging.info("ClickHouse %s at http://%s:%s, data in %s", engine.version, *server.server_address[:2], path)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    engine.close(STOP_PATIENCE_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
