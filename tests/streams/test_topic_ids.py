import pytest

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
    told = {"clicks": "one"}
    ids = TopicIds(lambda: dict(told), lambda topic, topic_id, partition: 10)
    ids.of_batch("clicks", 0, 10, 19)
    ids.verify()
    told["clicks"] = "two"
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
