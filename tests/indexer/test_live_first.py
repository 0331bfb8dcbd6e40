"""Live changes come first, whatever is done on a shadow."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from indexer.indexing.sync import Target
from indexer.live_first import LiveFirst
from indexer.proof.read_back import Findings, ReadBack
from stores.errors import Retryable
from tests.indexer.loop import approval, first, record
from tests.indexer.world import NOW, World


def test_a_withdrawn_access_does_not_wait_for_a_verification(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = first(world, 40)
    loop.settle()
    read, seen = ReadBack._compare, list[tuple[str, ...]]()

    def meanwhile(self: ReadBack, target: Target, page: Sequence[str], findings: Findings, **how: bool) -> None:
        if not seen:
            world.put("d1", 2, "body 1 about topic 1", acl=("board",))
        read(self, target, page, findings, **how)
        seen.extend(acl for _, _, acl in world.shown("d1"))

    monkeypatch.setattr(ReadBack, "_compare", meanwhile)
    packet = loop.ready()
    assert ("board",) in seen[:3]
    assert packet.proof.mismatches == 0
    assert [acl for _, _, acl in world.shown("d1", world.next)] == [("board",)]


class Serves:
    """Stands for a worker that holds two tenants, and counts how often each was kept fresh."""

    def __init__(self, broken: bool = False) -> None:
        self.kept, self.broken, self.poisoned = list[str](), broken, ""

    def marks(self) -> dict[str, int]:
        if self.broken:
            raise Retryable("no warehouse")
        return {"a": 1, "b": 2}

    def keep_fresh(self, tenant: str, mark: int, budget_s: float) -> None:
        if tenant == self.poisoned:
            raise KeyError("a row that nobody expected")
        self.kept.append(f"{tenant} {mark} {budget_s}")


@pytest.mark.parametrize("broken", [False, True])
def test_live_changes_pass_once_an_interval_and_an_error_does_not_stop_the_shadow(broken: bool) -> None:
    serves, now = Serves(broken), [NOW]
    live_first = LiveFirst(serves, 2.0, lambda: now[0])
    passed = list[int]()
    for seconds in (0, 1, 1.9, 2, 3, 4.5, -900, -899):
        now[0] = NOW + timedelta(seconds=seconds)
        live_first.yield_point()
        passed.append(len(serves.kept))
    assert passed == ([0] * 8 if broken else [2, 2, 2, 4, 4, 6, 8, 8]), "also when the clock was set back"
    assert serves.kept[:2] == ([] if broken else ["a 1 2.0", "b 2 2.0"])


def test_one_tenants_trouble_does_not_hold_up_the_others_changes() -> None:
    serves = Serves()
    serves.poisoned = "a"
    LiveFirst(serves, 2.0, lambda: NOW).yield_point()
    assert serves.kept == ["b 2 2.0"]


def test_shadow_work_has_as_much_time_as_live_changes_took() -> None:
    serves, now = Serves(), [NOW]
    live_first = LiveFirst(serves, 2.0, lambda: now[0])
    kept = serves.keep_fresh

    def slow(tenant: str, mark: int, budget_s: float) -> None:
        now[0] += timedelta(seconds=5)
        kept(tenant, mark, budget_s)

    serves.keep_fresh = slow  # type: ignore[method-assign]  # time passes
    live_first.yield_point()
    assert (now[0] - NOW, len(serves.kept)) == (timedelta(seconds=10), 2)
    now[0] += timedelta(seconds=9.9)
    live_first.yield_point()
    assert len(serves.kept) == 2
    now[0] += timedelta(seconds=0.2)
    live_first.yield_point()
    assert len(serves.kept) == 4


def test_nothing_passes_while_it_is_held_and_what_waited_passes_then() -> None:
    serves = Serves()
    live_first = LiveFirst(serves, 0.0, lambda: NOW)

    def last_look() -> None:
        with live_first.held():
            live_first.yield_point()
            raise KeyError

    with pytest.raises(KeyError):
        last_look()
    assert serves.kept == []
    live_first.yield_point()
    assert len(serves.kept) == 2


@pytest.mark.thorough
def test_a_cutover_s_last_look_lets_nothing_in_between(world: World) -> None:
    loop = first(world, 40)
    loop.settle()
    packet = loop.ready()
    loop.live_first._pause = loop.live_first._wait = timedelta(0)
    for number in range(8):
        world.put(f"d{number}", 2, f"changed since the proof {number}")
    kept, keep_fresh = list[str](), loop.keep_fresh

    def counted(tenant: str, mark: int, budget_s: float) -> None:
        kept.append(record(world).model)
        keep_fresh(tenant, mark, budget_s)

    loop.keep_fresh = counted  # type: ignore[method-assign]
    loop.indexer.handle(approval(packet))
    assert record(world).model == world.next
    assert kept == []
    loop.settle()
    assert [version for version, _, _ in world.shown("d3", world.live)] == [2], "it comes to the standby all the same"
