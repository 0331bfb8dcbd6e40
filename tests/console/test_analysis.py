"""What an analyst's commands show on a running stack."""

import io
import json

import pytest

from stores.settings import Settings
from tests.console.pointing import point_at
from tests.console.running import CommandLine
from tests.streams.lives import Streams, day


@pytest.fixture(autouse=True)
def own_database(tidewheel: CommandLine, stack: Settings, town: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(stack, town.warehouse.database, monkeypatch)


def test_the_ledger_is_green_until_something_is_missing(tidewheel: CommandLine, town: Streams, tenant: str) -> None:
    town.take(*day(tenant, "ana", "words"))
    whole = tidewheel("ledger", "--topic", "clicks", "--json")
    (row,) = json.loads(whole.out)
    assert (whole.code, row["missing"], row["expected"]) == (0, 0, row["accepted"])
    assert "repeated read again and counted once" in " ".join(tidewheel("ledger", "--help").out.split())
    table = tidewheel("ledger")
    assert table.code == 0
    assert max(map(len, table.out.splitlines())) <= 80
    assert row["topic_id"] not in table.out.split()
    lost = f"ALTER TABLE events DELETE WHERE topic = 'clicks' AND tenant = '{tenant}' SETTINGS mutations_sync = 1"
    town.warehouse.execute(lost)
    broken = tidewheel("ledger", "--topic", "clicks", "--json")
    assert (broken.code, json.loads(broken.out)[0]["missing"]) == (3, 2)
    assert tidewheel("ledger", "--topic", "searches").code == 0


def test_sql_reads_in_every_format_and_refuses_to_write(
    tidewheel: CommandLine, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "SELECT 7 AS seven, 'a' AS letter"
    assert "seven" in tidewheel("sql", query).out
    assert json.loads(tidewheel("sql", query, "--json").out) == {"seven": 7, "letter": "a"}
    assert tidewheel("sql", query, "--format", "csv").out == '"seven","letter"\n7,"a"\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"SELECT 8 AS eight")))
    assert tidewheel("sql", "-", "--format", "tsv").out == "eight\n8\n"
    for wrong in ("DROP TABLE events", "INSERT INTO events (topic) VALUES ('x')", "SELEKT", "SELECT * FROM nowhere"):
        result = tidewheel("sql", wrong)
        assert (result.code, result.out) == (3, ""), wrong
        assert result.err.startswith("tidewheel: ClickHouse: "), wrong
    assert tidewheel("sql", "SELECT count() FROM events", "--format", "tsv").code == 0
    assert tidewheel("sql", " ").code == 2
    assert "No rows." in tidewheel("sql", "SELECT 1 WHERE 0", "--json").err


def test_a_format_of_the_querys_own_stands_above_the_option(tidewheel: CommandLine) -> None:
    query = "SELECT 7 AS seven FORMAT"
    assert json.loads(tidewheel("sql", f"{query} JSONColumns").out) == {"seven": [7]}
    assert tidewheel("sql", f"{query} CSV", "--format", "tsv").out == "7\n"
    assert tidewheel("sql", f"{query} TSV;").out == "7\n"
    assert "seven:" in tidewheel("sql", f"{query} Vertical").out
    assert "┃ seven ┃" in tidewheel("sql", "SELECT 7 AS seven", "--format", "pretty").out
    assert tidewheel("sql", "SELECT 'FORMAT CSV' AS text", "--format", "csv").out == '"text"\n"FORMAT CSV"\n'
    assert tidewheel("sql", f"{query} Nonsense").code == 3


def test_people_are_shown_an_escape_and_programs_get_the_bytes(tidewheel: CommandLine) -> None:
    query = "SELECT 'a\\x1b[31m' AS text"
    assert "\\x1b[31m" in tidewheel("sql", query).out
    assert tidewheel("sql", query, "--format", "tsv").out == "text\na\x1b[31m\n"
    assert "\x1b" not in tidewheel("sql", f"{query} FORMAT Pretty").out
