"""Where a statement ends and an INSERT's data begin."""

import pytest

from embedded.clickhouse_sql import parse


@pytest.mark.parametrize(
    ("text", "verb", "name"),
    [
        (b"select 1", "SELECT", None),
        (b" -- a comment; FORMAT CSV\n/* another */ SELECT 'FORMAT x' FORMAT JSONEachRow", "SELECT", "JSONEachRow"),
        (b"WITH 1 AS a SELECT a FORMAT TSV SETTINGS max_threads = 1", "WITH", "TSV"),
        (b"SELECT (SELECT 1 FORMAT) , 'it''s' \"FORMAT\" FROM `FORMAT` ", "SELECT", None),
        (b"(SELECT 1) UNION ALL (SELECT 2) FORMAT CSV;", "(", "CSV"),
        (b"CREATE TABLE t (format String) ENGINE = Memory", "CREATE", None),
        (b"SELECT $tag$ ; FORMAT CSV $tag$", "SELECT", None),
        (b"", "", None),
    ],
)
def test_verb_and_format_are_found_outside_of_quotes_and_comments(text: bytes, verb: str, name: str | None) -> None:
    statement = parse(text)
    assert (statement.verb, statement.format, statement.data_at, statement.several) == (verb, name, None, False)


@pytest.mark.parametrize(
    ("head", "name", "data"),
    [
        (b"INSERT INTO t FORMAT CSV\n", "CSV", b"1,2\n"),
        (b"INSERT INTO t FORMAT CSV \r\n", "CSV", b"\n1,2\n"),
        (b"insert into db.format (a, `FORMAT`) SETTINGS async_insert=1 format Native\n", "Native", b"\x02\x00';(\xff"),
        (b"INSERT INTO TABLE FUNCTION file('a.csv', 'CSV', 'x String') FORMAT TSV\n", "TSV", b"x"),
        (b"INSERT INTO t (a, b) VALUES", "Values", b" (1, 'a;b'), (2, now());"),
        (b"INSERT INTO values VALUES", "Values", b" (1)"),
        (b"INSERT INTO t FORMAT JSONEachRow ", "JSONEachRow", b'{"a": 1}'),
    ],
)
def test_data_begin_right_behind_the_statement(head: bytes, name: str, data: bytes) -> None:
    statement = parse(head + data)
    assert (statement.verb, statement.format, statement.several) == ("INSERT", name, False)
    assert (head + data)[statement.data_at :] == data
    assert b"FORMAT CSV" not in statement.insert.upper()
    assert head.startswith(statement.insert)


@pytest.mark.parametrize(
    "text",
    [
        b"INSERT INTO t SELECT 1 FORMAT CSV",
        b"INSERT INTO t (a) WITH 1 AS x SELECT x",
        b"INSERT INTO t FROM INFILE 'x' FORMAT CSV",
    ],
)
def test_an_insert_that_feeds_itself_has_no_data(text: bytes) -> None:
    assert parse(text).data_at is None
    assert not parse(text).reads


@pytest.mark.parametrize("text", [b"SELECT 1; SELECT 2", b"INSERT INTO t SELECT 1; DROP TABLE t", b";;SELECT 1"])
def test_a_second_statement_is_noticed(text: bytes) -> None:
    assert parse(text).several


@pytest.mark.parametrize("text", [b"SELECT 1;", b"SELECT 1 ; -- DROP TABLE t", b"INSERT INTO t SELECT ';';"])
def test_an_end_is_no_second_statement(text: bytes) -> None:
    assert not parse(text).several


def test_reading_is_told_from_writing() -> None:
    assert all(parse(text).reads for text in (b"SHOW TABLES", b"EXPLAIN SELECT 1", b"desc t", b"WITH 1 AS a SELECT a"))
    assert not any(
        parse(text).reads for text in (b"DROP TABLE t", b"SET x = 1", b"SYSTEM FLUSH LOGS", b"WITH x INSERT")
    )
