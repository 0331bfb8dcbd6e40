"""A list is narrowed and the version stays: the same document, shown to fewer."""

from tests.cases.house import House

BOTH = ["people/bonus", "people/canteen"]


def test_nobody_outside_finds_it_once_the_event_is_stored(house: House) -> None:
    """within 2 s nobody outside the group finds the document, whatever the index does"""
    house.emit("1.jsonl")
    house.index()
    assert sorted(house.search("quarplex")) == BOTH
    assert house.emit("2.jsonl") == []
    assert house.search("quarplex") == ["people/canteen"], "before anything is indexed"
    assert sorted(house.search("quarplex", "people-team")) == BOTH


def test_warehouse_and_search_say_the_same(house: House) -> None:
    """never accepted with a list in the warehouse and another in search"""
    house.emit("1.jsonl")
    house.index()
    house.emit("2.jsonl")
    house.index()
    (row,) = house.rows(
        "SELECT acl FROM current_documents WHERE tenant = {tenant:String} AND document = 'people/bonus'"
    )
    assert row["acl"] == ["people-team"]
    assert {groups for *_, groups in house.world.shown("people/bonus")} == {("people-team",)}
    assert house.search("quarplex") == ["people/canteen"]
    assert house.letters() == []


def test_the_order_of_arrival_changes_nothing(house: House) -> None:
    """the wider list, sent again later, brings the document back to nobody"""
    house.emit("2.jsonl", "1.jsonl")
    house.index()
    assert house.search("quarplex") == ["people/canteen"]
    house.emit("1.jsonl")
    house.index()
    assert house.search("quarplex") == ["people/canteen"]
