import json
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from console.cli import cli
from schemas.codec import decode
from schemas.learning import TrainingRequested
from schemas.topics import LEARNING
from stores.errors import Misconfigured, Refused
from stores.kafka import EventReader
from stores.serving import Serving, ServingRecord
from stores.settings import Settings
from tests.console.pointing import point_at
from tests.streams.lives import NOW, Streams, day, documents, everything, streams, trained

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def town(stack: Settings) -> Iterator[Streams]:
    with streams(stack, "privacy") as running:
        yield running


@pytest.fixture
def run(stack: Settings, town: Streams, monkeypatch: pytest.MonkeyPatch) -> Run:
    point_at(stack, town.warehouse.database, monkeypatch)
    return lambda *arguments, **given: CliRunner().invoke(cli, list(arguments), **given)


@pytest.fixture
def model(stack: Settings, town: Streams, tenant: str) -> str:
    """A live model that learned from one person's day; its snapshot is named after the tenant."""
    town.take(*documents(tenant), *day(tenant, f"ana [bold] {tenant}", f"[/x] \x1b[31m where {tenant}"))
    town.close()
    model = trained(town, tenant, snapshot=f"snapshot-{tenant}")
    serving = Serving.connect(stack)
    serving.move(ServingRecord(tenant=tenant, model=model, collection="c", version=1, moved_at=NOW), {})
    serving.close()
    return model


def asked(stack: Settings, tenant: str) -> list[TrainingRequested]:
    """The requests of this tenant in the learning topic."""
    reader, found = EventReader(stack.kafka_bootstrap, f"look-{tenant}", [LEARNING.name], session_timeout_s=2), []
    try:
        for _ in range(8):
            for record in reader.poll():
                event = decode(LEARNING, record.key, record.value, NOW.replace(year=2100))
                found += [event] if isinstance(event, TrainingRequested) and event.tenant == tenant else []
            if found:
                break
    finally:
        reader.close()
    return found


def test_lineage_prints_a_tree_and_json_and_no_terminal_codes(run: Run, town: Streams, tenant: str, model: str) -> None:
    told = run("lineage", model)
    assert told.exit_code == 0, told.exception
    for part in (f"model {model}", f"snapshot-{tenant}", "search_click", "CutoverDone", "run-1"):
        assert part in told.stdout
    (node,) = json.loads(run("lineage", model, "--json").stdout)
    assert node["came_from"][0]["came_from"][0]["id"] == f"snapshot-{tenant}"
    event = town.warehouse.rows(
        "SELECT event_id FROM accepted WHERE tenant = {t:String} AND type = 'SearchServed'", t=tenant
    )[0]["event_id"]
    shown = run("lineage", event)
    assert "[/x] \\x1b[31m where" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert isinstance(run("lineage", "nobody knows").exception, Refused)


def test_forget_asks_first_and_no_leaves_everything(run: Run, town: Streams, tenant: str, model: str) -> None:
    user = f"ana [bold] {tenant}"
    before = [found for found in everything(town.warehouse) if user in found[2]]
    told = run("forget", "--tenant", tenant, "--user", user, input="n\n")
    assert told.exit_code == 1
    assert "search_click" in told.stderr
    assert [found for found in everything(town.warehouse) if user in found[2]] == before
    assert town.warehouse.rows("SELECT count() AS n FROM forgetting") == [{"n": 0}]


def test_forget_removes_lists_the_models_and_asks_for_one_training(
    run: Run, stack: Settings, town: Streams, tenant: str, model: str
) -> None:
    user = f"ana [bold] {tenant}"
    told = run("forget", "--tenant", tenant, "--user", user, "--yes", "--json")
    assert told.exit_code == 0, told.exception
    assert user not in told.stdout + told.stderr
    answer = json.loads(told.stdout)
    assert {row["kept_in"] for row in answer["removed"]} >= {"events", "sessions", "pairs", "query_scores"}
    assert [(row["model"], row["now"]) for row in answer["models"]] == [(model, "live")]
    (request,) = asked(stack, tenant)
    assert (request.run, request.requested_by) == (answer["training_requested"], "forget")
    assert user not in request.model_dump_json()
    assert [found for found in everything(town.warehouse) if user in found[2]] == []
    town.take(request.model_copy(update={"occurred_at": NOW}))  # as the streams do
    again = json.loads(run("forget", "--tenant", tenant, "--user", user, "--yes", "--json").stdout)
    assert (again["removed"], again["models"], again["training_requested"]) == ([], [], None)
    assert "Nothing was kept" in run("forget", "--tenant", tenant, "--user", user, "--yes").stdout


def test_forget_refuses_what_can_be_no_user(run: Run, town: Streams) -> None:
    told = run("forget", "--tenant", "acme", "--user", "", "--yes")
    assert isinstance(told.exception, Misconfigured)
    assert "nothing was removed" in str(told.exception)


def test_help_says_what_is_not_reached(run: Run) -> None:
    told = run("forget", "--help").stdout
    assert "Kafka keeps its own copy" in told
    assert "weights of models" in told
