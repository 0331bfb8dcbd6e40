"""Hosts by which the console answers, and the headers of every answer."""

import pytest

from console.web.guard import HEADERS, hostname
from tests.console.web.browsing import Site


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1:8080", "127.0.0.1"), ("LOCALHOST", "localhost"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"),
        ("evil.example:80", "evil.example"), ("127.0.0.1:80:x", ""), ("", ""),
        ("127.0.0.1.evil.example", "127.0.0.1.evil.example"),
    ],
)  # fmt: skip
def test_a_host_is_a_name_and_perhaps_a_port(host: str, name: str) -> None:
    assert hostname(host) == name


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "0.0.0.0", "", "user@127.0.0.1"])
def test_a_name_that_was_pointed_here_is_answered_nothing(lonely: Site, host: str) -> None:
    ana = lonely.operator("ana")
    answer = ana.get("/now", host=host)
    assert answer.status == 421
    assert b"ana" not in answer.data
    assert ana.get("/now", host="localhost:1").status == 503, "through a tunnel the port is another"


@pytest.mark.parametrize("path", ["/sign-in", "/now", "/nothing", "/static/console.css", "/data/letter?partition=x"])
def test_every_answer_forbids_scripts_frames_and_copies(lonely: Site, path: str) -> None:
    for browser in (lonely.browser(), lonely.operator("ana")):
        headers = browser.get(path).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in HEADERS["content-security-policy"]
    assert HEADERS["content-security-policy"].startswith("default-src 'none'")
