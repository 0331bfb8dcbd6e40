"""`tidewheel status` on a real stack, before anything and after something was sent."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from console.cli import cli
from stores import settings
from stores.settings import Settings
from stores.warehouse import Warehouse


@pytest.fixture
def on_stack(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(settings, "load", lambda home=None: stack)
    return stack


def test_status_shows_each_tenants_drift_and_what_is_live(on_stack: Settings, tenant: str) -> None:
    warehouse = Warehouse.connect(on_stack)
    warehouse.migrate()
    at = datetime(2026, 5, 2, tzinfo=UTC)
    event = {"topic": "clicks", "topic_id": tenant, "partition": 0, "offset": 0, "event_id": "e", "tenant": tenant}
    warehouse.insert("events", {name: [value] for name, value in (event | {"type": "DocumentOpened"}).items()})
    window = {"tenant": tenant, "signal": "query_drift", "window_end": at, "verdict": "tripped", "effect": 0.5}
    warehouse.insert("drift_windows", {name: [value] for name, value in window.items()})
    told = CliRunner().invoke(cli, ["status", "--tenant", tenant, "--json"], catch_exceptions=False)
    assert told.exit_code == 0
    [shown] = json.loads(told.output)["tenants"]
    assert shown["live"] is None
    assert shown["drift"][0]["signal"] == "query_drift"
    people = CliRunner().invoke(cli, ["status", "--tenant", tenant], catch_exceptions=False)
    assert "Nothing is live" in people.output
    assert "tripped" in people.output
