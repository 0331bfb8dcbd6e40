"""What is lost, in words."""

from operations.losses import Seen, losses
from stores.rebuilds import Rebuild
from stores.serving import ServingRecord, Standby
from tests.schemas.samples import NOW

STANDBY = Standby(model="a", collection="A", until=NOW)
RECORD = ServingRecord(tenant="acme", model="b", collection="B", version=2, standby=STANDBY, moved_at=NOW)
REBUILD = Rebuild(reason="its collection was gone from Milvus", at=NOW, done=3, total=9)


def test_who_lost_nothing_hears_nothing() -> None:
    assert losses(Seen()) == []
    whole = Seen(RECORD, {}, True, {"A", "B", "C"}, 10, 9, 10)
    assert losses(whole) == []
    assert [whole.progress(name) for name in ("A", "B", "C")] == [None, None, None]
    assert losses(Seen(RECORD, {}, True, {"A", "B"}, 10, 9, 8)) == [], "lists that Redis lacks are read when asked for"


def test_a_lost_record_is_not_a_tenant_without_documents() -> None:
    (result,) = losses(Seen(None, {}, True, (), 10, 9, 10))
    assert "being rebuilt, 0 of 9 documents" in result
    assert losses(Seen(None, {}, False, (), 10, 9, 10)) == [], "its first collection is on its way"


def test_a_collection_that_is_gone_or_being_filled_is_named_with_how_far_it_is() -> None:
    seen = Seen(RECORD, {"B": REBUILD}, True, {"B"}, 10, 9, 10)
    live, standby = losses(seen)
    assert live == "B is being rebuilt, 3 of 9 documents, because its collection was gone from Milvus"
    assert standby.startswith("A is gone from Milvus and is being rebuilt by the indexer, 0 of 9 documents")
    assert (seen.progress("A"), seen.progress("B")) == ((0, 9), (3, 9))
    stuck = REBUILD.model_copy(update={"problem": "no model"})
    assert all("no model" in result for result in losses(Seen(RECORD, {"A": stuck, "B": stuck}, True, {"A"}, 9, 9, 9)))


def test_a_milvus_that_is_away_has_lost_nothing_that_is_known() -> None:
    (result,) = losses(Seen(RECORD, {}, True, None, 10, 9, 10))
    assert "not known" in result
    assert Seen(RECORD, {}, True, None, 10, 9, 10).progress("B") is None


def test_a_warehouse_that_lacks_rows_is_told_with_what_to_do() -> None:
    (result,) = losses(Seen(RECORD, {}, True, {"A", "B"}, 1_000, 900, 2_000))
    assert "1,000 of the 2,000 documents" in result
    assert "send their documents again" in result
