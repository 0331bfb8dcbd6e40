import pytest

from streams.logs import TopicLogs, TopicMadeAnew


def test_batches_that_go_on_and_batches_that_are_read_again() -> None:
    logs = TopicLogs(lambda: {"clicks": "one"})
    assert logs["clicks"] == "one"
    assert logs.of_batch("clicks", 0, 10, 19) == ("one", None)
    assert logs.of_batch("clicks", 0, 25, 30) == ("one", 19)
    assert logs.of_batch("clicks", 1, 0, 5) == ("one", None)
    assert logs.of_batch("clicks", 0, 10, 40) == ("one", None), "read again after a rebalance or a seek"
    assert logs.of_batch("clicks", 0, 41, 50) == ("one", 40)


def test_a_topic_that_was_made_anew_stops_the_worker() -> None:
    ids = {"clicks": "one"}
    logs = TopicLogs(lambda: dict(ids))
    logs.of_batch("clicks", 0, 10, 19)
    ids["clicks"] = "two"
    with pytest.raises(TopicMadeAnew, match="clicks was made anew"):
        logs.of_batch("clicks", 0, 0, 5)
