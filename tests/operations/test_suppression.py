"""Who is forgotten for good: in every spelling, within a second, and never "nobody" because Redis is away."""

import pytest

from operations.suppression import Suppression
from stores.errors import Retryable


class Hashes:
    """A list in memory, which can be away."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.away = False
        self.reads = 0

    def read(self) -> frozenset[str]:
        self.reads += 1
        if self.away:
            raise Retryable("Redis does not answer")
        return frozenset(self.known)

    def add(self, digest: str) -> None:
        self.known.add(digest)

    def remove(self, digest: str) -> None:
        self.known.discard(digest)


class World:
    """Two processes that share a list, and their clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.hashes = Hashes()
        self.one, self.two = (Suppression(self.hashes, b"secret", lambda: self.now) for _ in range(2))


@pytest.fixture
def world() -> World:
    return World()


def test_a_person_is_one_in_every_spelling_of_one_tenant(world: World) -> None:
    world.one.add("acme", "Kim@x.org")
    world.two.refresh()
    assert all(world.two.names("acme", name) for name in ("kim@x.org", "KIM@X.ORG", "kim%40x.org", "\uff4bim@x.org"))
    assert not world.two.names("acme", "tim@x.org")
    assert not world.two.names("other", "kim@x.org")
    assert not world.two.names("acme", None)
    assert "kim" not in str(world.hashes.known)


def test_it_holds_within_a_second_and_the_list_is_read_no_more_often(world: World) -> None:
    world.two.refresh()
    world.one.add("acme", "kim")
    world.two.refresh()
    assert (world.two.names("acme", "kim"), world.hashes.reads, world.two.stale) == (False, 1, False)
    world.now += 1.0
    assert world.two.stale
    world.two.refresh()
    assert world.two.names("acme", "kim")
    world.one.lift("acme", "KIM")
    world.now += 1.0
    world.two.refresh()
    assert not world.two.names("acme", "kim")


def test_without_redis_what_was_read_counts_and_nothing_is_made_up(world: World) -> None:
    world.hashes.away = True
    with pytest.raises(Retryable):
        world.one.refresh()
    world.hashes.away = False
    world.one.add("acme", "kim")
    world.one.refresh()
    world.hashes.away = True
    world.now += 5.0
    world.one.refresh()
    assert world.one.names("acme", "kim")
    assert not world.one.stale, "it is not asked at every request meanwhile"


def test_another_installation_s_hash_names_nobody_here(world: World) -> None:
    world.one.add("acme", "kim")
    other = Suppression(world.hashes, b"another", lambda: 0.0)
    other.refresh()
    assert not other.names("acme", "kim")
