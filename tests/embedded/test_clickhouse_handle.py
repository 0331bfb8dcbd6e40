"""An INSERT is answered 200 when its rows are stored, and with ClickHouse's error when they are not."""

import json
import resource
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.asking import Address, ask, code
from tests.embedded.conftest import Start

FULL = {"75", "243"}
"""ClickHouse's codes for a disk without room: cannot write, not enough space."""


@pytest.fixture
def tables(address: Address, database: str) -> str:
    """Tables that keep what they are given, or not."""
    for statement in (
        "CREATE TABLE narrow (a Int32, CONSTRAINT small CHECK a < 10) ENGINE = MergeTree ORDER BY a",
        "CREATE TABLE viewed (a Int32) ENGINE = MergeTree ORDER BY a",
        "CREATE TABLE sums (a Int32) ENGINE = MergeTree ORDER BY a",
        "CREATE MATERIALIZED VIEW failing TO sums AS SELECT throwIf(a = 5)::Int32 AS a FROM viewed",
        "CREATE TABLE split (a Int32) ENGINE = MergeTree ORDER BY a PARTITION BY a",
        "CREATE TABLE parts (a Int32) ENGINE = MergeTree ORDER BY a SETTINGS parts_to_throw_insert = 1",
    ):
        assert ask(address, statement, database=database)[0] == 200
    return database


@pytest.mark.parametrize(
    ("target", "data", "status", "number"),
    [
        ("narrow FORMAT CSV", b"1\n50\n", 500, "469"),
        ("narrow (a) VALUES", b"(1), (50)", 500, "469"),
        ("narrow FORMAT JSONEachRow", b'{"a": 50}', 500, "469"),
        ("narrow FORMAT CSV", b"1\nabc\n", 400, "117"),
        ("narrow (nope) FORMAT CSV", b"1\n", 404, "16"),
        ("nowhere FORMAT CSV", b"1\n", 404, "60"),
        ("viewed FORMAT CSV", b"5\n", 500, "395"),
        ("split SETTINGS max_partitions_per_insert_block = 2 FORMAT CSV", b"1\n2\n3\n", 500, "252"),
    ],
)
def test_rows_that_are_not_kept_are_an_error(
    address: Address, tables: str, target: str, data: bytes, status: int, number: str
) -> None:
    answer = ask(address, data, query=f"INSERT INTO {target}", database=tables)
    assert code(answer) == (status, number)
    assert "x-clickhouse-summary" not in answer[1]
    for table in ("narrow", "sums", "split"):
        assert ask(address, f"SELECT count() FROM {table}", database=tables)[2] == b"0\n"


def test_too_many_parts_are_an_error(address: Address, tables: str) -> None:
    answers = [ask(address, b"1\n", query="INSERT INTO parts FORMAT CSV", database=tables) for _ in range(3)]
    assert code(answers[-1]) == (500, "252")
    stored = ask(address, "SELECT count() FROM parts", database=tables)[2]
    assert stored == b"%d\n" % sum(answer[0] == 200 for answer in answers)


@pytest.mark.parametrize(
    ("target", "data"),
    [
        ("narrow FORMAT CSV", b"1\n2\n"),
        ("narrow (a) SETTINGS max_threads = 1 FORMAT CSV", b"1\n2\n"),
        ("narrow (a) VALUES", b"(1), (1 + 1);"),
        ("{t:Identifier} FORMAT TSV", b"1\n2\n"),
    ],
)
def test_rows_that_are_kept_are_counted(address: Address, tables: str, target: str, data: bytes) -> None:
    _, headers, _ = ask(address, data, query=f"INSERT INTO {target}", database=tables, param_t="narrow")
    assert json.loads(headers["x-clickhouse-summary"])["written_rows"] == "2"
    assert ask(address, "SELECT sum(a), count() FROM narrow", database=tables)[2] == b"3\t2\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """A directory with little room, and the prefix of commands that have it: a small disk, or a limit of file size."""
    position = tmp_path / "small"
    position.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(position)], check=False, capture_output=True
    )
    if mounted.returncode == 0:
        yield position, ()
        subprocess.run(["umount", "-l", str(position)], check=True)
    else:
        assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
        yield position, ("sh", "-c", 'trap "" XFSZ; ulimit -f 4096; exec "$@"', "sh")


@pytest.mark.thorough
def test_a_full_disk_loses_no_acknowledged_row(start: Start, small_disk: tuple[Path, tuple[str, ...]]) -> None:
    position, prefix = small_disk
    process, address = start(path=position / "data", prefix=prefix)
    assert ask(address, "CREATE TABLE k (a UInt64, s String) ENGINE = MergeTree ORDER BY a")[0] == 200
    rows = b"".join(b"%d,%s\n" % (number, secrets.token_hex(500).encode()) for number in range(3000))
    kept, failed = 0, set()
    for _ in range(20):
        answer = ask(address, rows, query="INSERT INTO k FORMAT CSV")
        kept += answer[0] == 200
        failed |= {code(answer)[1]} if answer[0] != 200 else set()
        assert answer[0] == 200 or (answer[0] == 500 and code(answer)[1] in FULL), answer[2][:300]
    assert kept
    assert failed
    assert ask(address, "SELECT count() FROM k")[2] == b"%d\n" % (3000 * kept)
    process.kill()
    process.wait()
