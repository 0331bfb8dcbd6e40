"""An open page is told that something moved, and nothing else; the stream holds nobody up and lets nobody in."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import takewhile

import pytest
import urllib3

from console.web import live
from console.web.live import mark
from console.web.wiring import STREAMS
from stores import redis_client
from stores.collection_states import State
from stores.serving import Collection, Progress, Serving, ServingRecord
from stores.settings import Settings
from tests.console.web.browsing import NOW, Browser, Site

MOVED = "data: moved"


@pytest.fixture
def serving(stack: Settings, tenant: str) -> Iterator[Serving]:
    one = Serving.connect(stack)
    one.move(ServingRecord(tenant=tenant, model="m", collection="c", version=1, moved_at=NOW), {})
    yield one
    one.close()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams that look often and end soon."""
    monkeypatch.setattr(live, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(live, "LASTS_S", 0.5)


def streamed(ana: Browser, tenant: str, seen: str, **headers: str) -> urllib3.BaseHTTPResponse:
    """Ask for the stream; its parts come one by one."""
    cookies = "; ".join(f"{name}={value}" for name, value in ana.cookies.items())
    address = f"{ana.url}/live?tenant={tenant}&seen={seen}"
    return urllib3.PoolManager(retries=False, timeout=30).request(
        "GET", address, headers={"cookie": cookies, **headers}, preload_content=False, redirect=False
    )


def lines(answer: urllib3.BaseHTTPResponse) -> Iterator[str]:
    """The stream's lines, as they come."""
    rest = ""
    for part in answer.stream(64):
        rest += part.decode()
        *whole, rest = rest.split("\n")
        yield from whole


def test_each_kind_of_move_is_another_mark_and_another_tenants_is_none(serving: Serving, tenant: str) -> None:
    marks = [mark(serving, tenant)]
    progress = Progress(done=1, total=2, rate=1.0, eta_s=1.0, at=NOW)
    shadow = Collection(tenant=tenant, model="n", collection="next", created_at=NOW)
    moved = ServingRecord(tenant=tenant, model="n", collection="d", version=2, moved_at=NOW + timedelta(days=1))
    steps: list[Callable[[], object]] = [
        lambda: serving.register(shadow, State.BUILDING),
        lambda: serving.set_state(tenant, "next", State.BUILDING, State.FAILED),
        lambda: serving.save(shadow.model_copy(update={"packet": "another"})),
        lambda: serving.set_progress(tenant, "next", progress),
        lambda: serving.set_progress(tenant, "next", progress.model_copy(update={"done": 2})),
        lambda: serving.record_outcome(tenant, "approval", "refused"),
        lambda: serving.move(moved, {}),
    ]
    for step in steps:
        step()
        marks.append(mark(serving, tenant))
    assert len({*marks}) == len(marks)
    serving.record_outcome(f"{tenant}2", "approval", "refused")
    assert mark(serving, tenant) == mark(serving, tenant) == marks[-1]


def test_an_open_page_is_told_of_a_move_and_of_what_it_has_seen_never(
    site: Site, serving: Serving, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = site.operator("ana")
    seen = mark(serving, tenant)
    assert f"/live?tenant={tenant}&amp;seen={seen}" in ana.text(f"/cutover?tenant={tenant}")
    quiet = streamed(ana, tenant, seen)
    assert quiet.headers["content-type"].startswith("text/event-stream")
    assert "script-src 'self'" in quiet.headers["content-security-policy"]
    assert MOVED not in [*lines(quiet)]

    monkeypatch.setattr(live, "LASTS_S", 600.0)
    coming = lines(streamed(ana, tenant, seen))
    assert next(coming).startswith("retry: ")
    serving.record_outcome(tenant, "approval", "refused")
    told = [*takewhile(lambda line: line != MOVED, coming)]
    (now,) = [line.removeprefix("id: ") for line in told if line.startswith("id: ")]
    assert now == mark(serving, tenant)
    assert MOVED in lines(streamed(ana, tenant, seen)), "nothing that moved before it was asked is missed"
    monkeypatch.setattr(live, "LASTS_S", 0.5)
    again = [*lines(streamed(ana, tenant, seen, **{"Last-Event-ID": now}))]
    assert MOVED not in again, "the browser says what it saw last when it asks for the next stream"


def test_only_an_operator_listens_and_only_to_tenants_that_there_are(site: Site, serving: Serving, tenant: str) -> None:
    assert streamed(site.browser(), tenant, "").status == 303
    assert streamed(site.operator("ana"), f"{tenant}x", "").status == 404


def test_what_is_too_many_is_refused_and_the_pages_go_on(
    site: Site, serving: Serving, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LASTS_S", 60.0)
    ana, seen = site.operator("ana"), mark(serving, tenant)
    open_ones = [streamed(ana, tenant, seen) for _ in range(STREAMS)]
    assert {answer.status for answer in open_ones} == {200}
    coming = [lines(answer) for answer in open_ones]
    assert all(next(one).startswith("retry: ") for one in coming)
    assert streamed(ana, tenant, seen).status == 503
    assert ana.get(f"/now?tenant={tenant}").status == 200
    for answer in open_ones:
        answer.close()
    until = time.monotonic() + 30
    while streamed(ana, tenant, seen).status == 503:
        assert time.monotonic() < until, "who has gone listens no more"
        time.sleep(0.05)


def test_a_console_that_ends_waits_for_no_stream(
    site: Site, serving: Serving, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LASTS_S", 600.0)
    coming = lines(streamed(site.operator("ana"), tenant, mark(serving, tenant)))
    assert next(coming)
    site.console.ending.set()
    try:
        assert MOVED not in [*coming]
    finally:
        site.console.ending.clear()


def test_what_a_page_asks_by_itself_is_no_request_of_its_operator(
    site: Site, serving: Serving, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = site.operator("ana")
    (session,) = [one for one in site.console.sessions._open.values() if one.operator == "ana"][-1:]
    session.note = "Approved."
    monkeypatch.setattr(site, "now", NOW + timedelta(minutes=50))
    assert "Approved." not in ana.get(f"/now?tenant={tenant}", **{"X-By-Itself": "1"}).data.decode()
    assert MOVED not in [*lines(streamed(ana, tenant, mark(serving, tenant)))]
    assert session.seen_at == NOW
    assert "Approved." in ana.text(f"/now?tenant={tenant}")
    assert session.seen_at == NOW + timedelta(minutes=50)


def test_what_was_altered_in_redis_takes_no_page_down(
    site: Site, stack: Settings, serving: Serving, tenant: str
) -> None:
    client = redis_client.connect(stack)
    client.set(f"serving:{tenant}", '{"version": "x"}')
    client.hset(f"progress:{tenant}", "next", "{}")
    try:
        assert mark(serving, tenant) == "altered"
        assert "altered" in site.operator("ana").text(f"/now?tenant={tenant}")
    finally:
        client.delete(f"serving:{tenant}", f"progress:{tenant}")
        client.close()
