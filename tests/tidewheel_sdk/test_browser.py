"""The snippet in a real browser: a click on a result reaches the topic, from pages that may send and from no others."""

import html
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from gateway.config import GatewayConfig
from schemas.activity import DocumentOpened
from schemas.topics import CLICKS
from stores.settings import Settings
from tests.console.running import sent
from tests.gateway.world import World, running, showing

if TYPE_CHECKING:
    from playwright.sync_api import Page

SNIPPET = Path(__file__).parents[2] / "sdk" / "browser" / "tidewheel.js"
ODD = "hr/\"leave\" <i>&</i> 'x' ü"
WAIT_MS = 60_000

pytestmark = pytest.mark.slow


class Quiet(SimpleHTTPRequestHandler):
    """Serves a directory."""

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    """Serve a directory at an origin of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(directory))) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def browsing() -> Iterator["Page"]:
    """Give a page of Debian's Chromium. Fails in words where there is none."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "no chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            yield browser.new_page()
        finally:
            browser.close()


def write_page(directory: Path, gateway: str, token: str) -> None:
    """Write a page of results as an application would, with the snippet beside it."""
    shutil.copy(SNIPPET, directory / "tidewheel.js")
    (directory / "opened.html").write_text("<title>opened</title>")
    (directory / "index.html").write_text(
        '<!doctype html><meta charset="utf-8"><title>results</title>'
        f'<script src="tidewheel.js" data-gateway="{gateway}/" defer></script>'
        f'<ol data-tidewheel-token="{token}">'
        '<li><a id="first" href="opened.html" data-tidewheel-document="hr/leave"><b>Leave</b></a></li>'
        f'<li><a id="odd" href="opened.html" data-tidewheel-document="{html.escape(ODD)}">Odd</a></li>'
        '<li><a id="other" href="opened.html">no result of a search</a></li></ol>'
    )


def clicks(world: World) -> str:
    return "\n".join(line for line in world.gateway.metrics.text(0).splitlines() if 'path="/v1/clicks",' in line)


def wait_for_status(world: World, status: int, count: int) -> None:
    wanted, until = f'status="{status}"}} {count}', time.monotonic() + WAIT_MS / 1_000
    while wanted not in clicks(world):
        assert time.monotonic() < until, clicks(world)
        time.sleep(0.05)


@pytest.mark.browser
def test_a_click_in_a_browser_reaches_the_topic(stack: Settings, tmp_path: Path, tenant: str) -> None:
    pages, strangers = tmp_path / "pages", tmp_path / "strangers"
    pages.mkdir()
    strangers.mkdir()
    with serving(pages) as origin, serving(strangers) as stranger:
        rules = GatewayConfig.model_validate({"pages": {"origins": [origin]}})
        with running(stack, tmp_path / "home", rules) as world, browsing() as page:
            world.found = showing("hr/leave", ODD)
            search = {"query": "leave", "user": "ana"}
            token = world.post("/v1/search", search, world.key(tenant)).json()["token"]
            for directory in (pages, strangers):
                write_page(directory, world.url, token)
            page.goto(f"{stranger}/index.html")
            page.click("#first")
            page.wait_for_url("**/opened.html", timeout=WAIT_MS)
            wait_for_status(world, 403, 1)
            for number, link in enumerate(("#first", "#odd"), start=1):
                page.goto(f"{origin}/index.html")
                page.click(link)
                page.wait_for_url("**/opened.html", timeout=WAIT_MS)
                wait_for_status(world, 202, number)
            page.goto(f"{origin}/index.html")
            page.click("#other")
            page.wait_for_url("**/opened.html", timeout=WAIT_MS)
            page.goto(f"{origin}/index.html")
            assert page.evaluate("token => tidewheel.opened(token, 'hr/leave', 4)", token) is True
            assert page.evaluate("tidewheel.opened('', 'hr/leave')") is False
            wait_for_status(world, 202, 3)
            assert 'status="405"' not in clicks(world), "no preflight"
        found = {event.document for event in sent(stack, tenant, CLICKS, 3) if isinstance(event, DocumentOpened)}
    assert found == {"hr/leave", ODD}


def test_the_snippet_is_small_and_plain() -> None:
    text = SNIPPET.read_text()
    assert len(text.encode()) < 2_000
    assert not [word for word in ("cookie =", "localStorage", "eval(", "innerHTML") if word in text]
