"""Runs that operators stop, on the real stores: within seconds, for good, and never mistaken for the process's end."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from operations import operators
from schemas.envelope import Event
from schemas.learning import ModelRefused, ModelTrained, TrainingStopped
from stores import lease, training_status
from stores.errors import Refused, Retryable
from stores.learning import announce
from stores.settings import Settings
from stores.stops import Stops
from stores.warehouse import Warehouse
from tests.trainer.quiet import Quiet
from tests.trainer.test_division import divided
from tests.trainer.test_service import QUICK, Make, live_through, no_fit, request, write_learning
from trainer import publish, stopping
from trainer.context import RunContext
from trainer.data import snapshot
from trainer.judging import gate
from trainer.learning import fit
from trainer.learning.child import Cancelled
from trainer.publish import model_id
from trainer.service import Trainer

LONG = QUICK.model_copy(update={"fit": QUICK.fit.model_copy(update={"epochs": 3_000})})
"""So many epochs that no test waits for their end."""


def stop(tenant: str, run: str = "run-1") -> TrainingStopped:
    return TrainingStopped(
        event_id=f"stop-{run}", tenant=tenant, occurred_at=datetime.now(UTC), run=run, by="ana", reason="a move"
    )


def in_fit(context: RunContext, tenant: str) -> None:
    """Wait until the run learns."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        status = training_status.read(context.redis, tenant)
        if status.get("state") == "fit" and status.get("done", "").isdigit() and int(status["done"]) > 2:
            return
        time.sleep(0.1)
    pytest.fail(f"it does not learn: {training_status.read(context.redis, tenant)}")


