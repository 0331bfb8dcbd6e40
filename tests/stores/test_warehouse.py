from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from stores import sql_files
from stores.columns import Column
from stores.errors import Misconfigured, Refused, Retryable
from stores.settings import Settings
from stores.warehouse import Warehouse


@pytest.fixture
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    connected = Warehouse.connect(stack)
    connected.migrate()
    yield connected
    connected.close()


def in_database(stack: Settings, name: str) -> Warehouse:
    return Warehouse.connect(stack.model_copy(update={"clickhouse_database": name}))


def test_migrating_again_does_nothing(stack: Settings, tenant: str) -> None:
    warehouse = in_database(stack, f"{tenant.replace('-', '_')}_twice")
    assert warehouse.migrate()
    assert warehouse.migrate() == []


@pytest.mark.thorough
def test_a_slower_process_applies_nothing_that_another_has_applied_meanwhile(
    stack: Settings, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = in_database(stack, f"{tenant.replace('-', '_')}_raced")
    right, asked = slow._migrated, list[set[int]]()

    def meanwhile() -> set[int]:
        asked.append(right())
        if len(asked) == 1:
            in_database(stack, slow.database).migrate()
        return asked[-1]

    monkeypatch.setattr(slow, "_migrated", meanwhile)
    assert slow.migrate() == []
    assert "rung" in slow.types_of("runs")


@pytest.mark.thorough
def test_views_that_a_slower_process_made_are_made_anew_by_whoever_applies_the_last(
    stack: Settings, tenant: str
) -> None:
    warehouse = in_database(stack, f"{tenant.replace('-', '_')}_anew")
    warehouse.migrate()
    (older,) = (made for made in sql_files.migrations()[4].statements if "REPLACE VIEW runs" in made)
    warehouse.execute(older)
    assert "rung" not in warehouse.types_of("runs")
    last = sql_files.migrations()[-1].number
    warehouse.execute(f"ALTER TABLE migrations DELETE WHERE number = {last} SETTINGS mutations_sync = 2")
    with ThreadPoolExecutor() as at_once:
        again = [in_database(stack, warehouse.database) for _ in range(4)]
        assert any(at_once.map(Warehouse.migrate, again))
    assert "rung" in in_database(stack, warehouse.database).types_of("runs")


@pytest.mark.thorough
def test_views_of_a_later_version_stay(stack: Settings, tenant: str) -> None:
    warehouse = in_database(stack, f"{tenant.replace('-', '_')}_later")
    warehouse.migrate()
    warehouse.execute("CREATE OR REPLACE VIEW looks AS SELECT 1 AS of_a_later_version")
    warehouse.insert("migrations", {"number": [9_999], "name": ["later"]})
    last = sql_files.migrations()[-1].number
    warehouse.execute(f"ALTER TABLE migrations DELETE WHERE number = {last} SETTINGS mutations_sync = 2")
    assert len(warehouse.migrate()) == 1
    assert warehouse.types_of("looks").keys() == {"of_a_later_version"}


def test_inserting_a_row_again_shows_it_once(stack: Settings, tenant: str) -> None:
    warehouse = in_database(stack, f"{tenant.replace('-', '_')}_rows")
    warehouse.migrate()
    columns: dict[str, Column] = {"tenant": ["a"], "document": ["d"], "version": [3], "title": ["t"]}
    warehouse.insert("documents", columns)
    warehouse.insert("documents", columns)
    warehouse.insert("documents", columns | {"version": [2], "title": ["older"]})
    assert warehouse.rows("SELECT title FROM current_documents") == [{"title": "t"}]


def test_a_missing_table_says_what_to_do(stack: Settings, tenant: str) -> None:
    warehouse = in_database(stack, f"{tenant.replace('-', '_')}_empty")
    with pytest.raises(Misconfigured, match="tidewheel up"):
        warehouse.rows("SELECT 1 FROM nowhere")


def test_a_warehouse_that_is_away_can_be_waited_for(stack: Settings) -> None:
    away = stack.model_copy(update={"clickhouse_url": type(stack.clickhouse_url)("http://127.0.0.1:9")})
    with pytest.raises(Retryable, match="tidewheel up"):
        Warehouse.connect(away, timeout_s=2)


def test_every_named_query_says_in_its_first_line_what_it_answers() -> None:
    for path in sorted(sql_files.directory().glob("queries/*.sql")):
        assert path.read_text().startswith("-- "), path.name


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE drift", "DROP VIEW drift", "TRUNCATE TABLE events", "ALTER TABLE events DELETE WHERE 1",
        "INSERT INTO forgetting VALUES ('a', 'b', 'c')", "CREATE TABLE x (a Int8) ENGINE = Memory",
        "DELETE FROM events WHERE 1",
        "/* SELECT */ DROP TABLE drift", "SYSTEM FLUSH LOGS", "RENAME TABLE events TO e", "OPTIMIZE TABLE events",
    ],
)  # fmt: skip
def test_an_analysts_statement_only_reads(warehouse: Warehouse, statement: str) -> None:
    before = warehouse.text("SHOW TABLES")
    with pytest.raises(Refused):
        warehouse.text(statement)
    assert warehouse.text("SHOW TABLES") == before


@pytest.mark.parametrize(
    ("statement", "result"),
    [
        ("SELEC 1", "Syntax error.*SELEC"), ("SELECT FROM WHERE", "Syntax error"), ("SELECT 1; SELECT 2", "Multi"),
        ("SELECT * FROM nope", "SHOW TABLES"), ("SELECT nope", "nope"),
        ("SELECT * FROM file('/etc/hostname')", "is not allowed"), ("SELECT 1 INTO OUTFILE 'x'", "is not allowed"),
    ],
)  # fmt: skip
def test_a_wrong_statement_is_told_in_one_line(warehouse: Warehouse, statement: str, result: str) -> None:
    with pytest.raises(Refused, match=result) as refused:
        warehouse.text(statement)
    assert len(str(refused.value)) < 400
