"""Whoever reaches the gateway: forged rights, others' tokens, bombs, slow and endless bodies, odd ids and texts."""

import gzip
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import orjson
import pytest

from gateway.config import GatewayConfig
from schemas.topics import CLICKS
from stores.settings import Settings
from tests.console.running import records
from tests.gateway.test_documents import Rows, row
from tests.gateway.world import NOW, World, opened, running, showing
from tests.homes import contents

POSTS = ("/v1/events", "/v1/search", "/v1/clicks", "/ubi_queries", "/ubi_events")
NASTY = {
    "nothing": b"",
    "null": b"null",
    "a number": b"1e999",
    "not utf-8": b'{"query": "\xff\xfe"}',
    "a lone surrogate": b'{"query": "\\ud800", "type": "DocumentOpened"}',
    "a zero": b'{"query": "a\\u0000b", "user_query": "a\\u0000b", "action_name": "\\u0000"}',
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "closed and deep": b"[" * 5_000 + b"]" * 5_000,
    "doubled": b'{"query": "a", "query": "b", "token": "a", "token": "b"}',
    "a large number": b'{"query": "a", "k": ' + b"9" * 5_000 + b"}",
    "markup": b'{"query": "<script>alert(1)</script>", "type": "<img src=x onerror=alert(1)>", "user_query": "<b>"}',
    "sql": b'{"query": "\'; DROP TABLE events; --", "user": "x\' OR \'1\'=\'1"}',
    "line ends": b'{"query": "a\\r\\nSet-Cookie: x=y", "user": "a\\r\\nb"}',
    "wrong types": b'[{"user_query": {}, "query_response_hit_ids": 7, "event_attributes": [], "action_name": []}]',
    "an odd event": b'[{"action_name": "click", "timestamp": 1e99, "event_attributes": {"object": {"object_id": {}}}}]',
    "many": b"[" + b"{}," * 9_999 + b"{}]",
}  # fmt: skip


