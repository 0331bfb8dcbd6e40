"""Stops on the real broker: heard beside a reader that is busy, believed only when they are rightly signed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from operations import operators
from schemas.codec import encode
from schemas.learning import TrainingRequested, TrainingStopped
from schemas.topics import LEARNING, key_of
from stores.errors import Retryable
from stores.kafka import EventProducer
from stores.learning import Learning, publish
from stores.rights import Right
from stores.settings import Settings
from stores.signing import Signing
from stores.stops import Stops


def now() -> datetime:
    return datetime.now(UTC)


def request(tenant: str, run: str = "run-1") -> TrainingRequested:
    return TrainingRequested(
        event_id=f"{tenant}-{run}", tenant=tenant, occurred_at=now(), run=run, requested_by="ana", reason="test"
    )


def stop(tenant: str, run: str = "run-1", by: str = "ana", reason: str = "a move") -> TrainingStopped:
    return TrainingStopped(
        event_id=f"{tenant}-{run}-stop-{by}", tenant=tenant, occurred_at=now(), run=run, by=by, reason=reason
    )


@pytest.fixture
def signing(stack: Settings) -> Signing:
    operators.ensure(stack, "ana", now())
    return Signing(stack)


@pytest.fixture
def send(stack: Settings) -> Callable[..., None]:
    def sent(*events: Any) -> None:  # noqa: ANN401  # events of the topic
        with EventProducer(stack.kafka_bootstrap) as producer:
            publish(producer, events)

    return sent


@contextmanager
def hearing(stack: Settings, group: str) -> Iterator[Stops]:
    stops = Stops(stack, group, now)
    try:
        yield stops
    finally:
        stops.close()


def test_a_stop_is_known_from_where_the_group_has_acknowledged_and_when_it_comes(
    stack: Settings, signing: Signing, tenant: str, send: Callable[..., None]
) -> None:
    asked, stopped = signing.as_operator(request(tenant), "ana"), signing.as_operator(stop(tenant), "ana")
    later = signing.as_operator(stop(tenant, "run-2"), "ana")
    send(asked, stopped)
    with Learning(stack, f"group-{tenant}", now, at_once=1) as learning, hearing(stack, f"group-{tenant}") as stops:
        seen: list[str] = []

        def busy(event: object) -> None:
            """What a trainer does with a request: look, work, look again."""
            if not isinstance(event, TrainingRequested) or event.tenant != tenant:
                return
            stops.catch_up()
            found = stops.of(tenant, "run-1")
            assert found == stopped
            assert stops.of(tenant, "run-2") is None
            send(later, stopped)
            until = now().timestamp() + 10
            while stops.of(tenant, "run-2") is None and now().timestamp() < until:
                stops.listen(0.2)
            assert stops.of(tenant, "run-2") == later
            seen.append(found.reason)

        while not seen:
            learning.handle(busy, 0.5)
    with hearing(stack, f"another-{tenant}") as restarted:
        restarted.catch_up()
        assert restarted.of(tenant, "run-1") == stopped, "whoever begins anew knows it before it begins"
        restarted.catch_up()


def test_a_stop_in_a_topic_that_was_made_anew_is_known_at_once(
    stack: Settings, signing: Signing, tenant: str, send: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with hearing(stack, f"group-{tenant}") as stops:
        stops.catch_up()
        stops._next += 1_000  # the topic that was read had counted further than this one has
        monkeypatch.setattr("stores.stops.topic_ids", lambda *_: {LEARNING.name: "another id"})
        send(stopped := signing.as_operator(stop(tenant), "ana"))
        stops.catch_up()
        assert stops.of(tenant, "run-1") == stopped


def test_what_nobody_rightly_signed_stops_nothing(
    stack: Settings, signing: Signing, tenant: str, send: Callable[..., None]
) -> None:
    operators.add(stack, f"eve-{tenant}", now(), may=frozenset({Right.DRIFT}))
    eve = f"eve-{tenant}"
    right = signing.as_operator(stop(tenant, "run-other"), "ana")
    forged = stop(tenant).model_copy(update={"signature": right.signature})
    of_service = signing.as_installation(stop(tenant, by="drift"))
    foreign = signing.as_operator(stop(f"{tenant}-b"), "ana")
    send(forged, of_service, stop(tenant), foreign)
    with EventProducer(stack.kafka_bootstrap) as producer:
        producer.send(LEARNING.name, key_of(stop(tenant)), encode(foreign))  # under the key of another tenant
        producer.send(LEARNING.name, key_of(stop(tenant)), b'{"type": "TrainingStopped"')
        producer.flush()
    with pytest.raises(Exception, match="may not"):
        signing.as_operator(stop(tenant, by=eve), eve)
    with hearing(stack, f"group-{tenant}") as stops:
        stops.catch_up()
        assert stops.of(tenant, "run-1") is None
        assert stops.of(f"{tenant}-b", "run-1") == foreign


def test_a_stop_whose_operator_was_revoked_meanwhile_holds_no_more(
    stack: Settings, tenant: str, send: Callable[..., None]
) -> None:
    name = f"kim-{tenant}"
    operators.add(stack, name, now())
    send(Signing(stack).as_operator(stop(tenant, by=name), name))
    with hearing(stack, f"group-{tenant}") as stops:
        stops.catch_up()
        assert stops.of(tenant, "run-1") is not None
        operators.revoke(stack, name, now())
        assert stops.of(tenant, "run-1") is None


def test_one_that_nobody_can_verify_yet_waits(
    stack: Settings, signing: Signing, tenant: str, send: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    send(signed := signing.as_operator(stop(tenant), "ana"))

    def unreadable(*_: object) -> None:
        raise Retryable("the registry cannot be read")

    with hearing(stack, f"group-{tenant}") as stops:
        with monkeypatch.context() as fault:
            fault.setattr(stops._signing, "objection", unreadable)
            stops.catch_up()
            with pytest.raises(Retryable):
                stops.of(tenant, "run-1")
        assert stops.of(tenant, "run-1") == signed
