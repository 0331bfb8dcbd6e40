"""The embedded ClickHouse as clients see it: clickhouse-connect, and plain HTTP as curl speaks it."""

import gzip
import http.client
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import clickhouse_connect
import lz4.frame
import pyarrow as pa
import pytest
from backports import zstd
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError

from tests.embedded.asking import Address, ask
from tests.embedded.conftest import Start


@pytest.fixture
def client(address: Address, database: str) -> Client:
    client = clickhouse_connect.get_client(**connection_of(address), database=database)
    client.command(
        "CREATE TABLE t (a UInt64, s LowCardinality(String), at DateTime64(3)) ENGINE = MergeTree ORDER BY a"
    )
    return client


def connection_of(address: Address) -> dict[str, Any]:
    """Return an address as clickhouse-connect takes it."""
    return {"host": address.host, "port": address.port, "username": "default", "password": address.password}


class TestClickHouseConnect:
    NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)

    @pytest.mark.parametrize("compress", [False, "lz4", "zstd", "gzip"])
    def test_columns_rows_and_arrow_go_in_and_come_out(
        self, client: Client, address: Address, database: str, compress: str | bool
    ) -> None:
        other = clickhouse_connect.get_client(**connection_of(address), database=database, compress=compress)
        columns: list[list[Any]] = [list(range(1000)), [f"s{i % 7}" for i in range(1000)], [self.NOW] * 1000]
        summary = other.insert("t", columns, column_names=["a", "s", "at"], column_oriented=True)
        assert summary.written_rows == 1000
        other.insert("t", [[1000, "row", self.NOW]], column_names=["a", "s", "at"])
        other.insert_arrow("t", pa.table({"a": [1001], "s": ["arrow"], "at": pa.array([self.NOW])}))
        assert other.query("SELECT count(), uniqExact(a), max(at) FROM t").result_rows == [
            (1002, 1002, self.NOW.replace(tzinfo=None))
        ]
        assert other.query_arrow("SELECT a, s FROM t WHERE a >= 1000 ORDER BY a")["a"].to_pylist() == [1000, 1001]
        assert other.query_df("SELECT * FROM t ORDER BY a LIMIT 2")["s"].tolist() == ["s0", "s1"]

    def test_server_side_parameters_keep_every_character(self, client: Client) -> None:
        text = "it's \\ a\ttab\nline ; -- ü 🌊"
        row = client.query(
            "SELECT {s:String}, {a:Array(UInt32)}, {n:Nullable(String)}, {d:DateTime64(3)}",
            parameters={"s": text, "a": [1, 2], "n": None, "d": self.NOW},
        ).first_row
        assert row == (text, [1, 2], None, self.NOW.replace(tzinfo=None))

    def test_a_parameter_too_long_for_the_url_is_sent_as_a_form(self, client: Client) -> None:
        assert client.query("SELECT length({s:String})", parameters={"s": "x" * 300_000}).first_row == (300_000,)

    def test_an_empty_result_has_no_rows_and_limit_0_has_columns(self, client: Client) -> None:
        assert client.query("SELECT * FROM t WHERE a = 99").result_rows == []
        assert client.query("SELECT * FROM t LIMIT 0").column_names == ("a", "s", "at")

    def test_a_session_keeps_settings_and_temporary_tables_to_itself(self, client: Client, address: Address) -> None:
        client.command("CREATE TEMPORARY TABLE mine (x UInt8)")
        client.command("INSERT INTO mine VALUES (7)")
        client.command("SET max_threads = 1")
        assert client.command("SELECT x FROM mine") == 7
        assert client.command("SELECT getSetting('max_threads')") == 1
        other = clickhouse_connect.get_client(**connection_of(address))
        assert other.command("SELECT getSetting('max_threads')") != 1
        with pytest.raises(DatabaseError, match="UNKNOWN_TABLE"):
            other.command("SELECT x FROM mine")

    def test_large_results_stream_and_a_late_error_is_an_error(self, client: Client) -> None:
        with client.query_row_block_stream("SELECT number FROM numbers(400000)") as stream:
            assert sum(len(block) for block in stream) == 400_000
        late = "SELECT throwIf(number = 300000) FROM numbers(400000)"
        with pytest.raises(StreamFailureError, match="throwIf"), client.query_row_block_stream(late) as stream:
            for _ in stream:
                pass

    def test_a_failed_insert_leaves_nothing(self, client: Client) -> None:
        with pytest.raises(DatabaseError):
            client.raw_insert("t", ["a", "s", "at"], b"1,x,2026-01-01 00:00:00\nnot a number,y,z\n", fmt="CSV")
        assert client.command("SELECT count() FROM t") == 0

    def test_materialized_views_are_fed(self, client: Client) -> None:
        client.command(
            "CREATE TABLE n (s String, c SimpleAggregateFunction(sum, UInt64)) ENGINE = SummingMergeTree ORDER BY s"
        )
        client.command("CREATE MATERIALIZED VIEW v TO n AS SELECT s, count() AS c FROM t GROUP BY s")
        client.insert("t", [[1, "x", self.NOW], [2, "x", self.NOW]], column_names=["a", "s", "at"])
        assert client.query("SELECT s, sum(c) FROM n GROUP BY s").result_rows == [("x", 2)]

    def test_several_clients_at_once_do_not_mix(self, client: Client, address: Address, database: str) -> None:
        wrong: list[object] = []

        def work(number: int) -> None:
            own = clickhouse_connect.get_client(**connection_of(address), database=database, compress=False)
            for turn in range(10):
                own.insert("t", [[number * 100 + turn, str(number), self.NOW]], column_names=["a", "s", "at"])
                found = own.query("SELECT count() FROM t WHERE s = {s:String}", parameters={"s": str(number)}).first_row
                if found != (turn + 1,):
                    wrong.append((number, turn, found))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong
        assert client.command("SELECT count() FROM t") == 60


