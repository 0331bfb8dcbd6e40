"""The examination on a real stack, and where nothing is there."""

from pathlib import Path

import pytest

from operations.connections import Connections
from operations.doctor.examination import examine, of_machine, of_stores
from stores.settings import Settings
from stores.warehouse import Warehouse


@pytest.mark.thorough
def test_a_stack_without_services_lacks_an_indexer_and_has_its_topics_and_schema(stack: Settings) -> None:
    warehouse = Warehouse.connect(stack)
    warehouse.migrate()
    warehouse.close()
    with Connections(stack) as stores:
        found = {each.check: each for each in of_stores(stores) if each.check != "tenant"}
    for check in ("Kafka", "Redis", "ClickHouse", "Milvus", "topics", "schema", "clock"):
        assert found[check].level == "well", found[check]
    assert "no indexer" in found["services"].what


@pytest.mark.thorough
def test_a_store_that_is_away_hides_nothing_else(stack: Settings) -> None:
    away = stack.model_copy(update={"milvus_uri": "http://127.0.0.1:1"})
    with Connections(away) as stores:
        found = {each.check: each.level for each in of_stores(stores) if each.check != "tenant"}
    assert found["Milvus"] == "wrong"
    assert found["Redis"] == found["schema"] == "well"


def test_a_misspelt_variable_is_a_finding_and_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWHEEL_HOME", str(tmp_path))
    monkeypatch.setenv("TIDEWHEEL_REDIS_ULR", "redis://x")
    last = list(examine())[-1]
    assert (last.check, last.level) == ("settings", "wrong")
    assert "TIDEWHEEL_REDIS_URL" in last.what


def test_the_home_of_a_stack_is_its_owners_alone(stack: Settings) -> None:
    assert next(each for each in of_machine(stack.home) if each.check == "home").level == "well"


def test_a_key_that_others_may_read_is_found(tmp_path: Path) -> None:
    key = tmp_path / "keys" / "installation.key"
    key.parent.mkdir(mode=0o700)
    key.write_text("x")
    key.chmod(0o644)
    assert [each.check for each in of_machine(tmp_path) if each.level == "wrong" and each.check == "home"] == ["home"]
    key.chmod(0o600)
    assert not [each for each in of_machine(tmp_path) if each.level == "wrong" and each.check == "home"]
