"""Where the gateway listens: as asked, else where it did the last time, else anywhere."""

import socket
from pathlib import Path

import pytest

from gateway.listening import chosen
from stores import gateway_address
from stores.errors import Misconfigured
from tests.stores.keyed import settings_of


def test_it_is_on_loopback_and_stays_on_its_port(tmp_path: Path) -> None:
    host, port = chosen(settings_of(tmp_path))
    assert host == "127.0.0.1"
    assert port > 0
    gateway_address.publish(tmp_path, host, port)
    assert chosen(settings_of(tmp_path)) == (host, port)


def test_a_port_that_was_taken_meanwhile_is_left_to_its_owner(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        gateway_address.publish(tmp_path, "127.0.0.1", port)
        assert chosen(settings_of(tmp_path))[1] != port
        with pytest.raises(Misconfigured, match="taken"):
            chosen(settings_of(tmp_path, gateway_listen=f"127.0.0.1:{port}"))


def test_another_host_is_what_somebody_asked_for(tmp_path: Path) -> None:
    assert chosen(settings_of(tmp_path, gateway_listen="0.0.0.0:8080")) == ("0.0.0.0", 8080)
