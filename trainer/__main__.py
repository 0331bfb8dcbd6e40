"""`python -m trainer`: answers TrainingRequested events of the topic `learning` until SIGTERM, then exits 0."""

import argparse
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from retrieval.config import RetrievalConfig
from schemas.envelope import Event
from schemas.learning import TrainingRequested
from stores import configuration, redis_client, settings
from stores.errors import Refused, Retryable, TidewheelError
from stores.handled import Handled
from stores.learning import Learning, Sharing
from stores.retention import RetentionConfig
from stores.service import RETRY_S, Life, run
from stores.shares import Shares
from stores.stops import Stops
from trainer.cleaning import Cleaner
from trainer.config import TrainingConfig
from trainer.context import RunContext
from trainer.learning.child import Cancelled
from trainer.service import Trainer
from trainer.turns import TRAINER, Turns, waits_for

LOG = logging.getLogger("trainer")
GROUP = "tidewheel-trainer"

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
  tidewheel runs stop RUN              ends a run for good, within seconds

rules: `tidewheel config training` lists them; put those that differ into HOME/tidewheel.toml, for example
  [training.fit]
  max_examples = 1200

Start as many as the machines can bear: each works for one tenant at a time, and no tenant is worked for twice.

SIGTERM leaves a checkpoint; the next start goes on from there. A run that an operator stopped is not taken up again.
"""
_WAITS_ALSO = (Refused, OSError)
"""A lease that went to another trainer, and a full disk, pass like a store that is away."""


def main() -> int:
    """Run the service until it is asked to stop; return the exit status (see `stores.exit_codes`)."""
    parser = argparse.ArgumentParser(
        prog="python -m trainer",
        description=_HELP,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args()
    return run(work)


def work(life: Life) -> None:
    """Join the trainers that share the tenants, and answer requests until asked to stop; of one tenant in order."""
    where = settings.load()
    rules = configuration.load("training", TrainingConfig, where.home)
    encoder = configuration.load("retrieval", RetrievalConfig, where.home).encoder
    client = redis_client.connect(where)
    with Shares(client, TRAINER, rules.lease_s) as shares:
        sharing = Sharing(shares.holds, Handled(client, TRAINER))
        with life.connect(lambda: Learning(where, GROUP, _now, sharing=sharing)) as learning:
            context = life.connect(lambda: RunContext.connect(where, rules, encoder, _now, life.stop), _WAITS_ALSO)
            stops, turns = Stops(where, GROUP, _now), Turns(shares, learning)
            trainer = Trainer(context, learning.emit, stops)
            retention = configuration.load("retention", RetentionConfig, where.home)
            cleaner = Cleaner(context.serving, context.shelf, where.home, retention, _now, context.offers, turns.alone)

            def answer(event: Event) -> None:
                if isinstance(event, TrainingRequested):
                    waits_for(_WAITS_ALSO, partial(trainer.handle, event))

            LOG.info("ready, as trainer %s", shares.name)
            settings.say_ready()
            try:
                _serve(life, turns, answer, cleaner)
            except Cancelled:
                LOG.info("the run at work goes on at the next start")
            finally:
                stops.close()


def _serve(life: Life, turns: Turns, answer: Callable[[Event], None], cleaner: Cleaner) -> None:
    """Take turns; what has to wait is tried again after a moment, and nothing is cleaned while there is work."""
    while not life.stop.is_set():
        try:
            handled = turns.turn(answer, timeout_s=0.5)
        except Retryable as error:
            LOG.warning("waiting: %s", error)
            handled = None
        if handled is None:
            life.stop.wait(RETRY_S)
        elif not handled:
            _clean(cleaner)


def _clean(cleaner: Cleaner) -> None:
    """Remove what is over, if it is time; a store that is away, or a file that cannot go, keeps no run waiting."""
    try:
        cleaner.clean()
    except (TidewheelError, OSError) as error:
        LOG.warning("nothing is cleaned now: %s", error)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
