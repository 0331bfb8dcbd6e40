"""Commands under test, pointed at the session's stack."""

import pytest

from stores.settings import Settings


def point_at(stack: Settings, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `settings.load()` find this stack and this database."""
    for name, value in {
        "HOME": str(stack.home),
        "KAFKA_BOOTSTRAP": stack.kafka_bootstrap,
        "REDIS_URL": stack.redis_url.get_secret_value(),
        "CLICKHOUSE_URL": stack.clickhouse_url.get_secret_value(),
        "CLICKHOUSE_DATABASE": database,
        "MILVUS_URI": stack.milvus_uri,
    }.items():
        monkeypatch.setenv(f"TIDEWHEEL_{name}", value)
