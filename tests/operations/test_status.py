"""The loop at a glance, by the rows and records of a tenant."""

from datetime import UTC, datetime

import pytest

from operations import status
from operations.connections import Connections
from stores import training_status
from stores.access_lists import AccessList
from stores.serving import Collection, Progress
from stores.settings import Settings
from stores.shares import INDEXER, Shares
from tests.operations.test_decisions import live
from tests.schemas.packets import NOW, packet


@pytest.mark.thorough
def test_a_tenant_shows_what_is_live_what_is_built_and_what_is_trained(stack: Settings, tenant: str) -> None:
    with Connections(stack) as stores:
        stores.warehouse.migrate()
        assert status.tenants(stores, tenant) == []
        event = {"topic": "clicks", "event_id": tenant, "tenant": tenant, "type": "DocumentOpened"}
        stores.warehouse.insert("events", {name: [value] for name, value in event.items()})
        assert status.tenants(stores, tenant) == [
            {
                "tenant": tenant, "unsigned": "", "lost": [], "live": None, "collections": [], "audits": [],
                "training": {}, "drift": [], "drift_decisions": {"muted": None, "dismissed": None},
                "waiting": 0, "truncated": 0, "total": 0, "done": 0, "eta_s": None,
            }
        ]  # fmt: skip
        document = {"tenant": tenant, "version": 1, "kind": "page"}
        for name in ("long", "short"):
            stores.warehouse.insert("documents", {n: [v] for n, v in {**document, "document": name}.items()})
        assert status.tenants(stores, tenant)[0]["waiting"] == 2
        record = live(stores.serving, packet(tenant=tenant), "digest")
        for name, state in (("A", "building"), ("B", "ready"), ("C", "retired")):
            about = Collection(tenant=tenant, model="m", collection=name, created_at=NOW)
            stores.serving.register(about, state)
        progress = Progress(done=1, total=4, rate=1.0, eta_s=3.0, at=NOW)
        stores.serving.set_progress(tenant, "A", progress)
        training_status.write(stores.redis, tenant, {"run": "run-1"})
        window = {"tenant": tenant, "signal": "clicks", "window_end": datetime(2026, 5, 2, tzinfo=UTC)}
        stores.warehouse.insert("drift_windows", {name: [value] for name, value in window.items()})
        applied = {"tenant": tenant, "collection": record.collection, "document": "long", "truncated": 1}
        stores.warehouse.insert("applied", {n: [v] for n, v in {**applied, "document_revision": 1 << 192}.items()})
        (shown,) = status.tenants(stores, tenant)
        assert (shown["waiting"], shown["truncated"]) == (1, 1)
        assert shown["live"] == record.model_dump(mode="json")
        assert [record.collection in result and "gone from Milvus" in result for result in shown["lost"]] == [True]
        assert sorted(shown["collections"], key=str) == [
            {"collection": "A", "state": "building", "done": 1, "total": 4, "eta_s": 3.0},
            {"collection": "B", "state": "ready", "done": None, "total": None, "eta_s": None},
        ]
        assert (shown["training"], shown["drift"][0]["signal"]) == ({"run": "run-1"}, "clicks")
        assert tenant in {each["tenant"] for each in status.tenants(stores)}
        served = f"{tenant}b"
        live(stores.serving, packet(tenant=served), "digest")
        stores.lists.put(served, [AccessList("d", 1, ("everyone",))])
        (shown,) = status.tenants(stores, served)
        assert "ClickHouse has 0 of the 1 documents" in shown["lost"][-1], "its rows are lost, and it is not unknown"


def test_workers_are_shown_with_what_they_hold(stack: Settings, tenant: str) -> None:
    with Connections(stack) as stores:
        stores.warehouse.migrate()
        event = {"topic": "clicks", "event_id": tenant, "tenant": tenant, "type": "DocumentOpened"}
        stores.warehouse.insert("events", {name: [value] for name, value in event.items()})
        holding, idle = (Shares(stores.redis, INDEXER, 60.0, f"{tenant}-{name}") for name in ("holds", "idle"))
        with holding, idle:
            holding.workers()
            idle.workers()
            assert holding.take(tenant)
            shown = {row["worker"]: row["tenants"] for row in status.workers(stores)}
            assert (shown[holding.name], shown[idle.name]) == ([tenant], [])
        assert not {holding.name, idle.name} & {row["worker"] for row in status.workers(stores)}


def test_reactions_that_mean_nothing_are_those_of_the_tenant(stack: Settings, tenant: str) -> None:
    with Connections(stack) as stores:
        stores.warehouse.migrate()
        result = [("eyes", ""), ("eyes", ""), ("+1", "+1"), ("laugh", "")]
        payloads = [f'{{"reaction": "{name}", "change": "added"}}' for name, _ in result]
        same = {"topic": "reactions", "topic_id": tenant, "tenant": tenant, "type": "Reacted"}
        stores.warehouse.insert(
            "events",
            {name: [value] * 4 for name, value in same.items()}
            | {"offset": [0, 1, 2, 3], "meaning": [meaning for _, meaning in result], "payload": payloads},
        )
        shown = status.unknown_reactions(stores, tenant)
        assert [(row["reaction"], row["times"]) for row in shown] == [("eyes", 2), ("laugh", 1)]
        assert status.unknown_reactions(stores, f"no-{tenant}") == []
        assert tenant in {row["tenant"] for row in status.unknown_reactions(stores)}


def test_the_embedded_stacks_processes_are_shown_with_their_ports(stack: Settings) -> None:
    shown = {each["part"]: each for each in status.processes(stack.home)}
    assert set(shown) >= {"supervisor", "broker", "redis", "clickhouse", "milvus"}
    assert all(each["up"] for each in shown.values())
    assert f":{shown['redis']['port']}/" in stack.redis_url.get_secret_value()
    assert status.processes(stack.home / "nowhere") == []


@pytest.mark.thorough
def test_a_tenant_whose_record_no_service_wrote_hides_no_other(stack: Settings, tenant: str) -> None:
    other = f"{tenant}-b"
    with Connections(stack) as stores:
        stores.warehouse.migrate()
        for name in (tenant, other):
            event = {"topic": "clicks", "topic_id": name, "event_id": name, "tenant": name, "type": "DocumentOpened"}
            stores.warehouse.insert("events", {column: [value] for column, value in event.items()})
        stores.redis.set(f"serving:{tenant}", '{"version": 2}')
        found = {each["tenant"]: each for each in status.tenants(stores)}
        (sentence,) = found[tenant]["lost"]
        assert f"the serving record of '{tenant}' in Redis was not put there by a service" in sentence
        assert found[other]["lost"] == []
        assert found[tenant].keys() == found[other].keys()
        stores.redis.delete(f"serving:{tenant}")
