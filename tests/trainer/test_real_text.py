"""MiniLM on real documents and real queries: what people click makes it find what they will ask next."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from demo.corpus import CorpusSize, load_corpus
from retrieval.config import EncoderConfig
from schemas.envelope import Event
from schemas.learning import ModelTrained
from stores import redis_client
from stores.serving import Serving
from stores.settings import Settings
from stores.shelf import BASE, Shelf
from stores.signing import Signing
from stores.warehouse import Warehouse
from tests.trainer.quiet import Quiet
from tests.trainer.test_service import request
from tests.trainer.world import Click, Page, write_clicks, write_pages
from trainer.config import TrainingConfig
from trainer.context import RunContext
from trainer.learning.job import FitRules
from trainer.service import Trainer


def history(seed: int = 1, noise: float = 0.1) -> tuple[list[Page], list[Click]]:
    """Return botocore's operations as pages, and people who searched awscli's headings; some opened something else."""
    corpus, rng = load_corpus(CorpusSize(documents=250, words=65)), Random(seed)
    pages, clicks = [], []
    for group, (newest, oldest) in ((corpus.first, (20_000, 40_000)), (corpus.second, (1, 12_000))):
        names = [document.id for document in group.documents]
        pages += [Page(d.id, d.title, d.body, tuple(link.target for link in d.links)) for d in group.documents]
        for query in group.queries:
            for _ in range(rng.choice([1, 2, 3])):
                found = rng.choice(sorted(query.relevant)) if rng.random() > noise else rng.choice(names)
                clicks.append(Click(query.text, found, f"u{rng.randrange(60)}", at=rng.uniform(newest, oldest)))
    return pages, clicks


@pytest.fixture
def context(stack: Settings, warehouse: Warehouse, tmp_path: Path) -> Iterator[RunContext]:
    serving, redis = Serving.connect(stack), redis_client.connect(stack)
    yield RunContext(
        warehouse=warehouse,
        redis=redis,
        serving=serving,
        shelf=Shelf(str(tmp_path / "models"), tmp_path / "cache"),
        offers=Shelf(str(tmp_path / "offers"), tmp_path / "cache-offers"),
        manifests=Shelf(str(tmp_path / "snapshots"), tmp_path / "cache"),
        home=tmp_path,
        config=TrainingConfig(fit=FitRules(max_examples=500)),
        encoder=EncoderConfig(),
        clock=lambda: datetime.now(UTC),
        stop=threading.Event(),
        signing=Signing(stack),
    )
    serving.close()
    redis.close()


@pytest.mark.slow
def test_clicks_make_the_base_model_better_on_queries_it_never_saw(
    context: RunContext, warehouse: Warehouse, tenant: str
) -> None:
    pages, clicks = history()
    write_pages(warehouse, tenant, pages)
    write_clicks(warehouse, tenant, clicks)
    sent: list[Event] = []
    Trainer(context, sent.append, Quiet()).handle(request(tenant))
    (event,) = sent
    assert isinstance(event, ModelTrained), event
    assert event.parent == BASE
    seen = event.comparison
    assert seen.queries >= 100
    assert seen.dense_live == seen.ndcg_base > 0.5
    assert seen.dense_candidate is not None
    assert seen.dense_candidate - seen.dense_live > 0.02, "the vectors themselves are better"
    assert seen.difference == pytest.approx(seen.ndcg_candidate - seen.ndcg_live, abs=1e-5)
    assert seen.low > 0, "and so is what people are served"


@pytest.mark.slow
def test_clicks_at_random_do_not_ship(context: RunContext, warehouse: Warehouse, tenant: str) -> None:
    """Everybody opens anything: there is nothing to learn, and whatever was learned must not go live."""
    pages, clicks = history(noise=1.0)
    write_pages(warehouse, tenant, pages)
    write_clicks(warehouse, tenant, clicks)
    short = replace(context, config=TrainingConfig(fit=FitRules(max_examples=200)))
    sent: list[Event] = []
    Trainer(short, sent.append, Quiet()).handle(request(tenant))
    assert not isinstance(sent[0], ModelTrained), sent[0]