class TestPlainHttp:
    def test_ping_and_root_say_ok(self, address: Address) -> None:
        for path in ("/ping", "/"):
            connection = http.client.HTTPConnection(address.host, address.port, timeout=60)
            connection.request("GET", path)
            assert connection.getresponse().read() == b"Ok.\n"
            connection.close()

    def test_a_query_in_the_url_answers_with_the_headers_of_a_server(self, address: Address) -> None:
        status, headers, content = ask(address, None, query="SELECT 1 AS x FORMAT JSONEachRow", query_id="mine")
        assert (status, content) == (200, b'{"x":1}\n')
        assert headers["x-clickhouse-format"] == "JSONEachRow"
        assert headers["x-clickhouse-query-id"] == "mine"
        assert headers["x-clickhouse-timezone"]
        assert headers["content-type"].startswith("application/x-ndjson")

    def test_a_buffered_answer_has_a_summary(self, address: Address) -> None:
        _, headers, _ = ask(address, "SELECT number FROM numbers(10)", wait_end_of_query="1")
        assert json.loads(headers["x-clickhouse-summary"])["result_rows"] == "10"

    def test_query_in_the_url_and_data_in_the_body(self, address: Address, database: str) -> None:
        ask(address, "CREATE TABLE c (a UInt8, s String) ENGINE = MergeTree ORDER BY a", database=database)
        insert = "INSERT INTO c FORMAT CSV"
        rows = b'1,"x;\'"\n2,y\n'
        packed = {"gzip": gzip.compress, "lz4": lz4.frame.compress, "zstd": zstd.compress}
        assert ask(address, rows, query=insert, database=database)[0] == 200
        for encoding, pack in packed.items():
            assert ask(address, pack(rows), {"Content-Encoding": encoding}, query=insert, database=database)[0] == 200
        assert ask(address, b"INSERT INTO c VALUES (3, 'z'), (4, ';');", database=database)[0] == 200
        _, _, content = ask(address, "SELECT a, count(), any(s) FROM c GROUP BY a ORDER BY a", database=database)
        assert content == b"1\t4\tx;\\'\n2\t4\ty\n3\t1\tz\n4\t1\t;\n"

    def test_url_settings_parameters_and_default_format_hold_for_one_request(self, address: Address) -> None:
        given = {"max_threads": "1", "param_n": "5", "default_format": "CSV"}
        query = "SELECT getSetting('max_threads'), {n:UInt8}"
        assert ask(address, query, **given)[2] == b"1,5\n"
        assert ask(address, "SELECT getSetting('max_threads') != 1")[2] == b"1\n"
        status, headers, _ = ask(address, query)
        assert (status, headers["x-clickhouse-exception-code"]) == (400, "456")

    @pytest.mark.parametrize(("encoding", "undo"), [("gzip", gzip.decompress), ("lz4", lz4.frame.decompress)])
    @pytest.mark.parametrize("wait", ["0", "1"])
    def test_replies_are_compressed_when_asked_for(
        self, address: Address, encoding: str, undo: Callable[[bytes], bytes], wait: str
    ) -> None:
        query = "SELECT number FROM numbers(1000)"
        asked = {"enable_http_compression": "1", "wait_end_of_query": wait}
        _, headers, content = ask(address, query, {"Accept-Encoding": encoding}, **asked)
        assert headers["content-encoding"] == encoding
        assert undo(content) == b"".join(b"%d\n" % i for i in range(1000))

    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ("SELEC 1", 400, "62"),
            ("SELECT 1; SELECT 2", 400, "62"),
            ("SELECT * FROM nowhere", 404, "60"),
            ("SELECT throwIf(1)", 500, "395"),
            ("INSERT INTO nowhere FORMAT CSV\n1", 404, "60"),
        ],
    )
    def test_errors_carry_their_code(self, address: Address, query: str, status: int, code: str) -> None:
        found, headers, content = ask(address, query)
        assert (found, headers["x-clickhouse-exception-code"]) == (status, code)
        assert content.startswith(f"Code: {code}. DB::Exception: ".encode())

    def test_the_connection_goes_on_after_an_error_with_a_long_body(self, address: Address) -> None:
        connection = http.client.HTTPConnection(address.host, address.port, timeout=60)
        key = {"X-ClickHouse-Key": address.password}
        connection.request("POST", "/?query=INSERT+INTO+nowhere+FORMAT+CSV", b"1\n" * 1_000_000, key)
        answer = connection.getresponse()
        assert answer.status == 404
        answer.read()
        connection.request("POST", "/", b"SELECT 1", key)
        assert connection.getresponse().read() == b"1\n"
        connection.close()

    def test_get_only_reads(self, address: Address) -> None:
        status, headers, _ = ask(address, None, query="CREATE TABLE x (a UInt8) ENGINE = Memory")
        assert (status, headers["x-clickhouse-exception-code"]) == (400, "164")

    def test_a_busy_session_is_refused_and_the_others_are_not(self, address: Address) -> None:
        slow = threading.Thread(target=ask, args=(address, "SELECT sleep(2)"), kwargs={"session_id": "busy"})
        slow.start()
        threading.Event().wait(0.3)
        assert ask(address, "SELECT 1", session_id="busy")[1]["x-clickhouse-exception-code"] == "373"
        assert ask(address, "SELECT 1", session_id="free")[2] == b"1\n"
        slow.join()

    def test_a_session_that_lets_go_in_a_moment_is_waited_for(self, address: Address) -> None:
        slow = threading.Thread(target=ask, args=(address, "SELECT sleep(0.3)"), kwargs={"session_id": "short"})
        slow.start()
        threading.Event().wait(0.15)
        assert ask(address, "SELECT 1", session_id="short")[2] == b"1\n"
        slow.join()

    @pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
    def test_web_pages_are_turned_away(self, address: Address, headers: dict[str, str]) -> None:
        assert ask(address, "SELECT 1", headers)[0] == 403

    def test_what_is_not_served_says_so(self, address: Address) -> None:
        assert ask(address, "SELECT 1", compress="1")[0] == 501
        assert ask(address, b"abc", {"Content-Encoding": "br"}, query="SELECT 1")[0] == 400


