"""`python -m gateway`: HTTP on loopback (`TIDEWHEEL_GATEWAY_LISTEN`), until SIGTERM or SIGINT; exits 0."""

import sys

from gateway import listening
from gateway.app import application
from gateway.config import GatewayConfig
from gateway.wiring import connect
from indexer.resident.server import Server
from stores import configuration, gateway_address, settings
from stores.errors import Retryable
from stores.service import Life, run

_LOOK_EVERY_S = 1.0


def work(life: Life) -> None:
    """Connect, listen, serve until asked to stop; what was taken is delivered before the end."""
    where = settings.load()
    config = configuration.load("gateway", GatewayConfig, where.home)
    host, port = listening.chosen(where)
    gateway = life.connect(lambda: connect(where, config))
    server = Server(application(gateway), config.at_work, host, port, config.connections)
    with gateway.delivery, server:
        gateway_address.publish(where.home, host, server.port)
        settings.say_ready()
        while not life.stop.wait(_LOOK_EVERY_S):
            if not server.alive:
                raise Retryable("the HTTP server ended by itself; see above")


if __name__ == "__main__":
    sys.exit(run(work))
