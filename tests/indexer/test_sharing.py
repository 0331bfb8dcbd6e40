"""Several workers share the tenants fairly, by a rule that each of them applies for itself."""

import math
from collections import Counter
from collections.abc import Sequence

import hypothesis.strategies as st
from hypothesis import given

from indexer.sharing import Share, quotas, share

WORKERS, TENANTS = tuple("ABCDE"), tuple(f"t{n:02d}" for n in range(12))


class Crowd:
    """Workers and tenants that come and go; a lease a tenant, as Redis would have it."""

    def __init__(self) -> None:
        self.workers, self.tenants, self.leases = set[str](), set[str](), dict[str, str]()
        self.moves = 0

    def look(self, worker: str, seen: dict[str, str] | None = None) -> None:
        """Let a worker apply the rule to what it sees, which may be what was so a moment ago."""
        change = share(worker, self.workers, self.tenants, dict(self.leases if seen is None else seen))
        for tenant in change.give:
            if self.leases.get(tenant) == worker:
                del self.leases[tenant]
        room = change.room
        for tenant in change.free:
            if room and tenant not in self.leases:
                self.leases[tenant], room = worker, room - 1
                self.moves += 1

    def round(self, order: Sequence[str], at_once: bool = False) -> None:
        seen = dict(self.leases) if at_once else None
        for worker in order:
            if worker in self.workers:
                self.look(worker, seen)

    def leave(self, worker: str) -> None:
        self.workers.discard(worker)
        self.leases = {tenant: holder for tenant, holder in self.leases.items() if holder != worker}

    def counts(self) -> list[int]:
        held = Counter(self.leases.values())
        return [held[worker] for worker in self.workers]


EVENT = st.one_of(
    st.tuples(st.sampled_from(("join", "leave", "look", "look")), st.sampled_from(WORKERS)),
    st.tuples(st.sampled_from(("come", "go")), st.sampled_from(TENANTS)),
)


@given(st.lists(EVENT, max_size=40), st.permutations(WORKERS), st.booleans())
def test_whoever_comes_and_goes_all_tenants_are_held_fairly_after_two_rounds_and_then_nothing_moves(
    events: list[tuple[str, str]], order: list[str], at_once: bool
) -> None:
    crowd = Crowd()
    for kind, name in events:
        if kind == "join":
            crowd.workers.add(name)
        elif kind == "leave":
            crowd.leave(name)
        elif kind == "come":
            crowd.tenants.add(name)
        elif kind == "go":
            crowd.tenants.discard(name)
        elif name in crowd.workers:
            crowd.look(name)
            fair = math.ceil(len(crowd.tenants) / len(crowd.workers))
            assert Counter(crowd.leases.values())[name] <= fair, "nobody holds two shares"
    crowd.workers.add("A")
    for _ in range(2):
        crowd.round(order)
    assert set(crowd.leases) == crowd.tenants
    assert max(crowd.counts()) - min(crowd.counts()) <= 1
    before = crowd.moves, dict(crowd.leases)
    crowd.round(order, at_once)
    assert (crowd.moves, crowd.leases) == before


@given(st.integers(0, 12), st.integers(1, 4))
def test_of_a_fair_share_only_what_a_worker_that_joins_lacks_moves(tenants: int, workers: int) -> None:
    crowd = Crowd()
    crowd.tenants, crowd.workers = set(TENANTS[:tenants]), set(WORKERS[:workers])
    for _ in range(2):
        crowd.round(WORKERS)
    crowd.moves = 0
    crowd.workers.add("E")
    for _ in range(2):
        crowd.round(WORKERS)
    assert crowd.moves == tenants // (workers + 1)


@given(st.integers(0, 12), st.integers(2, 5))
def test_of_a_worker_that_is_gone_only_its_tenants_move(tenants: int, workers: int) -> None:
    crowd = Crowd()
    crowd.tenants, crowd.workers = set(TENANTS[:tenants]), set(WORKERS[:workers])
    for _ in range(2):
        crowd.round(WORKERS)
    lost = [tenant for tenant, worker in crowd.leases.items() if worker == "A"]
    crowd.moves = 0
    crowd.leave("A")
    crowd.round(WORKERS)
    assert crowd.moves == len(lost)


def test_one_alone_takes_everything_at_once() -> None:
    assert share("me", ["me"], {"a", "b", "c"}, {}) == Share((), ("a", "b", "c"), 3)


def test_what_is_no_tenant_any_more_is_given_back() -> None:
    assert share("me", ["me"], {"a"}, {"a": "me", "b": "me", "c": "other"}) == Share(("b",), (), 0)


def test_a_lease_of_a_worker_that_counts_no_more_is_not_taken_before_it_lapses() -> None:
    assert share("me", ["me"], {"a", "b"}, {"a": "frozen"}) == Share((), ("b",), 2)


def test_the_greater_quotas_are_of_those_that_hold_most() -> None:
    assert quotas(["a", "b", "c"], {"c": 3}, 5) == {"c": 2, "a": 2, "b": 1}