LEFT_BEHIND = (
    ("CREATE TEMPORARY TABLE mine (x UInt8)", "EXISTS TEMPORARY TABLE mine", b"0\n"),
    ("USE system", "SELECT currentDatabase()", b"default\n"),
    ("SET max_threads = 3", "SELECT getSetting('max_threads') = 3", b"0\n"),
    ("SET readonly = 1", "INSERT INTO kept VALUES (1)", b""),
    ("SELECT throwIf(1)", "SELECT 1", b"1\n"),
    ("SELECT 1 SETTINGS max_threads = 3", "SELECT getSetting('max_threads') = 3", b"0\n"),
    ("SELECT number, throwIf(number = 100000) FROM numbers(1000000)", "SELECT 1", b"1\n"),
)


@pytest.mark.parametrize(("left", "looked", "seen"), LEFT_BEHIND)
def test_what_a_request_without_a_session_leaves_behind_is_seen_by_no_other(
    start: Start, left: str, looked: str, seen: bytes
) -> None:
    _, address = start()
    ask(address, "CREATE TABLE kept (x UInt8) ENGINE = MergeTree ORDER BY x")
    for _ in range(5):
        ask(address, "SELECT 1")
        with suppress(http.client.IncompleteRead):  # an error after the first block
            ask(address, left)
        assert ask(address, looked)[::2] == (200, seen)


def test_a_request_that_only_reads_does_not_bind_the_next_one(start: Start) -> None:
    _, address = start()
    ask(address, "CREATE TABLE kept (x UInt8) ENGINE = MergeTree ORDER BY x")
    for _ in range(3):
        assert ask(address, None, query="SELECT count() FROM kept")[0] == 200
        assert ask(address, None, query="INSERT INTO kept VALUES (1)")[0] != 200
        assert ask(address, "INSERT INTO kept VALUES (1)")[0] == 200
    assert ask(address, "SELECT count() FROM kept")[2] == b"3\n"
