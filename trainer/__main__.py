"""`python -m trainer`: answers TrainingRequested events of the topic `learning` until SIGTERM, then exits 0."""

import argparse
import logging
import sys
from datetime import UTC, datetime
from functools import partial

from retrieval.config import RetrievalConfig
from schemas.envelope import Event
from schemas.learning import TrainingRequested
from stores import configuration, lease, redis_client, settings
from stores.errors import Refused, TidewheelError
from stores.learning import Learning
from stores.retention import RetentionConfig
from stores.service import Life, run
from stores.stops import Stops
from trainer.cleaning import Cleaner
from trainer.config import TrainingConfig
from trainer.context import RunContext
from trainer.learning.child import Cancelled
from trainer.service import Trainer

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

SIGTERM leaves a checkpoint; the next start goes on from there. A run that an operator stopped is not taken up again.
"""
_WAITS_ALSO = (Refused, OSError)
"""A lease that another trainer has, and a full disk, pass like a store that is away."""


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
    """Take the lease, answer requests in order until asked to stop; a second trainer waits for the lease."""
    where = settings.load()
    rules = configuration.load("training", TrainingConfig, where.home)
    encoder = configuration.load("retrieval", RetrievalConfig, where.home).encoder
    client = redis_client.connect(where)
    with (
        life.connect(partial(lease.wait_for, client, "trainer", rules.lease_s)) as held,
        life.connect(lambda: Learning(where, GROUP, _now, at_once=1, check_lease=held.check)) as learning,
    ):
        context = life.connect(lambda: RunContext.connect(where, rules, encoder, _now, life.stop), _WAITS_ALSO)
        stops = Stops(where, GROUP, _now)
        trainer = Trainer(context, learning.emit, stops)
        retention = configuration.load("retention", RetentionConfig, where.home)
        cleaner = Cleaner(context.serving, context.shelf, where.home, retention, _now, context.offers)

        def answer(event: Event) -> None:
            if isinstance(event, TrainingRequested):
                life.retry_while_unavailable(partial(trainer.handle, event), _WAITS_ALSO)

        LOG.info("ready")
        settings.say_ready()
        try:
            while not life.stop.is_set():
                if not learning.handle(answer, timeout_s=0.5):
                    _clean(cleaner)
        except Cancelled:
            LOG.info("the run at work goes on at the next start")
        finally:
            stops.close()


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
