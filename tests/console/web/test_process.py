"""`python -m console.web` as in production: its own process, found by its file, ended when asked."""

import signal
from pathlib import Path

import pytest

from operations import operators
from stores import http_address
from stores.settings import Settings
from tests.console.web.browsing import NOW, Browser
from tests.indexer.test_process import running, wait_for


@pytest.mark.long
def test_it_listens_says_where_and_ends_when_asked(stack: Settings, tmp_path: Path) -> None:
    operators.add(stack.model_copy(update={"home": tmp_path}), "ana", NOW)
    with running(stack, "console.web", tmp_path) as process:
        wait_for("its address", lambda: bool(http_address.url_of(tmp_path, "console")), 120.0)
        browser = Browser(http_address.url_of(tmp_path, "console"))
        assert "tidewheel open" in browser.text("/sign-in")
        assert browser.get("/static/console.css").headers["content-type"].startswith("text/css")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
