import json
from collections.abc import Callable

import pytest
from click.testing import Result

from operations.suppression import Suppression
from schemas.learning import TrainingRequested
from stores.errors import Misconfigured
from stores.settings import Settings
from tests.console.running import sent
from tests.streams.lives import NOW, Streams, day, everything

Run = Callable[..., Result]


@pytest.mark.thorough
def test_forget_asks_first_and_no_leaves_everything(run: Run, town: Streams, tenant: str, model: str) -> None:
    user = f"ana [bold] {tenant}"
    before = [found for found in everything(town.warehouse) if user in found[2]]
    result = run("forget", "--tenant", tenant, "--user", user, input="n\n")
    assert result.exit_code == 1
    assert "search_click" in result.stderr
    assert [found for found in everything(town.warehouse) if user in found[2]] == before
    assert town.warehouse.rows("SELECT count() AS n FROM forgetting") == [{"n": 0}]


def test_forget_removes_lists_the_models_and_asks_for_one_training(
    run: Run, stack: Settings, town: Streams, tenant: str, model: str
) -> None:
    user = f"ana [bold] {tenant}"
    result = run("forget", "--tenant", tenant, "--user", user, "--yes", "--json")
    assert result.exit_code == 0, result.exception
    assert user not in result.stdout + result.stderr
    answer = json.loads(result.stdout)
    assert {row["kept_in"] for row in answer["removed"]} >= {"events", "sessions", "pairs", "query_scores"}
    assert [(row["model"], row["now"]) for row in answer["models"]] == [(model, "live")]
    (request,) = sent(stack, tenant)
    assert isinstance(request, TrainingRequested)
    assert (request.run, request.requested_by) == (answer["training_requested"], "forget")
    assert user not in request.model_dump_json()
    assert [found for found in everything(town.warehouse) if user in found[2]] == []
    town.take(request.model_copy(update={"occurred_at": NOW}))  # as the streams do
    again = json.loads(run("forget", "--tenant", tenant, "--user", user, "--yes", "--json").stdout)
    assert (again["removed"], again["models"], again["training_requested"]) == ([], [], None)
    assert "Nothing was kept" in run("forget", "--tenant", tenant, "--user", user, "--yes").stdout


def test_forget_refuses_what_can_be_no_user(run: Run, town: Streams) -> None:
    result = run("forget", "--tenant", "acme", "--user", "", "--yes")
    assert (result.exit_code, "one line of 1 to 256 characters" in result.stderr) == (2, True)
    unknown = run("forget", "--tenant", "nobody-of-ours", "--user", "ana", "--yes")
    assert isinstance(unknown.exception, Misconfigured)
    assert "there is no tenant 'nobody-of-ours'" in str(unknown.exception)


def test_help_says_what_is_not_reached(run: Run) -> None:
    result = run("forget", "--help").stdout
    assert "Kafka keeps its own copy" in result
    assert "weights of models" in result


def test_the_question_shows_every_spelling_that_is_kept(run: Run, town: Streams, tenant: str) -> None:
    for name in ("Kim@x.org", "KIM@X.ORG", "kim%40x.org"):
        town.take(*day(tenant, name, f"what {tenant}", hours=len(name)))
    result = run("forget", "--tenant", tenant, "--user", "kim@x.org", input="n\n")
    assert "Kept in 4 spellings: KIM@X.ORG, Kim@x.org, kim%40x.org, kim@x.org" in result.stderr


@pytest.mark.thorough
def test_suppress_writes_the_person_down_before_anything_goes_and_lift_strikes_them_out(
    run: Run, stack: Settings, town: Streams, tenant: str
) -> None:
    town.take(*day(tenant, "Lou", f"what {tenant}", hours=1))
    seen = Suppression.connect(stack)

    def suppressed() -> bool:
        seen._known = None
        seen.refresh()
        return seen.names(tenant, "lou")

    run("forget", "--tenant", tenant, "--user", "Lou", "--suppress", input="n\n")
    assert not suppressed(), "no means no"
    result = run("forget", "--tenant", tenant, "--user", "Lou", "--suppress", "--yes", "--json")
    assert json.loads(result.stdout)["suppressed"] is True
    assert suppressed()
    assert run("forget", "--tenant", tenant, "--user", "Lou", "--suppress", "--lift").exit_code == 2
    assert run("forget", "--tenant", tenant, "--user", "LOU", "--lift").exit_code == 0
    assert not suppressed()
