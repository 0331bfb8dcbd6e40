"""After `forget` no file of the home has the person: no part of ClickHouse, no file of Redis, no log, no model.

ClickHouse keeps files that it replaced for some minutes, Redis what it was told until it rewrites its file. The test
has both done at once, and then reads every byte of every file as whoever got hold of the disk would.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from operations.forget import Forgetting
from schemas.topics import CLICKS
from stores import redis_client
from stores.settings import Settings
from tests.homes import contents
from tests.streams.lives import Streams, day, documents, streams, trained

LIMIT_S = 120.0


@pytest.fixture
def town(stack: Settings, tenant: str) -> Iterator[Streams]:
    """A database of its own, whose replaced files go at once."""
    with streams(stack, f"files_{tenant}") as town:
        tables = "SELECT name FROM system.tables WHERE database = {d:String} AND engine LIKE '%MergeTree'"
        for row in town.warehouse.rows(tables, d=town.warehouse.database):
            town.warehouse.execute(f"ALTER TABLE {row['name']} MODIFY SETTING old_parts_lifetime = 0")
        yield town


def files_with(home: Path, *texts: str) -> set[str]:
    """The files below the home that have one of the texts, in UTF-8 or UTF-16, in any case, by their first folders."""
    wanted = [
        part.encode(encoding) for text in texts for part in (text, text.upper()) for encoding in ("utf-8", "utf-16-le")
    ]
    return {str(path.relative_to(home)) for path, content in contents(home) if any(text in content for text in wanted)}


def positions(found: set[str]) -> set[str]:
    return {"/".join(Path(name).parts[:2]) for name in found}


@pytest.mark.slow
def test_no_file_of_the_home_has_the_person(stack: Settings, town: Streams, tenant: str) -> None:
    user, words = f"p{uuid4().hex}@example.com", f"q{uuid4().hex} how"
    town.take(*documents(tenant, author=user), *day(tenant, user, words), *day(tenant, user.upper(), words, hours=6))
    town.close()
    town.take(*day(tenant, user, f"{words} again", hours=30), *day(tenant, user, f"{words} now", hours=0.2))
    trained(town, tenant)
    town.read(CLICKS, [(None, f"tenant={tenant}&u={user}".encode()), (f"{tenant}\x1f{user}".encode(), b"\xff")])
    before = files_with(stack.home, user, words[:33])
    assert positions(before) >= {"data/clickhouse", "data/redis"}, "what is searched for can be found where it is"
    with Forgetting(town.warehouse, town.accesses, tenant, user) as forgetting:
        forgetting.remove()
    redis = redis_client.connect(stack)
    redis.bgrewriteaof()
    until = time.monotonic() + LIMIT_S
    while left := files_with(stack.home, user, words[:33]):
        assert time.monotonic() < until, sorted(left)
        time.sleep(0.2)
    assert not any(user in str(key) or user.upper() in str(key) for key in redis.scan_iter(count=1_000))
    redis.close()