@pytest.fixture
def begun() -> Iterator[Callable[[Trainer, str], "Future[None]"]]:
    """Begin a run in a thread."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda trainer, tenant: pool.submit(trainer.handle, request(tenant))


@pytest.fixture
def heard(stack: Settings, tenant: str) -> Iterator[Callable[[], Stops]]:
    """What a trainer that starts would hear of."""
    operators.ensure(stack, "ana", datetime.now(UTC))
    made: list[Stops] = []

    def make() -> Stops:
        made.append(Stops(stack, f"trainer-{tenant}", lambda: datetime.now(UTC)))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.long
@pytest.mark.thorough
def test_a_stop_ends_a_run_that_learns_within_seconds_and_a_shutdown_does_not_end_it(
    make_context: Make, stack: Settings, warehouse: Warehouse, tenant: str, begun: Any, heard: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    live_through(warehouse, tenant)
    context, sent = make_context(LONG), list[Event]()
    work = begun(Trainer(context, sent.append, heard()), tenant)
    in_fit(context, tenant)
    context.stop.set()
    with pytest.raises(Cancelled):
        work.result(40)
    directory = context.home / "training" / tenant / "run-1"
    assert sent == []
    assert list((directory / "checkpoints").glob("checkpoint-*")), "the next start goes on from there"

    context = replace(context, stop=threading.Event())
    work = begun(Trainer(context, sent.append, heard()), tenant)
    in_fit(context, tenant)
    announce(stack, context.signing.as_operator(stop(tenant), "ana"))
    began = time.monotonic()
    work.result(40)
    assert time.monotonic() - began < 15
    (event,) = sent
    assert isinstance(event, ModelRefused)
    assert (event.verdict, event.reasons, event.comparison) == ("STOPPED", ("stopped by ana: a move",), None)
    assert event.looked is None
    assert context.signing.objection(event) is None
    assert {path.name for path in directory.iterdir()} == {"event.json"}, "as after any run that fails"
    assert lease.acquire(context.redis, f"training:{tenant}") is not None, "the tenant is free"
    status = training_status.read(context.redis, tenant)
    assert (status["state"], status["verdict"], status["note"]) == ("ended", "STOPPED", "stopped by ana: a move")

    monkeypatch.setattr(fit, "run", no_fit)
    context.redis.delete(f"lease:{{training:{tenant}}}")
    Trainer(context, sent.append, heard()).handle(request(tenant))
    assert sent == [event, event], "the request came again before the end was stored: the same end"
    write_learning(warehouse, event)
    Trainer(context, sent.append, heard()).handle(request(tenant))
    assert len(sent) == 2
    again = divided(context, tenant, "run-2")
    assert again.look().number == 1, "a look that was not made is not spent"


def test_a_run_that_was_killed_before_its_stop_took_effect_is_not_taken_up_again(
    make_context: Make, stack: Settings, warehouse: Warehouse, tenant: str, heard: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    live_through(warehouse, tenant, topics=4)
    context, sent = make_context(QUICK), list[Event]()

    def killed(*_: object) -> Path:
        announce(stack, context.signing.as_operator(stop(tenant), "ana"))
        raise KeyboardInterrupt  # no error that the trainer answers: it is gone, as with SIGKILL

    with monkeypatch.context() as fault:
        fault.setattr(snapshot, "manifest", killed)
        with pytest.raises(KeyboardInterrupt):
            Trainer(context, sent.append, heard()).handle(request(tenant))
    assert sent == []
    monkeypatch.setattr(snapshot, "examples_of", no_fit)
    Trainer(context, sent.append, heard()).handle(request(tenant))
    assert [event.verdict for event in sent if isinstance(event, ModelRefused)] == ["STOPPED"]


def test_one_that_waits_is_stopped_before_it_begins_and_another_tenants_goes_on(
    make_context: Make, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, sent = make_context(QUICK), list[Event]()
    told = Quiet(stop(tenant), stop(tenant, "run-3"))
    Trainer(context, sent.append, told).handle(request(f"{tenant}-b"))
    Trainer(context, sent.append, told).handle(request(tenant, "run-2"))
    with monkeypatch.context() as never:
        never.setattr(snapshot, "take", no_fit)
        Trainer(context, sent.append, told).handle(request(tenant))
    ends = [event.verdict for event in sent if isinstance(event, ModelRefused)]
    assert ends == ["INCONCLUSIVE", "INCONCLUSIVE", "STOPPED"]


@pytest.mark.long
@pytest.mark.thorough
@pytest.mark.parametrize("when", ["judged", "published"])
def test_a_stop_up_to_the_publishing_holds_and_later_does_nothing(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    live_through(warehouse, tenant)
    context, sent, told = make_context(QUICK), list[Event](), Quiet()
    module, name = {"judged": (gate, "judge"), "published": (publish, "put")}[when]
    right = getattr(module, name)

    def then_stopped(*given: Any) -> Any:  # noqa: ANN401  # hands on what it was given
        answer = right(*given)
        told.said.append(stop(tenant))
        time.sleep(1)
        return answer

    monkeypatch.setattr(module, name, then_stopped)
    Trainer(context, sent.append, told).handle(request(tenant))
    (event,) = sent
    shelved = context.shelf.entry(tenant, model_id(tenant, "run-1"))
    if when == "published":
        assert isinstance(event, ModelTrained)
        assert shelved is not None
        return
    assert isinstance(event, ModelRefused)
    assert (event.verdict, shelved) == ("STOPPED", None)
    assert event.comparison is not None
    assert event.comparison.low > 0, "it would have won"
    write_learning(warehouse, event)
    assert divided(context, tenant, "run-2").look().number == 2, "it had looked, and that is paid for"


def test_who_stops_after_a_try_had_looked_does_not_get_the_look_back(
    make_context: Make, warehouse: Warehouse, tenant: str
) -> None:
    row = {"tenant": tenant, "run": "run-1", "query": "q", "system": "live", "ndcg_10": 0.5, "score": 0.5}
    warehouse.insert("query_scores", {name: [value] for name, value in row.items()})
    sent: list[Event] = []
    Trainer(make_context(QUICK), sent.append, Quiet(stop(tenant))).handle(request(tenant))
    assert [event.looked for event in sent if isinstance(event, ModelRefused)] == [True]


class Deaf(Quiet):
    """The broker went away after the run had begun."""

    def listen(self, timeout_s: float) -> None:
        """Hear nothing."""
        raise Retryable("the broker does not answer")


class Broken(Quiet):
    """Something that nobody thought of."""

    def listen(self, timeout_s: float) -> None:
        """Break."""
        raise ValueError("a bug")


@pytest.mark.parametrize("stops", [Quiet(), Deaf(), Broken()], ids=["quiet", "deaf", "broken"])
def test_the_end_of_the_process_comes_through_whatever_is_heard(stops: Quiet, tenant: str) -> None:
    shutdown = threading.Event()
    with stopping.watched(stops, request(tenant), shutdown) as halt:
        assert not halt.wait(0.3)
        shutdown.set()
        assert halt.wait(5)
        assert halt.by is None
    assert not [thread for thread in threading.enumerate() if thread.name == "stops-run-1"]


def test_a_stop_is_heard_once_the_broker_is_back(tenant: str) -> None:
    deaf = Deaf()
    with stopping.watched(deaf, request(tenant), threading.Event()) as halt:
        deaf.said.append(stop(tenant))
        assert halt.wait(5)
        assert halt.by is deaf.said[0]


def test_nothing_begins_while_nobody_can_tell_what_was_stopped(make_context: Make, tenant: str) -> None:
    class Away(Quiet):
        def catch_up(self) -> None:
            raise Retryable("the broker does not answer")

    sent: list[Event] = []
    with pytest.raises(Retryable):
        Trainer(make_context(QUICK), sent.append, Away()).handle(request(tenant))
    assert sent == []


@pytest.mark.long
@pytest.mark.thorough
def test_a_lost_lease_ends_the_run_and_the_child_that_learns_within_seconds(
    make_context: Make, warehouse: Warehouse, tenant: str, begun: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    live_through(warehouse, tenant)
    context, sent = make_context(LONG.model_copy(update={"lease_s": 3.0})), list[Event]()
    work = begun(Trainer(context, sent.append, Quiet()), tenant)
    in_fit(context, tenant)
    learners = [c for c in psutil.Process().children() if "trainer.learning.process" in c.cmdline()]
    context.redis.delete(f"lease:{{training:{tenant}}}")
    other = lease.acquire(context.redis, f"training:{tenant}")
    assert other is not None
    began = time.monotonic()
    with pytest.raises(Refused, match="somebody else"):
        work.result(40)
    assert time.monotonic() - began < 15
    assert learners
    assert not [c for c in learners if c.is_running()]
    assert sent == []
    other.check()
