"""What Redis has lost, or could not know, comes back from the raw rows; and a repair that failed is done again."""

from datetime import timedelta
from typing import Any, NoReturn

import pytest

from schemas.activity import CitationOpened
from stores.errors import Retryable
from tests.streams.sessions.opening import click
from tests.streams.world import BEGAN, World, traffic


def test_when_redis_loses_everything_the_raw_rows_bring_it_back(world: World) -> None:
    events = traffic(world.tenant, 400, 5)
    world.feed(*events[:200])
    world.close()
    world.lose_redis()
    world.feed(*events[200:])
    world.close_all()
    assert world.differences().none


def test_when_redis_loses_the_last_accesses_an_audit_finds_it_out(world: World) -> None:
    world.feed(*traffic(world.tenant, 100, 6))
    assert world.repair.audit(world.wall) is False
    assert world.repair.audit(world.wall) is False
    world.lose_redis()
    assert world.repair.audit(world.wall) is True
    assert world.repair.audit(world.wall) is False
    world.close_all()
    assert world.differences().none


def test_an_access_told_again_with_a_later_date_after_its_session_is_put_right_by_an_audit(world: World) -> None:
    world.feed(click(world, 1, 0), click(world, 2, 10), click(world, 3, 7_200, user="other"))
    world.close()
    world.feed(click(world, 1, 7_300), click(world, 4, 7_360))
    world.close_all()
    assert world.differences().sessions == 2, "one begins with the access that was told again"
    assert world.repair.audit(world.wall) is False
    world.close_all()
    assert world.differences().none
    world.wall += 3_600_000
    world.repair.audit(world.wall)
    assert world.accesses.open_users() == 0


def test_an_audit_that_cannot_look_for_repeats_looks_as_far_back_the_next_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = world.warehouse.query
    asked: list[int] = []

    def away(name: str, **result: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # as the real one
        if name != "sessions_repeated":
            return query(name, **result)
        asked.append(result["since"])
        raise Retryable("away")

    monkeypatch.setattr(world.warehouse, "query", away)
    began = world.wall
    world.repair._looked = began
    for _ in range(4):
        world.wall += 1_800_000
        assert world.repair.audit(world.wall) is False
    assert asked == [(began - 600_000) * 1_000] * 2


@pytest.mark.parametrize("failing", ["accesses_between", "accesses_unclosed", "restore"])
def test_a_repair_that_could_not_be_done_is_done_with_the_next_try(world: World, failing: str) -> None:
    """Nor does a crash in between lose it: all that the second try has is what the stores have."""
    world.feed(click(world, 1, 0), click(world, 2, 60))
    world.lose_redis()
    query, restore = world.warehouse.query, world.accesses.restore
    records = world.records("clicks", [click(world, 3, 120)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            world.warehouse, "query", lambda name, **result: _away() if name == failing else query(name, **result)
        )
        patch.setattr(world.accesses, "restore", lambda *result: _away() if failing == "restore" else restore(*result))
        with pytest.raises(Retryable):
            world.process(records)
    world.process(records)
    world.close_all()
    assert world.differences().none


def _away() -> NoReturn:
    raise Retryable("away")


@pytest.mark.parametrize("searching", [False, True], ids=["no time known", "time known of a search"])
def test_when_redis_loses_everything_and_one_topic_is_read_again_from_its_beginning(
    world: World, searching: bool
) -> None:
    world.feed(click(world, 1, 0))
    cited = CitationOpened(
        event_id="x", tenant=world.tenant, occurred_at=BEGAN + timedelta(seconds=60), user="u", document="a",
        cited=("a",), answer="an", question="why?",
    )  # fmt: skip
    given = world.feed(cited)
    world.close_all()
    world.lose_redis()
    if searching:
        world.accesses.reach("searches/log/0", int(BEGAN.timestamp() * 1_000) + 90_000, world.wall)
        world.close()
    world.process(given)
    world.close_all()
    assert world.differences().none


def test_a_fresh_installation_has_nothing_to_repair(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.repair, "rebuild", lambda now: pytest.fail("nothing was lost"))
    world.feed(click(world, 1, 0), click(world, 2, 60))
    world.feed(click(world, 3, 90_000), partition=1)
    world.close()
    world.feed(click(world, 4, 90_060), partition=2)
    world.close_all()
    world.feed(click(world, 5, 200_000), partition=3)
    world.close_all()
    assert world.differences().none
