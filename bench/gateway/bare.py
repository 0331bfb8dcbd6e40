"""The peer: a FastAPI endpoint that parses JSON and produces, and does nothing else.

    python -m bench.gateway.bare BOOTSTRAP PORT_FILE

It knows no tenants, keys, events, limits or verdicts, and answers before the broker has anything.
"""

import sys
from pathlib import Path

import orjson
from fastapi import FastAPI, Request
from starlette.responses import Response

from indexer.resident.server import Server
from stores.kafka import EventProducer

TOPIC = "clicks"


def application(producer: EventProducer) -> FastAPI:
    """Return the endpoint, for one event a line."""
    app = FastAPI()

    @app.post("/v1/events", status_code=202)
    async def events(request: Request) -> Response:
        lines = (await request.body()).splitlines()
        for line in lines:
            event = orjson.loads(line)
            producer.send(TOPIC, event["user"].encode(), line)
        return Response(orjson.dumps({"accepted": len(lines)}), 202, media_type="application/json")

    return app


def main(bootstrap: str, port_file: Path) -> None:
    """Serve until standard input ends."""
    with EventProducer(bootstrap, linger_ms=1.0) as producer, Server(application(producer), 8) as server:
        port_file.with_suffix(".new").write_text(str(server.port))
        port_file.with_suffix(".new").rename(port_file)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
