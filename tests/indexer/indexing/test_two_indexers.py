"""Two indexers that share a tenant: whoever is paused anywhere, replaced, and wakes, can do nothing that lasts.

The stores are real. A pause is a point between two of an indexer's calls of its stores: there the other one takes the
lease, documents change, and all of it is applied. Then the paused one goes on, or is dead after its next call, which
was on its way.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from indexer.feed.documents import Documents
from indexer.indexing.sync import Sync
from indexer.proof.read_back import ReadBack
from stores.service import Stopped
from tests.indexer.world import World

NAMES = ("a", "b", "c")
ROUNDS = count()
"""Every example has documents of its own; those of earlier ones stay as they are."""


class Killed(BaseException):
    """The process is gone; nothing of it runs any more."""


class Counting:
    """A store whose every call is counted, before and after it is made."""

    def __init__(self, store: object, before: Callable[[], None], after: Callable[[], None]) -> None:
        self._store, self._before, self._after = store, before, after

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the store has
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def call(*arguments: object, **options: object) -> object:
            self._before()
            result = found(*arguments, **options)
            self._after()
            return result

        return call


class Paused:
    """An indexer that holds the lease until it is paused before its call number `pause_at`."""

    def __init__(self, world: World, pause_at: int, meanwhile: Callable[[], None], dies: bool) -> None:
        self.calls, self.pause_at, self.meanwhile, self.dies = 0, pause_at, meanwhile, dies
        documents, self.woke = Documents(world.warehouse), False
        documents.record = self._wrapped(documents.record)  # type: ignore[method-assign]  # its writes pause, too
        self.sync = Sync(
            documents, Counting(world.vectors, self._before, self._after),  # type: ignore[arg-type]  # it stands for it
            world.encoders, world.config, world.clock, lambda seconds: None, check_lease=self._check,
        )  # fmt: skip

    def _wrapped(self, record: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: object, **options: object) -> None:
            self._before()
            record(*arguments, **options)
            self._after()

        return call

    def _check(self) -> None:
        if self.woke:
            raise Stopped("the lease went to somebody else")

    def _before(self) -> None:
        self.calls += 1
        if self.calls == self.pause_at and not self.woke:
            self.woke = True
            self.meanwhile()

    def _after(self) -> None:
        if self.woke and self.dies:
            raise Killed


CHANGE = st.tuples(st.sampled_from(NAMES), st.sampled_from(("text", "list", "delete")))
CHANGES = st.lists(CHANGE, min_size=1, max_size=4)


def change(
    world: World, versions: dict[str, tuple[int, bool]], changes: Sequence[tuple[str, str]], round_: int
) -> None:
    """Make these changes, and note the version of each document and whether it is there."""
    for letter, kind in changes:
        name = f"{letter}{round_}"
        version = versions.get(name, (0, False))[0] + 1
        text = f"text {version} of {name}" if kind == "text" else f"the text of {name}"
        acl = ("board",) if kind == "list" else ("everyone",)
        world.put(name, version, text, acl=acl, deleted=kind == "delete")
        versions[name] = version, kind != "delete"


@pytest.mark.slow
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
@given(CHANGES, CHANGES, CHANGES, st.integers(1, 12), st.booleans(), st.booleans())
@example([("a", "text")], [("a", "delete")], [("a", "text")], 2, True, False)
@example([("a", "text")], [("a", "delete")], [("a", "text")], 3, True, False)
@example([("a", "text")], [("a", "text")], [("a", "delete")], 3, False, False)
@example([("a", "text")], [("a", "text")], [("a", "delete")], 4, False, False)
def test_whatever_a_stale_holder_does_the_collection_ends_as_the_documents_are(
    world: World,
    first: list[tuple[str, str]],
    second: list[tuple[str, str]],
    third: list[tuple[str, str]],
    pause_at: int,
    dies: bool,
    repairs: bool,
) -> None:
    versions, holders, target, round_ = dict[str, tuple[int, bool]](), list[Sync](), world.target(), next(ROUNDS)
    change(world, versions, first, round_)
    world.fill()

    def meanwhile() -> None:
        change(world, versions, third, round_)
        holders.append(world.new_sync())
        assert holders[0].advance(target, 60).finished

    change(world, versions, second, round_)
    stale = Paused(world, pause_at, meanwhile, dies)
    try:
        if repairs:
            reader = ReadBack(stale.sync, 10, world.clock)
            reader.repair(target, reader.look(target, world.documents.ids(world.tenant), "", None))
        stale.sync.advance(target, 60)
    except (Stopped, Killed):
        assert stale.woke
    holder = holders[0] if holders else world.new_sync()
    assert holder.advance(target, 60).finished
    if not dies:
        assert shown(world, versions) == expected(versions), "it said itself what is to be made anew"
    world.clock.ahead += timedelta(seconds=61)  # no call of the other one can be under way any more
    holder.compare(target)
    assert holder.advance(target, 60).finished
    assert shown(world, versions) == expected(versions)


def shown(world: World, versions: dict[str, tuple[int, bool]]) -> dict[str, list[int]]:
    return {name: [version for version, _, _ in world.shown(name)] for name in versions}


def expected(versions: dict[str, tuple[int, bool]]) -> dict[str, list[int]]:
    return {name: [version] if there else [] for name, (version, there) in versions.items()}
