"""What a run is given, on the real stores."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from retrieval.config import EncoderConfig
from stores import training_status
from stores.serving import ServingRecord
from stores.settings import Settings
from tests.trainer.test_service import request
from trainer.config import TrainingConfig
from trainer.context import RunContext
from trainer.run_directory import RunDirectory

Make = Callable[[TrainingConfig], RunContext]


def test_the_stores_are_those_of_the_settings(stack: Settings) -> None:
    context = RunContext.connect(stack, TrainingConfig(), EncoderConfig(), lambda: datetime.now(UTC), threading.Event())
    assert context.warehouse.rows("SELECT 1 AS one") == [{"one": 1}]
    assert context.redis.ping()
    assert context.home == stack.home


def test_the_base_model_is_live_until_another_is(make_context: Make, tenant: str) -> None:
    context = make_context(TrainingConfig())
    assert context.live(tenant) == "base"
    record = ServingRecord(tenant=tenant, model="m", collection="c", version=1, moved_at=datetime.now(UTC))
    context.serving.move(record, {})
    assert context.live(tenant) == "m"


@pytest.mark.thorough
def test_a_run_keeps_the_snapshot_that_it_began_with(make_context: Make, tenant: str) -> None:
    context = make_context(TrainingConfig())
    path = RunDirectory(context.home, tenant, "run-1").snapshot
    taken = context.snapshot(request(tenant), path)
    assert path.is_file()
    assert context.snapshot(request(tenant), path) == taken, "not one of a later moment"
    added = context.home / "behaviours" / tenant / "names.jsonl"
    added.parent.mkdir(parents=True)
    added.write_text('{"behaviour": "entity", "query": "Lighthouse", "expected": ["d1"]}\n')
    assert context.snapshot(request(tenant), path) == taken, "nor with tests that came since"
    path.unlink()
    later = context.snapshot(request(tenant), path)
    assert later.as_of > taken.as_of
    assert [test.query for test in later.tests] == ["Lighthouse"]
    assert context.snapshot(request(tenant), path) == later


def test_the_status_is_the_tenants(make_context: Make, tenant: str) -> None:
    context = make_context(TrainingConfig())
    context.status(request(tenant)).begin("fit")
    assert training_status.read(context.redis, tenant)["state"] == "fit"
    assert training_status.read(context.redis, f"{tenant}-x") != training_status.read(context.redis, tenant)