@pytest.fixture(scope="module")
def shared(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway that waits for nobody long."""
    rules = {"body": {"within_s": 0.3, "inflated_mib": 4, "sent_mib": 2}, "limits": {"searches_burst": 100_000}}
    with running(stack, tmp_path_factory.mktemp("attacked"), GatewayConfig.model_validate(rules)) as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    shared.asked.clear()
    shared.found = showing("hr/leave", "hr/benefits")
    return shared


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", NASTY.values(), ids=NASTY)
def test_no_body_breaks_anything_or_is_taken_for_a_page(world: World, tenant: str, path: str, body: bytes) -> None:
    answer = world.post(path, body, world.key(tenant))
    assert answer.status < 500, answer.data
    assert answer.headers["content-type"] in ("application/json", "application/problem+json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    orjson.loads(answer.data)


@pytest.mark.parametrize("path", POSTS)
def test_a_bomb_does_not_go_off(world: World, tenant: str, path: str) -> None:
    bomb = gzip.compress(gzip.compress(bytes(64 * 2**20)) + bytes(64 * 2**20))
    answer = world.post(path, bomb, world.key(tenant), content_encoding="gzip")
    assert answer.status == 413


def test_a_search_whose_groups_somebody_made_up_is_nobody_s(world: World, tenant: str) -> None:
    key, claims = world.key(tenant), {"iss": "tidewheel", "aud": tenant, "sub": "ana", "groups": ["board"]}
    lasting = {**claims, "exp": int(NOW.timestamp()) + 600}
    forged = [
        jwt.encode(lasting, "x" * 32, "HS256"),
        jwt.encode(lasting, "", "none"),
        jwt.encode(lasting, key, "HS256"),
        world.person(f"{tenant}b", "ana", "board"),
        world.person(tenant, "ana", "board")[:-3] + "AAA",
        key,
        "board",
    ]
    for token in forged:
        assert world.post("/v1/search", {"query": "x"}, key, x_person_token=token).status == 401
        assert world.request("GET", "/v1/documents/d", None, key, x_person_token=token).status == 401
    for header in ("x_groups", "x_user", "x_tenant", "x_person"):
        world.post("/v1/search", {"query": "x"}, key, **{header: "board"})
    assert {asked.groups for asked in world.asked} == {()}
    assert {asked.tenant for asked in world.asked} == {tenant}


def test_a_person_token_is_no_key_and_ends(world: World, tenant: str) -> None:
    token = world.person(tenant, "ana", "board")
    assert world.post("/v1/search", {"query": "x"}, token).status == 401
    key = world.key(tenant)
    world.now += timedelta(hours=2)
    try:
        assert world.post("/v1/search", {"query": "x"}, key, x_person_token=token).status == 401
    finally:
        world.now = NOW


def test_a_search_token_is_of_its_tenant_and_its_time(world: World, tenant: str) -> None:
    key, other = world.key(tenant), world.key(f"{tenant}b")
    token = world.post("/v1/search", {"query": "x", "user": "ana"}, key).json()["token"]
    click = {"token": token, "document": "hr/leave"}
    assert world.post("/v1/clicks", click, other).status == 403
    assert world.post("/v1/clicks", {**click, "token": token[:-2] + "AA"}, key).status == 403
    assert world.post("/v1/clicks", {**click, "token": token.swapcase()}, key).status == 403
    assert world.post("/v1/clicks", {**click, "user": "ben"}, key).status == 422
    world.now += timedelta(hours=25)
    try:
        assert world.post("/v1/clicks", click, key).status == 403
    finally:
        world.now = NOW


def test_a_click_that_is_replayed_a_hundred_times_is_one(world: World, tenant: str) -> None:
    key = world.key(tenant)
    token = world.post("/v1/search", {"query": "x", "user": "ana"}, key).json()["token"]
    answers = [
        world.post("/v1/clicks", {"token": token, "document": "hr/leave", "dwell_seconds": float(n)}) for n in range(20)
    ]
    assert {answer.status for answer in answers} == {202}
    assert len({answer.json()["event_id"] for answer in answers}) == 1
    assert len({record.value for record in records(world.where, CLICKS, f'"{tenant}"'.encode(), 20)}) == 1


def test_a_key_sends_for_no_other_tenant_and_does_no_other_work(world: World, tenant: str) -> None:
    key = world.key(tenant, "events")
    answer = world.post("/v1/events", opened(f"{tenant}b"), key)
    assert (answer.status, answer.json()["accepted"]) == (422, 0)
    assert world.post("/v1/search", {"query": "x"}, key).status == 403
    assert world.request("GET", "/v1/documents/d", None, key).status == 403
    assert world.post("/v1/events", opened(tenant), world.key(tenant, "analyst")).status == 403


@pytest.mark.parametrize(
    "document",
    ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/keys/api.json", "%00", "a%00b", "%0d%0aset-cookie:x",
     "%ff%fe", "'%20OR%20'1'='1", "%7B%7B7*7%7D%7D", "a" * 257, "//evil.example/", "x%3Fy%23z", "%F0%9F%98%80"],
)  # fmt: skip
def test_no_id_leads_anywhere_but_to_a_document(
    world: World, tenant: str, monkeypatch: pytest.MonkeyPatch, document: str
) -> None:
    monkeypatch.setattr(world.gateway.documents, "_warehouse", Rows(row("secret", ["board"])))
    key = world.key(tenant)
    answer = world.request("GET", f"/v1/documents/{document}", None, key)
    assert answer.status == 404
    assert b"secret" not in answer.data.lower()
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("token", ["a", "a.b.c", "e30.e30.", "." * 100, "A" * 20_000])
def test_a_person_token_of_any_form_is_no_crash(world: World, tenant: str, token: str) -> None:
    assert world.post("/v1/search", {"query": "x"}, world.key(tenant), x_person_token=token).status == 401


def test_a_body_that_never_comes_whole_ends_and_holds_nobody_up(world: World, tenant: str) -> None:
    parts, key = urlsplit(world.url), world.key(tenant)
    head = f"POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: 1000\r\n\r\n{{"
    slow = [socket.create_connection((parts.hostname, parts.port), timeout=30) for _ in range(30)]
    try:
        for each in slow:
            each.sendall(head.encode())
        assert world.post("/v1/events", opened(tenant), key).status == 202
        assert all(each.recv(100).startswith(b"HTTP/1.1 408") for each in slow)
    finally:
        for each in slow:
            each.close()


@pytest.mark.parametrize("path", ["/v1/events", "/v1/search", "/ubi_events", "/nothing"])
def test_an_endless_body_is_cut_off(world: World, tenant: str, path: str) -> None:
    parts = urlsplit(world.url)
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(f"{head}authorization: Bearer {world.key(tenant)}\r\n\r\n".encode())
        chunk, until = b"10000\r\n" + b"x" * 65_536 + b"\r\n", time.monotonic() + 60

        def go_on() -> None:
            while time.monotonic() < until:
                connection.sendall(chunk)

        with pytest.raises(OSError, match=r"reset|closed|Broken"):
            go_on()
    assert world.post("/v1/events", opened(tenant), world.key(tenant)).status == 202


def test_nobody_finds_a_secret_in_the_home_but_its_owner(world: World, tenant: str) -> None:
    presented, home = world.key(tenant), Path(world.where.home)
    kept = [path for path, content in contents(home) if presented.split("_", 2)[2].encode() in content]
    assert kept == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in (home / "keys").rglob("*") if path.is_file())


def test_no_log_names_a_key_or_a_token(world: World, tenant: str, caplog: pytest.LogCaptureFixture) -> None:
    key, token = world.key(tenant), world.person(tenant, "ana")
    with caplog.at_level(0):
        world.post("/v1/search", {"query": "x"}, key, x_person_token=token)
        world.post("/v1/search", {"query": "x"}, key, x_person_token=token + "x")
        world.post("/v1/events", opened(tenant), key)
        world.post(f"/ubi_events?key={key}", [])
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("urllib3"))
    assert key not in ours
    assert token not in ours
