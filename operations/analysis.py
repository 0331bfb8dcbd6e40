"""What analysts read: drift windows, training runs, the ledger, and answers to SQL of their own. Nothing is written."""

from collections.abc import Sequence

from stores.warehouse import Row, Warehouse

FORMATS = {
    "table": "PrettyCompactNoEscapes",
    "pretty": "PrettyNoEscapes",
    "json": "JSONEachRow",
    "csv": "CSVWithNames",
    "tsv": "TSVWithNames",
}
"""How an answer to SQL may be written, and ClickHouse's name for it."""

_COUNTED = ("expected", "accepted", "repeated", "dead", "late", "absent", "missing")
_SEEN = ("ndcg_live", "ndcg_candidate", "low", "high", "look", "level", "needed")
"""What a run's row has of the gate."""


def drift(warehouse: Warehouse, tenant: str, signal: str, limit: int) -> list[Row]:
    """Return the newest judged windows, newest first: what was measured, against what, and the verdict.

    An empty `signal` means all of them.
    """
    return warehouse.query("drift_windows", tenant=tenant, signal=signal, limit=limit)


def calibration(warehouse: Warehouse, tenant: str) -> list[Row]:
    """Return what the tenant's quiet windows have taught, a row a signal; none before a window was judged.

    `taught` counts the windows, the reference's too. A quiet window's effect is `expected`, give or take a `spread`;
    from `adds_from` on an effect is evidence, and at `asks_in_two` two windows of it reach the `evidence_limit`.
    """
    rows = warehouse.query("drift_calibration", tenant=tenant)
    return [{**row, "taught": row["reference_windows"] + row["quiet_windows"]} for row in rows]


def runs(warehouse: Warehouse, tenant: str, limit: int) -> list[Row]:
    """Return the newest training runs, newest first: why each began, how it ended, what the gate saw.

    What the gate saw is None where nothing was compared: the run goes on, or ended before.
    """
    return [seen(row) for row in warehouse.query("runs_newest", tenant=tenant, limit=limit)]


def seen(row: Row) -> Row:
    """Return a row of `runs_newest`, whose zeros without a comparison say that there is none. A pure rule."""
    compared = row["ndcg_live"] != 0 or row["ndcg_candidate"] != 0
    return row if compared else row | dict.fromkeys(_SEEN)


def ledger(warehouse: Warehouse, topic: str) -> list[Row]:
    """Return per topic (all if empty) and partition what was expected, accepted, repeated, dead, late, missing."""
    return warehouse.query("ledger", topic=topic)


def by_partition(rows: Sequence[Row]) -> list[Row]:
    """Return a ledger added up over topics that were made anew under the same name."""
    summed: dict[tuple[str, int], Row] = {}
    for row in rows:
        topic, partition = str(row["topic"]), int(row["partition"])
        into = summed.setdefault(
            (topic, partition), {"topic": topic, "partition": partition, **dict.fromkeys(_COUNTED, 0)}
        )
        for name in _COUNTED:
            into[name] += int(row[name])
    return list(summed.values())


def missing(rows: Sequence[Row]) -> int:
    """Return how many records a ledger misses: 0 unless something was lost."""
    return sum(int(row["missing"]) for row in rows)


def answer(warehouse: Warehouse, sql: str, output_format: str) -> bytes:
    """Return the answer to one statement that only reads, in the FORMAT that it names, else in one of `FORMATS`.

    Raises `Refused`, with what ClickHouse says, when the statement is wrong or would write.
    """
    return warehouse.text(sql, FORMATS[output_format])
