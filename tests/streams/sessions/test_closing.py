"""Sessions and pairs converge to what SQL makes of the raw rows: whatever the order, repeats, lateness and crashes."""

import random

import pytest

from schemas.activity import DocumentOpened
from schemas.envelope import Event
from tests.streams.sessions.opening import click
from tests.streams.world import Given, World, traffic


def _batches(records: list[Given], chance: random.Random) -> list[list[Given]]:
    """Cut each partition's records into batches of random length, the partitions mixed."""
    waiting: dict[tuple[str, int], list[Given]] = {}
    for record in records:
        waiting.setdefault((record.topic, record.partition), []).append(record)
    batches = []
    while waiting:
        key = chance.choice(sorted(waiting))
        length = chance.randint(1, 60)
        batches.append(waiting[key][:length])
        waiting[key] = waiting[key][length:]
        if not waiting[key]:
            del waiting[key]
    return batches


def _records(world: World, events: list[Event], chance: random.Random) -> list[Given]:
    records = []
    for event in events:
        topic = "clicks" if isinstance(event, DocumentOpened) else "citation.clicks"
        records += world.records(topic, [event], chance.randrange(2))
    return records


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (1, 2))])
def test_in_whatever_order_with_repeats_and_closings_in_between(world: World, seed: int) -> None:
    chance = random.Random(seed)
    events = traffic(world.tenant, 600, seed)
    for i in range(0, len(events), 40):  # some of it out of order, some far behind
        part = events[i : i + 40]
        chance.shuffle(part)
        events[i : i + 40] = part
    for i in chance.sample(range(len(events)), 30):
        events.insert(chance.randrange(i, len(events)), events.pop(i))
    records = _records(world, [*events, *chance.choices(events, k=50)], chance)
    batches = _batches(records, chance)
    for batch in batches:
        world.process(batch)
        if chance.random() < 0.3:
            world.process(batch)
        if chance.random() < 0.5:
            world.close()
    for batch in chance.sample(batches, len(batches) // 2):
        world.process(batch)
    world.close_all()
    found = world.differences()
    assert found.none, found
    assert world.rows("SELECT count() AS n FROM live_sessions WHERE tenant = {tenant:String}")[0]["n"] > 50
    ledger = world.ledger()
    assert all(counts["missing"] == 0 for counts in ledger.values())
    assert sum(counts["accepted"] for counts in ledger.values()) == len(records)
    assert sum(counts["late"] for counts in ledger.values()) > 0


@pytest.mark.thorough
def test_closers_that_reckoned_the_watermark_at_other_moments(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One closes by what it read some batches ago, one by what it would read only later: further than time has come."""
    chance, slow, hasty = random.Random(11), world.closer(), world.closer()
    batches = _batches(_records(world, traffic(world.tenant, 600, 11), chance), chance)
    reckoned: list[int | None] = [None] * 3
    monkeypatch.setattr(slow, "reached", lambda now: reckoned[-3])
    ahead = 20 * 60 * 1_000
    monkeypatch.setattr(hasty, "reached", lambda now: None if reckoned[-1] is None else reckoned[-1] + ahead)
    for batch in batches:
        world.process(batch)
        reckoned.append(world.closer().reached(world.wall))
        world.close(chance.choice((slow, hasty, world.closer())))
    world.close_all()
    assert world.differences().none
    assert world.rows("SELECT count() AS n FROM late_accesses WHERE tenant = {tenant:String}")[0]["n"] > 0


def test_replaying_everything_changes_nothing(world: World) -> None:
    given = world.feed(*traffic(world.tenant, 200, 9))
    world.close_all()
    before = world.rows("SELECT * EXCEPT revision FROM live_sessions WHERE tenant = {tenant:String} ORDER BY session")
    pairs = world.rows(
        "SELECT * EXCEPT (revision, source_version) FROM live_pairs WHERE tenant = {tenant:String} ORDER BY pair"
    )
    for topic in ("clicks", "citation.clicks"):
        again = [record for record in given if record.topic == topic]
        for start in reversed(range(0, len(again), 30)):
            world.process(again[start : start + 30])
    world.close_all()
    assert before == world.rows(
        "SELECT * EXCEPT revision FROM live_sessions WHERE tenant = {tenant:String} ORDER BY session"
    )
    assert pairs == world.rows(
        "SELECT * EXCEPT (revision, source_version) FROM live_pairs WHERE tenant = {tenant:String} ORDER BY pair"
    )
    assert world.differences().none


def test_a_late_access_merges_two_closed_sessions(world: World) -> None:
    world.feed(click(world, 1, 0), click(world, 2, 3_000), click(world, 3, 90_000, user="other"))
    world.close()
    sql = (
        "SELECT session, event_ids FROM live_sessions WHERE tenant = {tenant:String} AND user = 'u' ORDER BY started_at"
    )
    assert [row["event_ids"] for row in world.rows(sql)] == [["c1"], ["c2"]]
    world.feed(click(world, 4, 1_500))
    world.close()
    assert [row["event_ids"] for row in world.rows(sql)] == [["c1", "c4", "c2"]]
    late = world.rows(
        "SELECT event_id, occurred_at < watermark AS behind FROM late_accesses WHERE tenant = {tenant:String}"
    )
    assert late == [{"event_id": "c4", "behind": 1}]
    world.close_all()
    assert world.differences().none


@pytest.mark.parametrize("behind_ms", [1, 0])
def test_an_access_is_late_from_the_first_millisecond_behind_the_watermark(world: World, behind_ms: int) -> None:
    world.feed(click(world, 1, 0), click(world, 9, 5_000, user="other"))
    world.close()
    reached = 5_000 - world.config.sessions.lateness_s
    world.feed(click(world, 2, reached - behind_ms / 1_000))
    late = world.rows("SELECT event_id FROM late_accesses WHERE tenant = {tenant:String}")
    assert late == [{"event_id": "c2"}] * behind_ms
    world.close_all()
    assert world.differences().none


def test_a_late_access_that_opens_a_closed_session_again(world: World) -> None:
    """The closed session's accesses are no longer in Redis when its run becomes complete for the second time."""
    world.feed(click(world, 1, 0), click(world, 9, 3_500, user="other"))
    world.close()
    world.feed(click(world, 2, 1_700), click(world, 3, 3_490), click(world, 4, 5_200))
    world.close()
    world.close_all()
    (row,) = world.rows("SELECT event_ids FROM live_sessions WHERE tenant = {tenant:String} AND user = 'u'")
    assert row["event_ids"] == ["c1", "c2", "c3", "c4"]
    assert world.differences().none


def test_co_access_pairs_of_a_changed_session_are_no_longer_there(world: World) -> None:
    world.feed(click(world, 1, 0, document="a"), click(world, 2, 100, document="b"), click(world, 3, 90_000, "x"))
    world.close()
    sql = "SELECT anchor_document, document FROM live_pairs WHERE tenant = {tenant:String} AND kind = 'co_access'"
    assert world.rows(sql) == [{"anchor_document": "a", "document": "b"}]
    world.feed(click(world, 0, -1_000, document="z"))
    world.close()
    assert len(world.rows(sql)) == 1, "the session has another first access, so another id: its old pairs are gone"
    world.close_all()
    assert world.differences().none


def test_a_crash_before_writing_after_writing_and_before_removal(world: World) -> None:
    world.feed(*traffic(world.tenant, 150, 4))
    world.wall += int(world.config.sessions.idle_close_s * 1_000) + 1
    for crash_in in ("insert", "finish"):
        closer = world.closer()
        target = closer._warehouse if crash_in == "insert" else closer._accesses
        broken = _Crashing(target, crash_in)
        setattr(closer, "_warehouse" if crash_in == "insert" else "_accesses", broken)
        with pytest.raises(KeyboardInterrupt):
            closer.close_portion(world.wall)
        world.wall += int(world.config.sessions.lease_s * 1_000) + 1
    world.close_all()
    assert world.differences().none


def test_a_crash_between_two_tables_and_then_a_late_access_that_changes_nothing(world: World) -> None:
    given = world.feed(*[click(world, number, 60 * number) for number in range(5)])
    world.wall += int(world.config.sessions.idle_close_s * 1_000) + 1
    closer = world.closer()
    closer._warehouse = _Crashing(closer._warehouse, "insert", after=1)  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        closer.close_portion(world.wall)
    world.process(given)
    world.wall += int(world.config.sessions.lease_s * 1_000) + 1
    world.close_all()
    assert world.rows("SELECT count() AS n FROM live_pairs WHERE tenant = {tenant:String}")[0]["n"] == 10
    assert world.differences().none


@pytest.mark.parametrize("late", ["again", "other"])
def test_a_crash_before_finish_then_between_two_tables_and_then_a_late_access(world: World, late: str) -> None:
    """The session stands with the first crash's revision, its pairs have the second's."""
    given = world.feed(click(world, 1, 0), click(world, 2, 60), click(world, 3, 90_000, user="other"))
    for target, method, after in (("_accesses", "finish", 0), ("_warehouse", "insert", 1)):
        closer = world.closer()
        setattr(closer, target, _Crashing(getattr(closer, target), method, after))
        with pytest.raises(KeyboardInterrupt):
            closer.close_portion(world.wall)
        world.wall += int(world.config.sessions.lease_s * 1_000) + 1
    if late == "again":
        world.process(given)
    else:
        world.feed(click(world, 9, 80_000))
    world.close()
    world.close_all()
    assert world.differences().none


def test_a_late_repeat_with_an_earlier_time_that_leaves_the_order(world: World) -> None:
    world.feed(click(world, 1, 0), click(world, 2, 600), click(world, 3, 90_000, user="other"))
    world.close()
    world.feed(click(world, 2, 300))
    world.close_all()
    assert world.differences().none


class _Crashing:
    """A store in whose named method the process dies, after that was called so often."""

    def __init__(self, inner: object, method: str, after: int = 0) -> None:
        self._inner = inner
        self._method = method
        self._left = after

    def __getattr__(self, name: str) -> object:
        if name == self._method:
            self._left -= 1
            if self._left < 0:
                raise KeyboardInterrupt
        return getattr(self._inner, name)


def test_a_closer_frozen_over_its_lease_cannot_bring_back_what_was(world: World) -> None:
    world.feed(click(world, 1, 0), click(world, 2, 90_000, user="other"))
    frozen, awake = world.closer(), world.closer()
    claim = world.claim()
    world.feed(click(world, 3, -600))
    world.wall += int(world.config.sessions.lease_s * 1_000) + 1
    world.close(awake)
    frozen._write(frozen._compute([claim]))
    assert world.accesses.finish(claim, [claim.users[0].accesses[-1][0]]) == 1
    world.close_all()
    assert world.differences().none


def test_a_closer_frozen_while_its_user_is_forgotten_leaves_nothing_of_them(world: World) -> None:
    world.feed(click(world, 1, 0), click(world, 2, 60), click(world, 3, 90_000, user="other"))
    frozen = world.closer()
    claim = world.claim()
    world.wall += int(world.config.sessions.lease_s * 1_000) + 1
    assert world.accesses.forget(world.tenant, "u", world.wall)
    world.warehouse.execute(
        "ALTER TABLE events UPDATE type = 'Forgotten', user = '' WHERE user = 'u' SETTINGS mutations_sync = 2"
    )
    frozen._write(frozen._compute([claim]))
    world.accesses.finish(claim, [None])
    turns = [world.closer().close_portion(world.wall).users for _ in range(3)]
    assert turns == [2, 0, 0], "somebody of whom nothing is known comes once, beside the other"
    assert world.accesses.open_users() == 0
    assert world.differences().none


@pytest.mark.thorough
def test_a_user_with_ten_thousand_accesses(world: World) -> None:
    world.feed(*(click(world, i, i * 7, user="robot", document=f"d{i % 50}") for i in range(10_000)))
    world.close()
    assert world.redis.zcard(f"test:{{{world.tenant}}}:u:{world.tenant}\x1frobot") < 1_000, "full chunks close early"
    world.close_all()
    assert world.differences().none
    rows = world.rows(
        "SELECT max(accesses) AS most, sum(accesses) AS n FROM live_sessions WHERE tenant = {tenant:String}"
    )
    assert rows == [{"most": 8, "n": 10_000}]


@pytest.mark.parametrize("late", [False, True], ids=["in time", "one late"])
def test_more_accesses_in_a_millisecond_than_a_session_holds(world: World, late: bool) -> None:
    if late:
        world.feed(click(world, 99, 30, user="other"))
        world.close()
        world.feed(click(world, 50, -40))
    world.feed(*(click(world, number, 0) for number in range(20)))
    world.feed(click(world, 100, 120, user="other"))
    world.close()
    world.feed(*(click(world, number, 121) for number in range(30, 50)))
    world.close_all()
    assert world.differences().none


def test_the_oracle_notices_a_wrong_session_and_a_wrong_pair(world: World) -> None:
    world.feed(*traffic(world.tenant, 60, 7))
    world.close_all()
    assert world.differences().none
    row = world.rows("SELECT * FROM live_sessions WHERE tenant = {tenant:String} LIMIT 1")[0]
    world.warehouse.insert("sessions", {k: [v] for k, v in {**row, "accesses": 99, "revision": 2**62}.items()})
    assert world.differences().sessions == 1
    pair = world.rows("SELECT * FROM live_pairs WHERE tenant = {tenant:String} AND kind = 'search_click' LIMIT 1")[0]
    world.warehouse.insert("pairs", {k: [v] for k, v in {**pair, "weight": 77.0, "revision": 2**63 + 1}.items()})
    assert world.differences().pairs >= 1
