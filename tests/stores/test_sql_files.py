import pytest

from stores import sql_files


def test_statements_end_at_a_semicolon_that_ends_its_line_and_comments_stay_with_what_follows() -> None:
    text = "-- one\nSELECT ';' AS a;  \n\n-- two\nSELECT 2\nFROM t;\n-- the end"
    assert sql_files.statements(text) == ("-- one\nSELECT ';' AS a", "-- two\nSELECT 2\nFROM t", "-- the end")
    assert sql_files.statements(" \n") == ()


def test_a_query_is_found_by_its_name_without_its_end() -> None:
    text = sql_files.named("ledger")
    assert "SELECT" in text
    assert not text.endswith(";")
    with pytest.raises(KeyError, match="no query named 'no_such'"):
        sql_files.named("no_such")


def test_migrations_come_in_the_order_of_their_numbers() -> None:
    found = sql_files.migrations()
    assert [migration.number for migration in found] == sorted(migration.number for migration in found)
    assert (found[0].number, found[0].name) == (1, "first")
    assert all(migration.statements for migration in found)
    assert sql_files.schema()
