"""The `learning` topic in and out, on a real broker."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from schemas.codec import Rejection
from schemas.envelope import Event
from schemas.learning import TrainingRequested
from schemas.topics import LEARNING, key_of
from stores import redis_client
from stores.errors import Refused, Retryable
from stores.handled import Handled
from stores.kafka import EventProducer
from stores.learning import Learning, Sharing, announce, publish
from stores.settings import Settings
from stores.signing import Signing

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def request(tenant: str, number: int) -> TrainingRequested:
    return TrainingRequested(
        event_id=f"{tenant}-{number}",
        tenant=tenant,
        occurred_at=NOW,
        run=f"run-{number}",
        requested_by="drift",
        reason="a test",
    )


@pytest.fixture
def learning(stack: Settings, tenant: str) -> Iterator[Learning]:
    with Learning(stack.model_copy(update={"tenants": (tenant,)}), f"group-{tenant}", lambda: NOW) as joined:
        yield joined


def received(learning: Learning, count: int, handler: "Handler") -> int:
    handled = 0
    for _ in range(2_000):  # the topic holds what other tests sent, which is passed over
        handled += learning.handle(handler, 0.5)
        if handled >= count:
            break
    return handled


class Handler:
    def __init__(self, *errors: Exception) -> None:
        self.seen: list[str] = []
        self._errors = list(errors)
        self._dies_of = ""

    def dies_of(self, event_id: str) -> None:
        self._dies_of = event_id

    def __call__(self, event: Event) -> None:
        if event.event_id == self._dies_of:
            raise Killed
        if self._errors:
            raise self._errors.pop(0)
        self.seen.append(event.event_id)


def test_what_is_announced_is_handled_in_order_once_and_foreign_and_unsigned_words_are_passed_over(
    stack: Settings, tenant: str, learning: Learning
) -> None:
    sign = Signing(stack).as_installation
    announce(stack, sign(request(tenant, 1)))
    with EventProducer(stack.kafka_bootstrap) as producer:
        producer.send(LEARNING.name, key_of(request(tenant, 0)), b"not an event")
        assert publish(producer, [request(tenant, 9), sign(request(tenant, 2)), sign(request(tenant, 3))]) == 3
    learning.emit(request(tenant, 4))
    handler = Handler()
    assert received(learning, 4, handler) == 4
    assert handler.seen == [f"{tenant}-{number}" for number in (1, 2, 3, 4)]
    again = Handler()
    assert learning.handle(again, 1.0) == 0
    assert again.seen == []


@pytest.mark.thorough
def test_an_event_whose_store_is_away_waits_with_those_behind_it(
    stack: Settings, tenant: str, learning: Learning
) -> None:
    for number in (1, 2):
        announce(stack, Signing(stack).as_installation(request(tenant, number)))
    handler = Handler(Retryable("away"), Retryable("away"))
    assert received(learning, 2, handler) == 2
    assert handler.seen == [f"{tenant}-1", f"{tenant}-2"]


def test_what_was_not_acknowledged_comes_again_to_the_next_member(stack: Settings, tenant: str) -> None:
    where, group = stack.model_copy(update={"tenants": (tenant,)}), f"again-{tenant}"
    for number in (1, 2):
        announce(stack, Signing(stack).as_installation(request(tenant, number)))
    with Learning(where, group, lambda: NOW, at_once=1) as first, pytest.raises(Refused, match="a bug"):  # noqa: PT012
        assert received(first, 1, Handler()) == 1
        received(first, 1, Handler(Refused("a bug")))
    handler = Handler()
    with Learning(where, group, lambda: NOW) as second:
        assert received(second, 1, handler) == 1
    assert handler.seen == [f"{tenant}-2"]


@pytest.mark.thorough
def test_while_nobody_can_say_whose_signatures_hold_events_wait(
    stack: Settings, tenant: str, learning: Learning, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        announce(stack, Signing(stack).as_installation(request(tenant, number)))
    errors, handler, believed = [Retryable("no registry")] * 2, Handler(), learning._signing.objection

    def objection(event: Event) -> Rejection | None:
        if errors:
            raise errors.pop()
        return believed(event)

    monkeypatch.setattr(learning._signing, "objection", objection)
    assert received(learning, 2, handler) == 2
    assert handler.seen == [f"{tenant}-1", f"{tenant}-2"]


@pytest.mark.thorough
def test_what_one_tenant_waits_for_does_not_hold_up_another_and_comes_again_after_a_restart(
    stack: Settings, tenant: str
) -> None:
    other, group = f"{tenant}b", f"both-{tenant}"
    where = stack.model_copy(update={"tenants": (tenant, other)})
    for name, number in ((tenant, 1), (other, 1), (tenant, 2), (other, 2)):
        announce(stack, Signing(stack).as_installation(request(name, number)))
    seen: list[str] = []

    def away_for_one(event: Event) -> None:
        if event.tenant == tenant:
            raise Retryable("its collection is away")
        seen.append(event.event_id)

    with Learning(where, group, lambda: NOW) as first:
        until = time.monotonic() + 60
        while len(seen) < 2 and time.monotonic() < until:
            first.handle(away_for_one, 0.5)
        assert seen == [f"{other}-1", f"{other}-2"]
        first.handle(away_for_one, 0.0)
        assert len(seen) == 2, "what was handled is not handled again"
    handler = Handler()
    with Learning(where, group, lambda: NOW) as second:
        assert received(second, 4, handler) >= 3
    assert [event for event in handler.seen if event.startswith(f"{tenant}-")] == [f"{tenant}-1", f"{tenant}-2"]


def test_of_two_at_once_only_the_holder_of_the_lease_acts(stack: Settings, tenant: str) -> None:
    where, group, lost = stack.model_copy(update={"tenants": (tenant,)}), f"two-{tenant}", list[Exception]()
    announce(stack, Signing(stack).as_installation(request(tenant, 1)))

    def check() -> None:
        if lost:
            raise lost[0]

    old, new = Handler(), Handler()
    with Learning(where, group, lambda: NOW, check_lease=check) as frozen, Learning(where, group, lambda: NOW) as taken:
        lost.append(Refused("the lease went to somebody else"))
        with pytest.raises(Refused, match="somebody else"):
            received(frozen, 1, old)
        assert received(taken, 1, new) == 1
    assert (old.seen, new.seen) == ([], [f"{tenant}-1"])


class Workers:
    """Says which of two workers holds a tenant."""

    def __init__(self, stack: Settings, tenants: tuple[str, ...]) -> None:
        self.where = stack.model_copy(update={"tenants": tenants})
        self.service, self.holder = f"shared-{tenants[0]}", dict[str, str]()
        self.handled = Handled(redis_client.connect(stack), self.service)

    def reader(self, name: str) -> Learning:
        sharing = Sharing(lambda tenant: self.holder.get(tenant) == name, self.handled)
        return Learning(self.where, self.service, lambda: NOW, sharing=sharing)

    def send(self, *events: tuple[str, int]) -> None:
        for tenant, number in events:
            announce(self.where, Signing(self.where).as_installation(request(tenant, number)))


class Killed(BaseException):
    """The process is gone in the middle of handling an event."""


def reads(learning: Learning, handler: "Handler", true: Callable[[], bool]) -> None:
    """Let a worker handle what is its own until this is so."""
    for _ in range(2_000):
        if true():
            return
        learning.handle(handler, 0.5)
    pytest.fail("it never came")


@pytest.mark.thorough
def test_each_of_two_workers_handles_its_own_tenants_and_who_takes_over_goes_on_in_order(
    stack: Settings, tenant: str
) -> None:
    a, b = tenant, f"{tenant}b"
    workers, first, second = Workers(stack, (a, b)), Handler(), Handler()
    workers.holder = {a: "one", b: "two"}
    workers.send((a, 1), (b, 1), (b, 2), (a, 2), (b, 3))
    with workers.reader("one") as one:
        reads(one, first, lambda: len(first.seen) == 2 and len(one._waiting) == 3)
        with workers.reader("two") as two, pytest.raises(Killed):  # noqa: PT012
            second.dies_of(f"{b}-2")
            reads(two, second, lambda: False)
        one.handle(first, 0.0)
        assert [waiting.event.event_id for waiting in one._waiting] == [f"{b}-2", f"{b}-3"], (
            "one was handled, and noted"
        )
        workers.holder[b] = "one"
        assert one.handle(first, 0.0) == 2
    assert first.seen == [f"{a}-1", f"{a}-2", f"{b}-2", f"{b}-3"]
    assert second.seen == [f"{b}-1"]


@pytest.mark.thorough
def test_what_nobody_handled_comes_to_a_worker_that_starts_and_what_was_handled_does_not(
    stack: Settings, tenant: str
) -> None:
    a, b, handler = tenant, f"{tenant}b", Handler()
    workers = Workers(stack, (a, b))
    workers.holder = {a: "one"}
    workers.send((b, 1), (a, 1), (b, 2), (a, 2))
    with workers.reader("one") as one:
        reads(one, handler, lambda: len(handler.seen) == 2 and len(one._waiting) == 2)
        publish(one._producer, [request(b, 9)])
        workers.send((a, 3))
        reads(one, handler, lambda: len(handler.seen) == 3)
        assert [w.event.event_id for w in one._waiting] == [f"{b}-1", f"{b}-2", f"{b}-9"]
    workers.holder, handler = {a: "next", b: "next"}, Handler()
    with workers.reader("next") as following:
        reads(following, handler, lambda: len(handler.seen) == 2)
        following.handle(handler, 1.0)
        assert following.waiting() == set()
    assert handler.seen == [f"{b}-1", f"{b}-2"], "in order, and nothing that is not signed"
    with workers.reader("next") as again:
        assert again.handle(handler, 1.0) == 0, "all of it is acknowledged in Kafka, too"


_READING = """
import sys
from datetime import UTC, datetime
from stores.learning import Learning
from stores.settings import Settings
where = Settings.model_validate_json(sys.argv[1])
with Learning(where, sys.argv[2], lambda: datetime.now(UTC)) as learning:
    print("reading", flush=True)
    while True:
        learning.handle(lambda event: print(event.event_id, flush=True), 0.5)
"""


@pytest.mark.slow
def test_a_reader_that_was_frozen_for_long_hears_again(stack: Settings, tenant: str) -> None:
    fields = ("redis_url", "clickhouse_url", "milvus_token")
    secrets = {name: getattr(stack, name).get_secret_value() for name in fields}
    where = {**stack.model_dump(mode="json"), **secrets, "tenants": [tenant]}
    command = [sys.executable, "-c", _READING, json.dumps(where), f"frozen-{tenant}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "reading\n"
            for number, frozen_s in enumerate((0.0, 15.0, 0.0)):
                process.send_signal(signal.SIGSTOP)
                announce(stack, Signing(stack).as_installation(request(tenant, number)))
                time.sleep(frozen_s)
                process.send_signal(signal.SIGCONT)
                assert process.stdout.readline() == f"{tenant}-{number}\n"
        finally:
            process.kill()
