"""docker-compose.yml: the four stores, published on loopback only, switched to by settings that exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from stores.settings import Settings

TEXT = (Path(__file__).parents[2] / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]


def test_the_four_stores_and_milvus_parts_are_there() -> None:
    assert set(SERVICES) == {"kafka", "clickhouse", "redis", "milvus", "etcd", "minio"}


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_pinned_checked_and_keeps_its_data(name: str) -> None:
    service = SERVICES[name]
    assert re.search(r":[\w.-]*\d", service["image"]), "a version, never latest"
    assert service["healthcheck"]["test"]
    assert service["volumes"][0].split(":")[0] in yaml.safe_load(TEXT)["volumes"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_messages_of_16_mib_pass_through_kafka() -> None:
    assert SERVICES["kafka"]["environment"]["KAFKA_MESSAGE_MAX_BYTES"] == 16 * 1024 * 1024
    assert SERVICES["kafka"]["environment"]["KAFKA_REPLICA_FETCH_MAX_BYTES"] >= 16 * 1024 * 1024


def test_redis_keeps_an_append_only_file() -> None:
    assert SERVICES["redis"]["command"][1:3] == ["--appendonly", "yes"]


def test_no_secret_is_written_down() -> None:
    secrets = [
        (name, value)
        for service in SERVICES.values()
        for name, value in service.get("environment", {}).items()
        if re.search("PASSWORD|SECRET", name)
    ]
    assert secrets
    assert all(value.startswith("${TIDEWHEEL_") and ":?" in value for _, value in secrets)


def test_the_header_names_settings_that_exist_and_ports_that_are_published() -> None:
    exported = dict(re.findall(r"export TIDEWHEEL_(\w+)=(\S+)", TEXT))
    exported.pop("MINIO_PASSWORD")
    settings = Settings.model_validate({name.lower(): value for name, value in exported.items()})
    published = {port.split(":")[1] for service in SERVICES.values() for port in service.get("ports", [])}
    assert {re.findall(r":(\d+)", value)[-1] for value in exported.values()} == published
    assert settings.kafka_bootstrap == "127.0.0.1:9092"
