"""The store of vectors on a real ClickHouse."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from stores.embeddings import AT_ONCE, KEPT_DAYS, RENEWED_DAYS, Embeddings, passage_hash
from stores.settings import Settings
from stores.vector_rows import vector_digest
from stores.warehouse import Warehouse

MODEL = "f00; 128 word pieces; float32"


@pytest.fixture(scope="module")
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    connected = Warehouse.connect(stack)
    connected.migrate()
    yield connected
    connected.close()


@pytest.fixture
def store(warehouse: Warehouse) -> Embeddings:
    return Embeddings(warehouse)


def vectors(*texts: str, dimension: int = 5) -> dict[str, Any]:
    rng = np.random.default_rng(7)
    return {text: rng.normal(size=dimension).astype(np.float32) for text in texts}


def put_old(warehouse: Warehouse, tenant: str, text: str, days: float) -> None:
    vector = vectors(text)[text]
    warehouse.insert(
        "embeddings",
        {
            "tenant": [tenant], "encoder": [MODEL], "passage": [passage_hash(tenant, text)], "vector": [vector],
            "digest": [vector_digest(vector)], "used_at": [datetime.now(UTC) - timedelta(days=days)],
        },
    )  # fmt: skip


def same(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return found.keys() == wanted.keys() and all(np.array_equal(found[text], wanted[text]) for text in wanted)


def test_what_is_put_is_found_bit_by_bit_and_more_of_it_than_goes_into_one_statement(
    store: Embeddings, tenant: str
) -> None:
    many = vectors(*(f"text {n}" for n in range(AT_ONCE * 2 + 3)), "日本 \u00e9 '; DROP", "")
    store.put(tenant, MODEL, many)
    assert same(store.get(tenant, MODEL, [*many, "never put"]), many)
    assert store.get(tenant, MODEL, []) == {}


def test_nobody_finds_what_another_tenant_or_another_encoder_put(store: Embeddings, tenant: str) -> None:
    store.put(tenant, MODEL, vectors("one"))
    assert store.get(f"{tenant}x", MODEL, ["one"]) == {}
    assert store.get(tenant, MODEL.replace("float32", "float16"), ["one"]) == {}
    assert passage_hash(tenant, "one") != passage_hash(f"{tenant}x", "one")


def test_what_is_put_again_replaces(store: Embeddings, tenant: str) -> None:
    store.put(tenant, MODEL, {"one": np.ones(5, dtype=np.float32)})
    store.put(tenant, MODEL, {"one": np.zeros(5, dtype=np.float32)})
    assert store.get(tenant, MODEL, ["one"])["one"].tolist() == [0.0] * 5


def test_a_damaged_vector_counts_as_absent(store: Embeddings, warehouse: Warehouse, tenant: str) -> None:
    store.put(tenant, MODEL, vectors("one", "two"))
    warehouse.execute(
        f"ALTER TABLE embeddings UPDATE vector = arrayReverse(vector) WHERE tenant = '{tenant}' AND passage = "
        f"'{passage_hash(tenant, 'one')}' SETTINGS mutations_sync = 2"
    )
    assert store.get(tenant, MODEL, ["one", "two"]).keys() == {"two"}


def test_what_is_not_renewed_goes_and_what_is_renewed_stays(
    store: Embeddings, warehouse: Warehouse, tenant: str
) -> None:
    put_old(warehouse, tenant, "forgotten", KEPT_DAYS + 1)
    for text in ("in use", "not in use"):
        put_old(warehouse, tenant, text, KEPT_DAYS - 1)
    store.renew(tenant, MODEL, ["in use", "never put"])
    warehouse.execute("OPTIMIZE TABLE embeddings FINAL")
    left = warehouse.rows(
        "SELECT passage, dateDiff('day', used_at, now64(3)) AS days FROM embeddings WHERE tenant = {t:String}", t=tenant
    )
    wanted = {passage_hash(tenant, "in use"): 0, passage_hash(tenant, "not in use"): KEPT_DAYS - 1}
    assert {row["passage"]: row["days"] for row in left} == wanted


def test_a_vector_is_written_again_only_after_days(store: Embeddings, warehouse: Warehouse, tenant: str) -> None:
    put_old(warehouse, tenant, "young", RENEWED_DAYS - 1)
    store.renew(tenant, MODEL, ["young"])
    count = "SELECT count() AS n FROM embeddings WHERE tenant = {t:String}"
    assert warehouse.rows(count, t=tenant) == [{"n": 1}]
