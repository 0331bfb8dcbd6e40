"""`python -m indexer.resident`: the resident search on loopback, until SIGTERM or SIGINT; exits 0.

It takes a free port and writes its address, with a new token, to a file that the home's owner alone may read; the
command line finds it there. It answers whatever is live when a request comes, and holds no state of its own.
"""

import logging
import secrets
import sys
from datetime import UTC, datetime
from functools import partial

from indexer.config import IndexerConfig
from indexer.resident.answering import Answering
from indexer.resident.batched import BatchedEncoders, BatchedRanker
from indexer.resident.config import ResidentConfig
from indexer.resident.http import application
from indexer.resident.latency import Publisher, Readings
from indexer.resident.recorder import Recorder
from indexer.resident.server import Server
from indexer.search.searcher import Searcher
from indexer.wiring import current_lists, encoders_of
from schemas.topics import TOPICS
from stores import configuration, search_address, settings
from stores.errors import Retryable
from stores.kafka import EventProducer, ensure_topics
from stores.search_latency import SearchLatency
from stores.service import Life, run
from stores.serving import Serving
from stores.settings import Settings
from stores.shelf import BASE, Shelf
from stores.vectors import Vectors

LOG = logging.getLogger("search")


def work(life: Life) -> None:
    """Connect, load the models of what is live, serve until asked to stop."""
    where = settings.load()
    config = configuration.load("indexer", IndexerConfig, where.home).resident
    serving, vectors, lists = life.connect(
        lambda: (Serving.connect(where), Vectors.connect(where), current_lists(where))
    )
    shelf = Shelf.open(where)
    encoders = BatchedEncoders(encoders_of(where, shelf), config.query_vectors)
    encoders.get("", BASE, shelf.manifest("", BASE))
    searcher = Searcher(serving, BatchedRanker(vectors), encoders, lists)
    readings, latency = Readings(), SearchLatency.connect(where)
    with Recorder(partial(_producer, where)) as recorder, Publisher(readings, latency.put):
        answering = Answering(searcher, recorder.record, lambda: datetime.now(UTC), readings.note)
        life.connect(lambda: answering.warm(serving.tenants()))
        _serve(life, answering, config, where)


def _producer(where: Settings) -> EventProducer:
    ensure_topics(where.kafka_bootstrap, TOPICS.values())
    return EventProducer(where.kafka_bootstrap, linger_ms=5.0)


def _serve(life: Life, answering: Answering, config: ResidentConfig, where: Settings) -> None:
    """Listen, say where, and look after loaded models meanwhile; the address is gone when the service is."""
    token = secrets.token_urlsafe(24)
    server = Server(application(answering.answer, token, config.waiting), config.at_work)
    with server, search_address.published(where.home, f"http://:{token}@127.0.0.1:{server.port}"):
        LOG.info("ready")
        settings.say_ready()
        while not life.stop.wait(config.warm_every_s):
            if not server.alive:
                raise Retryable("the HTTP server ended by itself; see above")
            answering.warm()


if __name__ == "__main__":
    sys.exit(run(work))
