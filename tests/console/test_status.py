"""`tidewheel status` on a real stack, before anything and after something was sent."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from console.cli import cli
from console.status import _print_training
from stores import redis_client, settings
from stores.serving import Serving, ServingRecord
from stores.settings import Settings
from stores.shares import INDEXER, Shares
from stores.warehouse import Warehouse

AT = datetime(2026, 5, 2, tzinfo=UTC)


@pytest.fixture
def on_stack(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(settings, "load", lambda home=None: stack)
    return stack


def test_status_shows_each_tenants_drift_and_what_is_live(on_stack: Settings, tenant: str) -> None:
    warehouse = Warehouse.connect(on_stack)
    warehouse.migrate()
    event = {"topic": "clicks", "topic_id": tenant, "partition": 0, "offset": 0, "event_id": "e", "tenant": tenant}
    warehouse.insert("events", {name: [value] for name, value in (event | {"type": "DocumentOpened"}).items()})
    window = {"tenant": tenant, "signal": "query_drift", "window_end": AT, "verdict": "tripped", "effect": 0.5}
    warehouse.insert("drift_windows", {name: [value] for name, value in window.items()})
    result = CliRunner().invoke(cli, ["status", "--tenant", tenant, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    [shown] = json.loads(result.output)["tenants"]
    assert shown["live"] is None
    assert shown["drift"][0]["signal"] == "query_drift"
    people = CliRunner().invoke(cli, ["status", "--tenant", tenant], catch_exceptions=False)
    assert "Nothing is live" in people.output
    assert "tripped" in people.output


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (
            {"state": "fit", "step": "fit (5/8)", "done": "20", "total": "400", "loss": "0.5", "eta_s": "2103.0"},
            "training run-1 fit (5/8), 20 of 400, loss 0.5, 35 min left",
        ),
        ({"state": "ended", "step": "ended", "verdict": "LOSS", "note": "worse"}, "training run-1 ended, LOSS: worse"),
        ({"state": "fit"}, "training run-1 fit"),
    ],
)
def test_a_training_is_said_once(run: dict[str, str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    _print_training({"run": "run-1", **run})
    assert " ".join(capsys.readouterr().out.split()) == said


@pytest.mark.thorough
def test_status_says_who_holds_what_when_there_are_several_workers(on_stack: Settings, tenant: str) -> None:
    Warehouse.connect(on_stack).migrate()
    client = redis_client.connect(on_stack)
    client.delete(f"workers:{INDEXER}")  # of an earlier test, which was killed
    one, other = Shares(client, INDEXER, 60.0, f"{tenant}-one"), Shares(client, INDEXER, 60.0, f"{tenant}-other")
    one.workers()
    with one:
        assert one.name not in CliRunner().invoke(cli, ["status"], catch_exceptions=False).output
        with other:
            other.workers()
            people = CliRunner().invoke(cli, ["status"], catch_exceptions=False).output
            result = CliRunner().invoke(cli, ["status", "--json"], catch_exceptions=False)
    assert "Indexer workers" in people
    assert {one.name, other.name} <= {row["worker"] for row in json.loads(result.output)["workers"]}


@pytest.mark.thorough
def test_status_has_a_line_for_what_was_not_signed(on_stack: Settings, tenant: str) -> None:
    warehouse, serving = Warehouse.connect(on_stack), Serving.connect(on_stack)
    warehouse.migrate()
    for offset, code in enumerate(("unsigned", "forged")):
        row = {
            "topic": "learning",
            "topic_id": tenant,
            "offset": offset,
            "code": code,
            "reason": f"signature: {tenant}",
        }
        warehouse.insert("dead_letters", {n: [v] for n, v in (row | {"received_at": datetime.now(UTC)}).items()})
    event = {"topic": "clicks", "topic_id": tenant, "offset": 0, "event_id": "e", "tenant": tenant}
    warehouse.insert("events", {name: [value] for name, value in (event | {"type": "DocumentOpened"}).items()})
    moved = ServingRecord(tenant=tenant, model="evil", collection="C_evil", version=9, by="ceo", moved_at=AT)
    serving.move(moved, {}, replaces=0)
    result = json.loads(CliRunner().invoke(cli, ["status", "--json"], catch_exceptions=False).output)
    assert {row["code"] for row in result["refused_decisions"] if row["newest"].endswith(tenant)} == {
        "unsigned",
        "forged",
    }
    (shown,) = (each for each in result["tenants"] if each["tenant"] == tenant)
    assert shown["unsigned"] == "evil is live, and no signed event says so"
    people = CliRunner().invoke(cli, ["status"], catch_exceptions=False).output
    assert "events of `learning` were unsigned and nothing acted on them" in people
    assert "not what was signed: evil is live" in people


def test_status_names_reactions_that_mean_nothing(on_stack: Settings, tenant: str) -> None:
    warehouse = Warehouse.connect(on_stack)
    warehouse.migrate()
    event = {
        "topic": "reactions",
        "topic_id": tenant,
        "offset": 0,
        "event_id": "e",
        "tenant": tenant,
        "type": "Reacted",
    }
    result = event | {"payload": '{"reaction": "moy\\u001bai", "change": "added"}'}
    warehouse.insert("events", {name: [value] for name, value in result.items()})
    (shown,) = json.loads(CliRunner().invoke(cli, ["status", "--tenant", tenant, "--json"]).output)["unknown_reactions"]
    assert (shown["reaction"], shown["times"]) == ("moy\x1bai", 1)
    people = CliRunner().invoke(cli, ["status", "--tenant", tenant], catch_exceptions=False).output
    assert f"Reactions that mean nothing: moy\\x1bai (1, {tenant})." in people
    assert "`streams.reaction.meanings`" in people
