"""A tenant's next model on its real way: on the shelf, announced, built as a shadow, reviewed, approved, live.

It has the base model's weights under another name, unless other files are given: what is measured does not hang on how
well it searches.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.documents.scored import Scored, store
from bench.stack import Stack
from bench.tidewheel import tidewheel
from operations import operators
from schemas.codec import encode
from schemas.ids import stable_id
from schemas.learning import Comparison, ModelTrained
from schemas.topics import LEARNING, key_of
from stores.errors import Refused
from stores.evaluation import CANDIDATE, LIVE
from stores.kafka import EventProducer
from stores.settings import Settings
from stores.shelf import Shelf, base_model
from stores.signing import Signing

MODEL = "second"
OPERATOR = "operator"
WON = Comparison(
    queries=50, ndcg_candidate=0.8, ndcg_live=0.7, ndcg_base=0.7, ndcg_bm25=0.6, difference=0.1, low=0.05, high=0.15
)
_LOOK_S = 1.0
FAILED = " is failed"
"""What `tidewheel packet` says of a shadow that no packet will come of."""


def run_of(model: str) -> str:
    """Return the name of the run that made a model."""
    return f"run-{model}"


RUN = run_of(MODEL)


def announce(
    stack: Stack,
    tenant: str,
    won: Comparison = WON,
    scores: str | None = None,
    model: str = MODEL,
    files: Path | None = None,
) -> None:
    """Put the model on the shelf and send the signed event of its run, as the trainer does; make an operator's key.

    `scores` is the hash of the rows that `won` sums up (`stores.evaluation`); such rows are made if it is not given.
    `files` is a directory with the model if it is not the base model: vectors of the base model's files are shared.
    """
    where, now, run = stack.settings(), datetime.now(UTC), run_of(model)
    scores = scores or _scored(where, tenant, run, won)
    shelf = Shelf.open(where)
    shelf.put(tenant, model, files or base_model(), {"run": run, "parent": "base"}, now)
    operators.ensure(where, OPERATOR, now)
    event = ModelTrained(
        event_id=stable_id("ModelTrained", tenant, run), tenant=tenant, occurred_at=now, run=run, model=model,
        parent="base", snapshot="snapshot-of-the-benchmark", comparison=won, evaluation=scores,
        manifest=shelf.manifest(tenant, model),
    )  # fmt: skip
    with EventProducer(where.kafka_bootstrap) as producer:
        producer.send(LEARNING.name, key_of(event), encode(Signing(where).as_installation(event)))


def _scored(where: Settings, tenant: str, run: str, won: Comparison) -> str:
    """Write rows of scores that this comparison sums up; return their hash."""
    means = {CANDIDATE: won.ndcg_live + won.difference, LIVE: won.ndcg_live}
    rows = [
        Scored(f"query {n}", system, "d", ("d",), mean) for system, mean in means.items() for n in range(won.queries)
    ]
    return store(where, tenant, run, rows).sha256


def packet(stack: Stack, tenant: str, within_s: float, wait: Callable[[float], None] = time.sleep) -> dict[str, Any]:
    """Return what `tidewheel packet --json` shows once the shadow is ready. Raises `Refused` after `within_s`."""
    deadline = time.monotonic() + within_s
    while True:
        shown = tidewheel(stack, "packet", "--tenant", tenant, "--json")
        if shown.done:
            return dict(shown.json())
        if time.monotonic() > deadline or FAILED in shown.errors:
            raise Refused(f"no packet of '{tenant}' after {within_s:g} s at most: {shown.errors.strip()}")
        wait(_LOOK_S)


def approve(stack: Stack, tenant: str, digest: str) -> None:
    """Let the model in. Raises `Refused` with the command's own words when it was not."""
    ended = tidewheel(stack, "approve", "--tenant", tenant, "--packet", digest)
    if not ended.done:
        raise Refused(f"the second model was not let in: {ended.errors.strip()}")
