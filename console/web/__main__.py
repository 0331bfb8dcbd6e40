"""`python -m console.web`: the console's pages on loopback (`TIDEWHEEL_CONSOLE_LISTEN`), until SIGTERM or SIGINT."""

import sys

from console.web.app import create_app
from console.web.wiring import connect
from embedded import ports
from indexer.resident.server import Server
from stores import http_address, settings
from stores.errors import Retryable
from stores.service import Life, run

_LOOK_EVERY_S = 1.0
_AT_WORK, _CONNECTIONS = 8, 200


def work(life: Life) -> None:
    """Listen and serve until asked to stop."""
    where = settings.load()
    host, port = ports.listening("console", where.console_listen, http_address.url_of(where.home, "console"))
    console = life.connect(lambda: connect(where, life.stop))
    with Server(create_app(console), _AT_WORK, host, port, _CONNECTIONS) as server:
        http_address.publish(where.home, "console", host, server.port)
        settings.say_ready()
        while not life.stop.wait(_LOOK_EVERY_S):
            if not server.alive:
                raise Retryable("the HTTP server ended by itself; see above")
    console.pool.close()


if __name__ == "__main__":
    sys.exit(run(work))
