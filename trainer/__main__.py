"""`python -m trainer`: answers TrainingRequested events of the topic `learning` until SIGTERM, then exits 0."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from schemas.codec import Rejection, decode, encode
from schemas.envelope import Event
from schemas.learning import TrainingRequested
from schemas.topics import LEARNING, TOPIC_OF, key_of
from stores import settings
from stores.errors import Refused, Retryable, TidewheelError
from stores.kafka import EventProducer, EventReader, ensure_topics
from stores.settings import Settings
from trainer import config
from trainer.config import TrainingConfig
from trainer.context import RunContext
from trainer.learning.child import Cancelled
from trainer.service import Trainer

LOG = logging.getLogger("trainer")
GROUP = "tidewheel-trainer"
T = TypeVar("T")

_HELP = """\
Waits for TrainingRequested events (drift sends them, and so does `tidewheel retrain`) and answers each with
ModelTrained or ModelRefused. A run takes a snapshot of the tenant's training pairs, holds out queries and their
documents, mines hard negatives with the live model, fine-tunes it in a child process, and judges the result against
the live model, the base model and BM25 on the held-out queries. Only a sure gain goes to the model shelf.
"""
_EPILOG = """\
what to look at:
  tidewheel status                     the step at work, with loss and time left
  tidewheel runs                       every run with its verdict
  HOME/training/TENANT/RUN/report      metrics, worst losses, best wins

rules: put those that differ from `--rules` into HOME/training.json, for example
  {"fit": {"max_examples": 1200, "max_seconds": 120}, "gate": {"min_queries": 100}}

SIGTERM leaves a checkpoint; the next start goes on from there.
"""
_PAUSE_S = 2.0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m trainer",
        description=_HELP,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="JSON file of rules instead of HOME/training.json")
    parser.add_argument("--rules", action="store_true", help="print every rule with its value and reason, and exit")
    return parser.parse_args()


def serve(where: Settings, rules: TrainingConfig, stop: threading.Event) -> None:
    """Answer requests in order until `stop` is set."""
    _patiently(lambda: ensure_topics(where.kafka_bootstrap, [LEARNING]), stop)
    producer = EventProducer(where.kafka_bootstrap)

    def emit(event: Event) -> None:
        producer.send(TOPIC_OF[type(event).__name__].name, key_of(event), encode(event))
        producer.flush()

    trainer = Trainer(_patiently(lambda: RunContext.connect(where, rules, _now, stop), stop), emit)
    timeout = where.kafka_session_timeout_s
    with EventReader(where.kafka_bootstrap, GROUP, [LEARNING.name], session_timeout_s=timeout) as reader:
        LOG.info("ready")
        while not stop.is_set():
            for raw in _patiently(lambda: reader.poll(max_events=1, timeout_s=0.5), stop):
                event = decode(LEARNING, raw.key, raw.value, _now(), where.tenants)
                if isinstance(event, Rejection):
                    LOG.warning(
                        "offset %d is no event (%s); the streams keep it as a dead letter", raw.offset, event.code
                    )
                elif isinstance(event, TrainingRequested):
                    _patiently(partial(trainer.handle, event), stop)
            _patiently(reader.commit, stop)


def _patiently(call: Callable[[], T], stop: threading.Event) -> T:
    """Return what the call returns, however long a store is away, a lease lost, or the disk full.

    Raises `Cancelled` when asked to stop meanwhile.
    """
    while True:
        try:
            return call()
        except (Retryable, Refused, OSError) as error:
            LOG.warning("waiting: %s", error)
            if stop.wait(_PAUSE_S):
                raise Cancelled("stopped while waiting for a store") from error


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> int:
    """Run the service; 0 when it was asked to stop, else the error's own message and 1."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        if arguments.rules:
            print(config.described())
            return 0
        where = settings.load()
        serve(where, config.load(where.home, arguments.config), stop)
    except Cancelled:
        LOG.info("stopped; the run at work goes on at the next start")
    except TidewheelError as error:
        LOG.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
