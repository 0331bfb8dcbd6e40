import pytest

from streams.topic_ids import Behind, TopicLogs, TopicMadeAnew


def _stored(until: int) -> TopicLogs:
    return TopicLogs(lambda: {"clicks": "one"}, lambda topic, log, partition: until)


def test_batches_that_go_on_and_batches_that_are_read_again() -> None:
    logs = _stored(10)
    assert logs["clicks"] == "one"
    assert logs.of_batch("clicks", 0, 10, 19) == ("one", None)
    assert logs.of_batch("clicks", 0, 25, 30) == ("one", 19)
    assert logs.of_batch("clicks", 1, 0, 5) == ("one", None)
    assert logs.of_batch("clicks", 0, 10, 40) == ("one", None), "read again after a rebalance or a seek"
    assert logs.of_batch("clicks", 0, 41, 50) == ("one", 40)


def test_a_topic_that_was_made_anew_stops_the_worker() -> None:
    ids = {"clicks": "one"}
    logs = TopicLogs(lambda: dict(ids), lambda topic, log, partition: 10)
    logs.of_batch("clicks", 0, 10, 19)
    logs.verify()
    ids["clicks"] = "two"
    with pytest.raises(TopicMadeAnew, match="clicks was made anew"):
        logs.of_batch("clicks", 0, 0, 5)
    with pytest.raises(TopicMadeAnew, match="clicks was made anew"):
        logs.verify()


def test_what_was_never_stored_is_read_first_and_asked_for_once() -> None:
    logs = _stored(3)
    with pytest.raises(Behind) as behind:
        logs.of_batch("clicks", 0, 10, 19)
    assert behind.value.offset == 3
    assert logs.of_batch("clicks", 0, 7, 9) == ("one", None), "compaction took what lay between"
    assert logs.of_batch("clicks", 0, 10, 19) == ("one", 9)


def test_a_partition_without_anything_new_is_held_against_the_rows_too() -> None:
    logs = _stored(3)
    assert logs.behind("clicks", 0, 3) is None
    assert logs.behind("clicks", 1, 10) == 3
    assert logs.behind("clicks", 1, 10) is None, "asked once: retention may have taken it"
    assert logs.behind("clicks", 2, 0) is None


def test_a_batch_that_the_rows_reach_or_that_begins_the_log_is_not_asked_about() -> None:
    asked = list[str]()

    def ends(topic: str, log: str, partition: int) -> int:
        asked.append(f"{topic}/{log}/{partition}")
        return 40

    logs = TopicLogs(lambda: {"clicks": "one"}, ends)
    logs.of_batch("clicks", 0, 0, 9)
    logs.of_batch("clicks", 1, 30, 60)
    logs.of_batch("clicks", 1, 90, 99)
    assert asked == ["clicks/one/1"]
