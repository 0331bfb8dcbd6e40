"""SQL files: fragments stand where they are included, statements are cut where a line ends."""

import re
from pathlib import Path

import pytest

from stores import sql_files

SQL = sql_files.directory()
REPEATABLE = re.compile(
    r"^CREATE ((MATERIALIZED )?VIEW|TABLE|OR REPLACE VIEW) |"
    r"^INSERT INTO (document_links|message_scopes|documents_given_up|query_clicks)$|"
    r"^ALTER TABLE \w+ ADD INDEX IF NOT EXISTS |"
    r"^ALTER TABLE \w+\n(    ADD COLUMN IF NOT EXISTS [^\n]+(,\n|\Z))+(    MODIFY ORDER BY [^\n]+)?\Z",
    re.MULTILINE,
)
"""Also rows of a table whose key is the whole row, or all but its greatest time: written twice they are one. A key may
grow by the columns that the same statement adds; what it is already, it stays."""
FRAGMENTS = sorted(path.stem for path in SQL.glob("fragments/*.sql"))
QUERIES = {path.stem: path.read_text() for path in sorted(SQL.glob("queries/*.sql"))}


def test_a_query_is_its_file_without_the_last_semicolon() -> None:
    assert sql_files.named("clock") == QUERIES["clock"].strip().removesuffix(";")
    with pytest.raises(KeyError, match="no_such_query"):
        sql_files.named("no_such_query")


def test_an_include_stands_for_its_fragment() -> None:
    pairs = sql_files.named("pairs_oracle")
    assert "include:" not in pairs
    fragment = (SQL / "fragments" / "oracle_sessions.sql").read_text().rstrip("\n")
    assert f"{fragment},\n    near AS" in pairs
    assert fragment in sql_files.named("sessions_oracle")


@pytest.mark.parametrize("name", FRAGMENTS)
def test_every_fragment_is_shared(name: str) -> None:
    assert sum(bool(re.search(rf"^-- include: {name},?$", text, re.MULTILINE)) for text in QUERIES.values()) >= 2


def test_session_rules_stand_in_sql_once() -> None:
    texts = [*QUERIES.values(), *(path.read_text() for path in Path(SQL / "fragments").glob("*.sql"))]
    assert sum("lagInFrame(time" in text for text in texts) == 1


def test_migrations_are_the_only_schema() -> None:
    assert [path.name for path in SQL.glob("*.sql")] == []
    statements = [s for migration in sql_files.migrations() for s in migration.statements]
    repeatable = [s for s in statements if REPEATABLE.search(s)]
    assert len(repeatable) == len(statements), "a statement of another kind is not harmless when two processes apply it"


def test_who_is_forgotten_is_looked_up_in_one_view() -> None:
    assert not [name for name, text in QUERIES.items() if "what = 'user'" in text]


def test_statements_end_where_a_semicolon_ends_a_line() -> None:
    text = "-- one\nSELECT ';' AS a;  \n\n-- two\nSELECT 2\nFROM t;\n-- the end"
    assert sql_files.statements(text) == ("-- one\nSELECT ';' AS a", "-- two\nSELECT 2\nFROM t", "-- the end")
    assert sql_files.statements(" \n") == ()


def test_migrations_are_numbered_without_gap_and_repeat() -> None:
    numbers = [migration.number for migration in sql_files.migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert sql_files.migrations()[0].name == "first"


def test_a_view_is_what_its_newest_migration_says() -> None:
    views = sql_files.views()
    (runs,) = (view for view in views if "VIEW runs AS" in view)
    assert "AS rung" in runs
    assert all(view.count("CREATE OR REPLACE VIEW ") == 1 for view in views)
    assert not any("MATERIALIZED" in view for view in views)
