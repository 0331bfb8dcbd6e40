"""A deleted document's event is delivered once more, as Kafka and every retry do."""

from itertools import permutations

import pytest

from tests.cases.house import House


def test_a_deleted_document_stays_deleted(house: House) -> None:
    """sending an event again changes no result: the document stays deleted"""
    house.emit("other.jsonl", "1.jsonl")
    house.index()
    assert sorted(house.search("vormelin")) == ["news/merger", "news/picnic"]
    house.emit("2.jsonl")
    house.index()
    house.emit("1.jsonl")
    assert house.search("vormelin") == ["news/picnic"]
    house.index()
    assert house.search("vormelin") == ["news/picnic"]
    assert house.world.shown("news/merger") == []


@pytest.mark.parametrize("order", [("2.jsonl", "1.jsonl"), ("2.jsonl", "3.jsonl", "1.jsonl", "2.jsonl")])
def test_a_deletion_that_comes_first_holds(house: House, order: tuple[str, ...]) -> None:
    """a deletion wins over its document of the same version, also when it arrives before it"""
    house.emit("other.jsonl", *order)
    house.index()
    assert house.search("vormelin") == ["news/picnic"]


def test_every_order_has_the_same_end(house: House) -> None:
    """equal versions resolve the same in any order of arrival"""
    ends = set()
    for number, order in enumerate(permutations(("1.jsonl", "3.jsonl", "1.jsonl"))):
        name = f"news/copy-{number}".encode()
        for file in order:
            content = house.content(file).replace(b"news/merger", name)
            house.streams.process(house.streams.records("documents.changes", content.splitlines()))
        (row,) = house.rows(f"SELECT body, deleted FROM documents FINAL WHERE document = '{name.decode()}'")
        ends.add((row["body"], row["deleted"]))
    assert ends == {("the vormelin merger goes on", 0)}
