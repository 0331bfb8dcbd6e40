"""Trainers that share the tenants of one topic, on a real broker and Redis: one tenant each, in order, none twice."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import pytest

from schemas.envelope import Event
from stores import redis_client
from stores.errors import Refused, Retryable
from stores.handled import Handled
from stores.learning import Learning, Sharing, announce
from stores.settings import Settings
from stores.shares import Shares
from stores.signing import Signing
from tests.trainer.test_service import request
from trainer.turns import Turns, waits_for


@pytest.fixture
def trainer(stack: Settings, tenant: str) -> Iterator[Callable[[], Turns]]:
    """Return a way to start a trainer of this test's tenants alone."""
    where = stack.model_copy(update={"tenants": (f"{tenant}-a", f"{tenant}-b")})
    client, made = redis_client.connect(stack), list[Learning]()

    def make() -> Turns:
        shares = Shares(client, tenant, 30.0)
        sharing = Sharing(shares.holds, Handled(client, tenant))
        made.append(Learning(where, tenant, lambda: datetime.now(UTC), sharing=sharing))
        return Turns(shares, made[-1])

    yield make
    for one in made:
        one.close()
    client.close()


def runs_of(events: list[Event]) -> list[str]:
    return [event.event_id for event in events]


def ask(stack: Settings, tenant: str, *runs: str) -> None:
    for run in runs:
        announce(stack, Signing(stack).as_installation(request(tenant, run, requested_by="drift")))


def read(turns: Turns) -> None:
    """Read the topic to its end without handling any of this test's events."""

    def later(event: Event) -> None:
        raise Retryable("later")

    for _ in range(6):
        turns.turn(later, 0.5)


def test_while_one_works_for_a_tenant_the_other_works_for_the_next_and_never_for_the_same(
    stack: Settings, tenant: str, trainer: Callable[[], Turns]
) -> None:
    ask(stack, f"{tenant}-a", "run-1", "run-2")
    ask(stack, f"{tenant}-b", "run-1")
    first, second = trainer(), trainer()
    read(first)
    read(second)
    by_first, by_second = list[Event](), list[Event]()

    def long(event: Event) -> None:
        if not by_first:  # it is at work: the other has its turns meanwhile
            for _ in range(4):
                second.turn(by_second.append, 0.1)
        by_first.append(event)

    first.turn(long, 0.1)
    mine, other = by_first[0].tenant, by_second[0].tenant
    assert {mine, other} == {f"{tenant}-a", f"{tenant}-b"}
    assert {event.tenant for event in by_first} == {mine}
    for turns in (second, first, second):
        turns.turn(partial(pytest.fail, "handled twice"), 0.1)
    assert sorted(runs_of(by_first + by_second)) == sorted(
        f"{tenant}-{part}"[:64] for part in ("a-run-1", "a-run-2", "b-run-1")
    )
    of_a = [event for event in by_first + by_second if event.tenant == f"{tenant}-a"]
    assert runs_of(of_a) == [f"{tenant}-a-run-1", f"{tenant}-a-run-2"], "in order"


def test_a_run_that_waits_passes_the_turn_on_and_comes_again(
    stack: Settings, tenant: str, trainer: Callable[[], Turns]
) -> None:
    ask(stack, f"{tenant}-a", "run-1")
    ask(stack, f"{tenant}-b", "run-1")
    turns, seen = trainer(), list[str]()
    read(turns)

    def answer(event: Event) -> None:
        seen.append(event.tenant[-1])
        if event.tenant.endswith("-a") and len(seen) < 4:
            waits_for((OSError, Refused), partial(full, event))

    def full(event: Event) -> None:
        raise OSError(28, f"No space left on device for {event.tenant}")

    told = [turns.turn(answer, 0.1) for _ in range(5)]
    assert "".join(seen).count("b") == 1
    assert seen[:2] in (["a", "b"], ["b", "a"]), "the one that waits keeps the other from nothing"
    assert seen[-1] == "a"
    assert None in told, "so that its caller waits for a moment"


def test_what_is_no_passing_error_comes_through() -> None:
    with pytest.raises(ValueError, match="a bug"):
        waits_for((OSError,), lambda: print(int("a bug")))


def test_a_tenant_that_a_trainer_works_for_is_nobody_elses(
    stack: Settings, tenant: str, trainer: Callable[[], Turns]
) -> None:
    one, other = trainer(), trainer()
    with one.alone(tenant) as taken, other.alone(tenant) as again:
        assert (taken, again) == (True, False)
    with other.alone(tenant) as taken:
        assert taken
