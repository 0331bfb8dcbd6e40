import pytest

from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.topic_ids import Behind, TopicIds, TopicMadeAnew


def _stored(until: int) -> TopicIds:
    return TopicIds(lambda: {"clicks": "one"}, lambda topic, topic_id, partition: until)


def test_batches_that_go_on_and_batches_that_are_read_again() -> None:
    ids = _stored(10)
    assert ids["clicks"] == "one"
    assert ids.of_batch("clicks", 0, 10, 19) == ("one", None)
    assert ids.of_batch("clicks", 0, 25, 30) == ("one", 19)
    assert ids.of_batch("clicks", 1, 0, 5) == ("one", None)
    assert ids.of_batch("clicks", 0, 10, 40) == ("one", None), "read again after a rebalance or a seek"
    assert ids.of_batch("clicks", 0, 41, 50) == ("one", 40)


def test_a_topic_that_was_made_anew_stops_the_worker() -> None:
    result = {"clicks": "one"}
    ids = TopicIds(lambda: dict(result), lambda topic, topic_id, partition: 10)
    ids.of_batch("clicks", 0, 10, 19)
    ids.verify()
    result["clicks"] = "two"
    with pytest.raises(TopicMadeAnew, match="clicks was made anew"):
        ids.of_batch("clicks", 0, 0, 5)
    with pytest.raises(TopicMadeAnew, match="clicks was made anew"):
        ids.verify()


def test_what_was_never_stored_is_read_first_and_asked_for_once() -> None:
    ids = _stored(3)
    with pytest.raises(Behind) as behind:
        ids.of_batch("clicks", 0, 10, 19)
    assert behind.value.offset == 3
    assert ids.of_batch("clicks", 0, 7, 9) == ("one", 2), "compaction took what lay between"
    assert ids.of_batch("clicks", 0, 10, 19) == ("one", 9)


def test_what_the_broker_lacks_behind_a_hole_is_told_with_the_first_batch_after_it() -> None:
    ids = _stored(3)
    assert ids.behind("clicks", 0, 10) == 3
    assert ids.of_batch("clicks", 0, 3, 9) == ("one", None), "nothing is lacking"
    ids = _stored(3)
    assert ids.behind("clicks", 0, 10) == 3
    assert ids.of_batch("clicks", 0, 5, 9) == ("one", 2)


def test_where_reading_begins_is_compared_again_when_partitions_are_given_out_anew() -> None:
    """A seek backwards whose commit was lost in a rebalance leaves a hole, if the worker relies on what it saw."""
    ends = [0, 4, 30]
    ids = TopicIds(lambda: {"clicks": "one"}, lambda topic, topic_id, partition: ends.pop(0))
    assert ids.behind("clicks", 0, 20, 1) == 0
    assert ids.behind("clicks", 0, 20, 1) is None, "once"
    assert ids.of_batch("clicks", 0, 0, 3, 1) == ("one", None)
    with pytest.raises(Behind) as behind:
        ids.of_batch("clicks", 0, 20, 29, 2)
    assert behind.value.offset == 4
    assert ids.of_batch("clicks", 0, 4, 29, 2) == ("one", None)
    assert ids.behind("clicks", 0, 30, 3) is None


def test_a_batch_of_an_assignment_that_is_over_changes_nothing_of_the_present_one() -> None:
    ids = _stored(10)
    assert ids.of_batch("clicks", 0, 10, 19, 2) == ("one", None)
    assert ids.of_batch("clicks", 0, 50, 59, 1) == ("one", None)
    assert ids.behind("clicks", 0, 50, 1) is None
    assert ids.of_batch("clicks", 0, 25, 30, 2) == ("one", 19)


def test_what_another_worker_read_meanwhile_is_not_said_to_be_gone() -> None:
    ids = _stored(800)
    ids.of_batch("clicks", 0, 500, 520, 1)
    assert ids.of_batch("clicks", 0, 800, 820, 2) == ("one", None), "521 to 799 are not absent"


STORED = [
    ("nothing", 0, [], [], 0),
    ("nothing, of a topic whose beginning is gone", 7, [], [], 7),
    ("all", 0, [(0, 4), (5, 9)], [], 10),
    ("some, twice", 0, [(0, 9), (3, 4), (0, 4)], [], 10),
    ("the beginning is missing", 0, [(6, 9)], [], 0),
    ("the beginning is missing and gone", 6, [(6, 9)], [], 10),
    ("a hole", 0, [(0, 4), (8, 9), (12, 20)], [], 5),
    ("a hole that the broker lacks", 0, [(0, 4), (8, 9)], [(5, 7)], 10),
    ("a hole of which the broker has a part", 6, [(0, 4), (8, 9)], [], 6),
    ("a hole that is gone", 8, [(0, 4), (8, 9)], [], 10),
    ("less than the broker has lost", 30, [(0, 9)], [], 30),
]


@pytest.mark.parametrize(("kept", "batches", "absent", "end"), [row[1:] for row in STORED], ids=[r[0] for r in STORED])
def test_rows_end_at_their_first_hole(
    stack: Settings, tenant: str, kept: int, batches: list[tuple[int, int]], absent: list[tuple[int, int]], end: int
) -> None:
    warehouse = Warehouse.connect(stack)
    warehouse.migrate()
    rows = len(batches)
    warehouse.insert(
        "batches",
        {
            "topic": ["clicks"] * rows,
            "topic_id": [tenant] * rows,
            "partition": [0] * rows,
            "first_offset": [first for first, _ in batches],
            "last_offset": [last for _, last in batches],
            "absent_from": [[first for first, _ in absent]] * rows,
            "absent_to": [[last for _, last in absent]] * rows,
        },
    )
    found = warehouse.query("stored_until", topic="clicks", topic_id=tenant, partition=0, kept=kept)
    assert found == [{"end": end}]
    warehouse.close()


def test_a_partition_without_anything_new_is_held_against_the_rows_too() -> None:
    ids = _stored(3)
    assert ids.behind("clicks", 0, 3) is None
    assert ids.behind("clicks", 1, 10) == 3
    assert ids.behind("clicks", 1, 10) is None, "asked once: retention may have taken it"
    assert ids.behind("clicks", 2, 0) is None


def test_a_batch_that_the_rows_reach_or_that_begins_the_log_is_not_asked_about() -> None:
    asked = list[str]()

    def ends(topic: str, topic_id: str, partition: int) -> int:
        asked.append(f"{topic}/{topic_id}/{partition}")
        return 40

    ids = TopicIds(lambda: {"clicks": "one"}, ends)
    ids.of_batch("clicks", 0, 0, 9)
    ids.of_batch("clicks", 1, 30, 60)
    ids.of_batch("clicks", 1, 90, 99)
    assert asked == ["clicks/one/1"]
