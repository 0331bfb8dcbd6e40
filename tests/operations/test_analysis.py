"""What the ledger's rows say; the queries are held against a running stack in tests/console/test_analysis.py."""

import pytest

from operations import analysis
from stores.errors import Refused
from stores.settings import Settings
from stores.warehouse import Warehouse


def test_missing_records_are_summed_over_partitions() -> None:
    assert analysis.missing([]) == 0
    assert analysis.missing([{"missing": 0}, {"missing": 2}, {"missing": 1}]) == 3


@pytest.mark.parametrize(("output", "text"), [("csv", '"n"\n1\n'), ("tsv", "n\n1\n"), ("json", '{"n":1}\n')])
def test_an_answer_is_written_in_the_format_asked_for(stack: Settings, output: str, text: str) -> None:
    warehouse = Warehouse.connect(stack)
    assert analysis.answer(warehouse, "SELECT 1 AS n", output) == text
    with pytest.raises(Refused, match="ClickHouse"):
        analysis.answer(warehouse, "CREATE TABLE t (x Int8) ENGINE = Memory", output)
    warehouse.close()
