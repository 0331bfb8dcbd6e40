"""Whether a standby is there and complete: read from Milvus by key, against what is recorded."""

import pytest

from operations import standby
from stores.errors import Refused, Retryable
from stores.rebuilds import Rebuild
from stores.serving import ServingRecord
from stores.warehouse import Warehouse
from tests.indexer.world import NOW, World


def record(both: World) -> ServingRecord:
    found = both.serving.record(both.tenant)
    assert found is not None
    assert found.standby is not None
    return found


def check(both: World) -> None:
    standby.check(both.serving, both.vectors, lambda: both.warehouse, record(both))


@pytest.mark.thorough
def test_a_standby_that_is_fresh_or_as_far_as_live_may_take_over(both: World) -> None:
    check(both)
    both.put("d0", 2, "changed and applied to neither")
    both.put("new", 1, "applied to neither")
    both.put("d1", 2, deleted=True)
    check(both)
    assert both.sync.advance(both.target(both.next), 60).finished
    check(both)


@pytest.mark.thorough
def test_one_that_is_gone_or_being_filled_may_not(both: World) -> None:
    collection = both.target(both.next).collection
    both.serving.rebuilds.save(both.tenant, collection, Rebuild(reason="r", at=NOW, done=4, total=10))
    with pytest.raises(Refused, match=f"{collection} is being rebuilt, 4 of 10 documents; nothing was moved"):
        check(both)
    both.serving.rebuilds.finish(both.tenant, collection)
    check(both)
    both.vectors.drop(collection)
    with pytest.raises(Refused, match=f"{collection} is gone from Milvus; nothing was moved"):
        check(both)


@pytest.mark.thorough
def test_one_that_lacks_what_live_has_shown_for_long_may_not(both: World, monkeypatch: pytest.MonkeyPatch) -> None:
    both.put("later", 1, "applied to live only")
    assert both.sync.advance(both.target(), 60).finished
    check(both)
    monkeypatch.setattr(standby, "COMING_S", 0)
    with pytest.raises(Refused, match="lacks 1 of 11 documents"):
        check(both)


@pytest.mark.thorough
def test_one_that_has_not_been_kept_fresh_for_long_may_not(both: World, monkeypatch: pytest.MonkeyPatch) -> None:
    both.put("d0", 2, "a newer text, shown by what is live alone")
    assert both.sync.advance(both.target(), 60).finished
    check(both)
    monkeypatch.setattr(standby, "STUCK_S", 0)
    with pytest.raises(Refused, match="older versions of 1 documents"):
        check(both)
    assert both.sync.advance(both.target(both.next), 60).finished
    check(both)


@pytest.mark.thorough
def test_rows_that_are_recorded_and_not_there_are_found_out_unless_their_document_goes_meanwhile(both: World) -> None:
    collection, paused = both.target(both.next).collection, list[float]()
    both.vectors.delete(collection, ["d3#0"])
    with pytest.raises(Refused, match=r"of 10 documents read back .*1 are not there whole \(d3\).*tidewheel rebuild"):
        standby.check_complete(both.vectors, both.warehouse, record(both), paused.append)
    assert len(paused) == 3

    def goes(seconds: float) -> None:
        both.put("d3", 2, deleted=True)
        assert both.sync.advance(both.target(both.next), 60).finished

    standby.check_complete(both.vectors, both.warehouse, record(both), goes)


@pytest.mark.thorough
def test_while_the_warehouse_is_away_rows_are_counted(both: World) -> None:
    def away() -> Warehouse:
        raise Retryable("ClickHouse did not answer")

    standby.check(both.serving, both.vectors, away, record(both))
    both.vectors.delete(both.target(both.next).collection, ["d3#0"])
    with pytest.raises(Refused, match=r"has 9 passages, .* has 10; nothing was moved"):
        standby.check(both.serving, both.vectors, away, record(both))
    both.vectors.drop(both.target().collection)
    standby.check(both.serving, both.vectors, away, record(both))
    both.vectors.delete(both.target(both.next).collection, [f"d{n}#0" for n in range(10)])
    with pytest.raises(Refused, match="has 0 passages"):
        standby.check(both.serving, both.vectors, away, record(both))
