"""The stores as processes: loopback, directories of their own, passwords in files."""

from dataclasses import replace
from pathlib import Path

from embedded import servers
from embedded.passwords import Passwords
from embedded.servers import Service


def test_every_store_listens_on_loopback_and_lives_in_its_own_directory(tmp_path: Path) -> None:
    stores = servers.stores(
        tmp_path, {name: 20_000 + i for i, name in enumerate(servers.STORES)}, Passwords("red", "click")
    )
    assert [program.name for program in stores] == list(servers.STORES)
    assert {program.directory for program in stores} == {tmp_path / name for name in servers.STORES}
    assert all("0.0.0.0" not in " ".join(program.argv) for program in stores)
    assert replace(stores[0], port=1).lost_on_restart


def test_passwords_are_in_files_and_addresses_and_on_no_command_line(tmp_path: Path) -> None:
    ports_by_name = {name: 20_000 + i for i, name in enumerate(servers.STORES)}
    for program in servers.stores(tmp_path, ports_by_name, Passwords("redword", "clickword")):
        shown = " ".join(program.argv) + str(program.environment)
        assert "redword" not in shown
        assert "clickword" not in shown
        assert any("word" in text for text in program.files.values()) is (program.name in ("redis", "clickhouse"))
    addresses = servers.endpoints(ports_by_name, Passwords("redword", "clickword"))
    assert addresses["redis_url"] == "redis://:redword@127.0.0.1:20001/0"
    assert addresses["clickhouse_url"] == "http://default:clickword@127.0.0.1:20002"
    assert 'user = "default:clickword"' in servers.curl_options(addresses, "d")
    assert 'url = "http://127.0.0.1:20002/?database=d"' in servers.curl_options(addresses, "d")


def test_a_service_that_says_when_it_is_ready_is_told_where(tmp_path: Path) -> None:
    service = Service("a", ("/bin/true",), {"x": "y"}, says_ready=True)
    program = service.program(tmp_path)
    assert program.ready == tmp_path / "ready" / "a"
    assert program.environment == {"x": "y", "TIDEWHEEL_READY_FILE": str(program.ready)}
    assert Service("a", ("/bin/true",)).program(tmp_path).ready is None
