"""Signing in, and everything that an attacker would send in place of it."""

import pytest

from console.web.sessions import IDLE
from console.web.sign_in import own_path
from operations import operators, sign_in_codes
from stores import keys
from tests.console.web.browsing import NOW, Site


def test_a_key_opens_and_the_way_leads_on_to_what_was_asked_for(lonely: Site) -> None:
    operators.ensure(lonely.where, "ana", NOW)
    browser = lonely.browser()
    asked = browser.get("/runs?tenant=acme")
    assert (asked.status, asked.headers["location"]) == (303, "/sign-in?next=%2Fruns%3Ftenant%3Dacme")
    assert 'value="/runs?tenant=acme"' in browser.text(asked.headers["location"])
    key = keys.operator_file(lonely.where, "ana").read_text()
    opened = browser.post("/sign-in", {"key": key, "next": "/runs?tenant=acme"})
    assert (opened.status, opened.headers["location"]) == (303, "/runs?tenant=acme")
    (cookie,) = opened.headers.getlist("set-cookie")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    page = browser.get("/now")
    assert page.status == 503, "signed in; the stores are away"
    for secret in (key.splitlines()[1], *browser.cookies.values()):
        assert secret not in page.data.decode()


@pytest.mark.parametrize("key", ["", "nonsense", keys.generate().pem().decode(), "A" * 44])
def test_a_key_that_nobody_trusts_opens_nothing_and_is_not_repeated(lonely: Site, key: str) -> None:
    browser = lonely.browser()
    answer = browser.post("/sign-in", {"key": key})
    assert (answer.status, browser.cookies) == (403, {})
    assert not key or key.splitlines()[0] not in answer.data.decode()


def test_a_link_opens_once_and_not_by_being_looked_at(lonely: Site) -> None:
    operators.ensure(lonely.where, "ana", NOW)
    code = sign_in_codes.make(lonely.where, keys.operator_file(lonely.where, "ana"), NOW)
    browser, thief = lonely.browser(), lonely.browser()
    for _ in range(2):
        assert f'value="{code}"' in browser.text(f"/sign-in?code={code}")
    assert browser.post("/sign-in", {"code": code}).status == 303
    assert browser.get("/now").status == 503
    again = thief.post("/sign-in", {"code": code})
    assert (again.status, thief.cookies) == (403, {})
    assert "used already" in again.data.decode()


def test_nobody_comes_in_with_a_cookie_that_is_forged_replayed_or_too_old(lonely: Site) -> None:
    ana = lonely.operator("ana")
    ((name, value),) = ana.cookies.items()
    thief = lonely.browser()
    for forged in ("", "x", value[:-1], value + "x", value.swapcase()):
        thief.cookies = {name: forged}
        assert thief.get("/now").status == 303
    assert ana.submit("/sign-out").status == 303
    thief.cookies = {name: value}
    assert thief.get("/now").status == 303, "a copy of a cookie ends with its session"

    ben = lonely.operator("ben")
    lonely.now = NOW + 2 * IDLE
    assert ben.get("/now").status == 303
    lonely.now = NOW
    assert ben.get("/now").status == 303


def test_a_revoked_operator_is_out_with_the_next_request(lonely: Site) -> None:
    eve, ana = lonely.operator("eve"), lonely.operator("ana")
    token = eve.csrf()
    assert eve.get("/now").status == 503
    operators.revoke(lonely.where, "eve", NOW)
    answer = eve.post("/cutover/approve?tenant=acme", {"csrf": token, "packet": "0" * 64})
    assert answer.status == 401
    assert "The key of &#39;eve&#39; was revoked" in answer.data.decode()
    assert eve.get("/now").status == 303
    assert ana.get("/now").status == 503


@pytest.mark.parametrize(
    "path", ["/sign-out", "/cutover/approve", "/cutover/refuse", "/cutover/rollback", "/data/replay"]
)
def test_a_form_from_elsewhere_does_nothing(lonely: Site, path: str) -> None:
    ana, ben = lonely.operator("ana"), lonely.operator("ben")
    token = ana.csrf()
    assert ana.post(path, {}).status == 403
    for wrong in ("", "x", token[:-1], ben.csrf()):
        assert ana.post(path, {"csrf": wrong}).status == 403
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", ana.url.replace("http", "https"), ""):
        assert ana.post(path, {"csrf": token}, origin=origin).status == 403
    assert lonely.browser().post(path, {"csrf": token}).status == 401
    assert ana.get("/now").status == 503, "still signed in"


def test_nobody_is_signed_in_from_another_page(lonely: Site) -> None:
    operators.ensure(lonely.where, "ana", NOW)
    browser = lonely.browser()
    key = keys.operator_file(lonely.where, "ana").read_text()
    assert browser.post("/sign-in", {"key": key}, origin="https://evil.example").status == 403
    assert browser.cookies == {}


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "", "now", "/\t/evil.example", "/now\nx",
     "/@evil.example"],
)  # fmt: skip
def test_the_way_on_stays_in_the_console(path: str) -> None:
    assert own_path(path) == "/now"
    assert own_path("/runs/a-b?tenant=acme") == "/runs/a-b?tenant=acme"
