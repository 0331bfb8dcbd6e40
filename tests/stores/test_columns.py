"""Columns of every form arrive in ClickHouse as they were meant."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from stores.columns import NoArrowType, Same, arrow_type, rows_of, table_of
from stores.settings import Settings
from stores.warehouse import Warehouse

MOMENT = datetime(2026, 5, 1, 8, 0, 0, 123000, tzinfo=UTC)


def test_types() -> None:
    assert arrow_type("LowCardinality(String)") == pa.string()
    assert arrow_type("Nullable(DateTime64(3, 'UTC'))") == pa.timestamp("ms", "UTC")
    assert arrow_type("Array(LowCardinality(String))") == pa.list_(pa.string())
    for unknown in ("Decimal(9, 2)", "DateTime64(3, 'Europe/Berlin')", "Map(String, Array(String))"):
        with pytest.raises(NoArrowType):
            arrow_type(unknown)


def test_what_does_not_fit_is_an_error() -> None:
    with pytest.raises((pa.ArrowException, OverflowError, TypeError)):
        table_of({"n": "UInt8"}, {"n": [300]})
    with pytest.raises(KeyError):
        table_of({"n": "UInt8"}, {"m": [1]})


def test_every_form_of_column_arrives(stack: Settings, tenant: str) -> None:
    warehouse = Warehouse.connect(stack.model_copy(update={"clickhouse_database": f"test_{tenant}"}))
    try:
        warehouse.execute(
            "CREATE TABLE t (n UInt64, s LowCardinality(String), b String, f Float64, at DateTime64(3, 'UTC'), "
            "then Nullable(DateTime64(3, 'UTC')), l Array(String), d String DEFAULT 'x') ENGINE = MergeTree ORDER BY n"
        )
        columns = {
            "n": np.array([1, 2**63], np.uint64),
            "s": Same("häß"),
            "b": [b"\xff\x00", b""],
            "f": pa.array([0.1, 0.2]),
            "at": [MOMENT, 1_000],
            "then": [None, MOMENT],
            "l": [["a"], []],
        }
        assert rows_of(columns) == 2
        columns["at"] = [MOMENT, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)]
        assert warehouse.insert("t", columns) == 2
        assert warehouse.rows("SELECT n, s, hex(b) AS b, f, at, then, l, d FROM t ORDER BY n") == [
            {"n": 1, "s": "häß", "b": "FF00", "f": 0.1, "at": MOMENT, "then": None, "l": ["a"], "d": "x"},
            {"n": 2**63, "s": "häß", "b": "", "f": 0.2, "at": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
             "then": MOMENT, "l": [], "d": "x"},
        ]  # fmt: skip
        assert warehouse.insert("t", {"n": [], "s": Same("a")}) == 0
        assert warehouse.insert("t", {"n": [5], "at": [1_000]}) == 1
        assert warehouse.insert("t", {"n": [True]}) == 1, "what Arrow does not take, the driver may"
    finally:
        warehouse.execute(f"DROP DATABASE test_{tenant}")
        warehouse.close()
