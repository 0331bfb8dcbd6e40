"""Stopping a training by hand: what is sent, what is refused before anything is, and what is waited for."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from operations import run_stops
from schemas.envelope import Event
from stores import redis_client, training_status
from stores.errors import Refused, Retryable
from stores.redis_client import Client
from stores.settings import Settings
from tests.schemas.samples import NOW
from tests.stores.keyed import unsigned


class Runs:
    """A warehouse in which a tenant has these runs, with their verdicts."""

    def __init__(self, tenant: str = "acme", **runs: str) -> None:
        self.tenant, self.runs = tenant, {run.replace("_", "-"): verdict for run, verdict in runs.items()}

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # a double
        assert name == "runs_one"
        found = self.runs.get(parameters["run"]) if parameters["tenant"] == self.tenant else None
        return [{"run": parameters["run"], "verdict": found}] if found else []


@pytest.fixture
def redis(stack: Settings) -> Iterator[Client]:
    client = redis_client.connect(stack)
    yield client
    client.close()


@pytest.fixture
def outbox() -> list[Event]:
    return []


def test_a_run_that_goes_on_is_stopped_and_any_other_is_refused(outbox: list[Event]) -> None:
    runs = Runs(run_1="RUNNING", run_2="WIN", run_3="LOSS", run_4="STOPPED")
    sent = run_stops.stop(runs, outbox.append, unsigned, "acme", "run-1", "sam", "a move", NOW)
    assert outbox == [sent]
    assert (sent.tenant, sent.run, sent.by, sent.reason) == ("acme", "run-1", "sam", "a move")
    for tenant, run, reason in (
        ("acme", "run-2", "run-2 is over, WIN; there is nothing to stop: its model is published; refuse its packet"),
        ("acme", "run-3", "run-3 is over, LOSS; there is nothing to stop$"),
        ("acme", "run-4", "run-4 is over, STOPPED"),
        ("acme", "run-5", "'acme' has no training run run-5; `tidewheel runs --tenant acme` lists them"),
        ("other", "run-1", "'other' has no training run run-1"),
    ):
        with pytest.raises(Refused, match=reason):
            run_stops.stop(runs, outbox.append, unsigned, tenant, run, "sam", "a move", NOW)
    assert outbox == [sent], "what is refused is not sent"


def test_whether_the_trainer_is_at_work_on_it_is_its_status_line(redis: Client, tenant: str) -> None:
    assert not run_stops.is_at_work(redis, tenant, "run-1")
    training_status.write(redis, tenant, {"run": "run-1", "state": "fit"})
    assert run_stops.is_at_work(redis, tenant, "run-1")
    assert not run_stops.is_at_work(redis, tenant, "run-2")
    training_status.write(redis, tenant, {"state": "ended"})
    assert not run_stops.is_at_work(redis, tenant, "run-1")


def by_status(redis: Client, runs: Runs, verdict: str) -> None:
    training_status.write(redis, runs.tenant, {"run": "run-1", "state": "ended", "verdict": verdict})


def by_trail(redis: Client, runs: Runs, verdict: str) -> None:
    """The trainer has gone on to another run by now."""
    training_status.write(redis, runs.tenant, {"run": "run-2", "state": "fit"})
    runs.runs["run-1"] = verdict


@pytest.mark.parametrize("ended", [by_status, by_trail])
def test_what_became_of_a_stop_is_waited_for(
    redis: Client, tenant: str, outbox: list[Event], ended: Callable[[Client, Runs, str], None]
) -> None:
    runs = Runs(tenant, run_1="RUNNING")
    sent = run_stops.stop(runs, outbox.append, unsigned, tenant, "run-1", "sam", "a move", NOW)
    training_status.write(redis, tenant, {"run": "run-1", "state": "fit"})
    with pytest.raises(Retryable, match="the stop of run-1 stands, and it has not ended after 0 s"):
        run_stops.wait_for_end(runs, redis, sent, 0.0)
    ended(redis, runs, "STOPPED")
    run_stops.wait_for_end(runs, redis, sent, 5.0)
    ended(redis, runs, "WIN")
    with pytest.raises(Refused, match="run-1 is over, WIN; there is nothing to stop: its model is published"):
        run_stops.wait_for_end(runs, redis, sent, 5.0)
