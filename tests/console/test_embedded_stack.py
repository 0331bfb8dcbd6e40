"""What `tidewheel up` prints, and which services it waits for."""

from pathlib import Path

import click
import pytest

from console.embedded_stack import SERVICES, _report_start, print_endpoints, services
from stores import gateway_address
from tests.stores.keyed import settings_of


def test_addresses_are_printed_without_passwords(capsys: pytest.CaptureFixture[str]) -> None:
    endpoints = {
        "kafka_bootstrap": "127.0.0.1:1",
        "redis_url": "redis://:redword@127.0.0.1:2/0",
        "clickhouse_url": "http://default:clickword@127.0.0.1:3",
    }
    print_endpoints(Path("/home/of/mine"), endpoints)
    printed = capsys.readouterr()
    assert "word@" not in printed.out + printed.err
    assert "http://127.0.0.1:3\n" in printed.out
    assert "redis://127.0.0.1:2/0\n" in printed.out
    assert "curl -K /home/of/mine/clickhouse.curl" in printed.out
    assert "/home/of/mine/stack.json" in printed.out


def test_the_next_steps_are_printed_for_the_home_that_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    root = click.Context(click.Group("tidewheel"))
    root.params["home"] = Path("/home/of/mine")
    with click.Context(click.Command("up"), parent=root):
        print_endpoints(Path("/home/of/mine"), {"console_url": "http://127.0.0.1:1"})
    printed = capsys.readouterr().out
    for words in ("open", "status", "down", "connect pages DIR --tenant T --acl everyone"):
        assert f"`tidewheel --home /home/of/mine {words}`" in printed
    assert "`tidewheel --home /home/of/mine demo --interactive --keep`" in printed


@pytest.mark.parametrize("services_run", [True, False])
def test_the_gateway_s_address_is_printed_where_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], services_run: bool
) -> None:
    monkeypatch.setattr("console.embedded_stack.settings.load", lambda home: settings_of(home))
    gateway_address.publish(tmp_path, "127.0.0.1", 8080)
    _report_start(tmp_path, {}, services_run)
    assert ("gateway_url      http://127.0.0.1:8080\n" in capsys.readouterr().out) is services_run


def test_all_services_are_waited_for(tmp_path: Path) -> None:
    started = services(tmp_path)
    assert [service.name for service in started] == list(SERVICES)
    assert all(service.says_ready for service in started)
