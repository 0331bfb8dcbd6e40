"""What the ledger's rows say; the queries are held against a running stack in tests/console/test_analysis.py."""

import pytest

from operations import analysis
from stores.errors import Refused
from stores.settings import Settings
from stores.warehouse import Warehouse


def test_a_topic_that_was_made_anew_is_added_up() -> None:
    counts = {"expected": 5, "accepted": 3, "repeated": 1, "dead": 1, "late": 2, "absent": 0, "missing": 1}
    rows = [
        {"topic": "clicks", "topic_id": name, "partition": partition, **counts}
        for name, partition in (("a", 0), ("b", 0), ("b", 1))
    ]
    first, second = analysis.by_partition(rows)
    assert first == {"topic": "clicks", "partition": 0, **{name: 2 * count for name, count in counts.items()}}
    assert second == {"topic": "clicks", "partition": 1, **counts}
    assert analysis.missing(rows) == analysis.missing([first, second]) == 3


def test_a_run_that_compared_nothing_has_no_scores() -> None:
    none = dict.fromkeys(("ndcg_live", "ndcg_candidate", "low", "high", "look", "level", "needed"), 0)
    running = analysis.seen({"run": "run-1", "verdict": "RUNNING", **none})
    assert running == {"run": "run-1", "verdict": "RUNNING", **dict.fromkeys(none)}
    compared = {"run": "run-2", **none, "ndcg_candidate": 0.1}
    assert analysis.seen(compared) == compared


def test_missing_records_are_summed_over_partitions() -> None:
    assert analysis.missing([]) == 0
    assert analysis.missing([{"missing": 0}, {"missing": 2}, {"missing": 1}]) == 3


@pytest.mark.parametrize(("output", "text"), [("csv", b'"n"\n1\n'), ("tsv", b"n\n1\n"), ("json", b'{"n":1}\n')])
def test_an_answer_is_written_in_the_format_asked_for(stack: Settings, output: str, text: bytes) -> None:
    warehouse = Warehouse.connect(stack)
    assert analysis.answer(warehouse, "SELECT 1 AS n", output) == text
    with pytest.raises(Refused, match="ClickHouse"):
        analysis.answer(warehouse, "CREATE TABLE t (x Int8) ENGINE = Memory", output)
    warehouse.close()
