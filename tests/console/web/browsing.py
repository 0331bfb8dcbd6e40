"""The console over real HTTP in this process, and a browser of few words: cookies, forms, no scripts."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlencode

import urllib3

from console.web.app import create_app
from console.web.wiring import Console, Pool, connect
from indexer.resident.server import Server
from operations import operators
from operations.connections import Connections
from schemas.learning import Decision
from stores import keys
from stores.errors import Retryable
from stores.rights import Right
from stores.settings import Settings
from stores.warehouse import Warehouse

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Away(Pool):
    """Stores none of which answers."""

    @contextmanager
    def lent(self) -> Iterator[Connections]:
        raise Retryable("the stores are away; try again")
        yield


class Site:
    """A console, and the instant that it takes for now; without one it goes by this machine's clock."""

    def __init__(self, where: Settings, away: bool = False, now: datetime | None = NOW, wait_s: float = 0.0) -> None:
        self.where, self.now, self.url = where, now, ""
        made = connect(where)
        self.console: Console = replace(
            made, clock=lambda: self.now or datetime.now(UTC), wait_s=wait_s, pool=Away(where) if away else made.pool
        )

    def browser(self) -> "Browser":
        """Return a browser without cookies."""
        return Browser(self.url)

    def operator(self, name: str, may: frozenset[Right] | None = None) -> "Browser":
        """Return the browser of an operator who has signed in with a pasted key, made now if need be.

        With `may` it is a new key for these decisions alone.
        """
        if may is None:
            operators.ensure(self.where, name, NOW)
        else:
            operators.add(self.where, name, NOW, may=may)
        browser = self.browser()
        key = keys.operator_file(self.where, name).read_text()
        assert browser.post("/sign-in", {"key": key}).status == 303
        return browser


class Browser:
    """Keeps cookies, and sends forms as a page of the console's does."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, str] = {}
        self._pool = urllib3.PoolManager(retries=False, timeout=60)

    def get(self, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        """Ask for a path; redirects are not followed."""
        return self._asked("GET", path, None, headers)

    def text(self, path: str) -> str:
        """Return a page that has to be there."""
        answer = self.get(path)
        assert answer.status == 200, answer.data.decode()
        return answer.data.decode()

    def post(self, path: str, fields: dict[str, str], **headers: str) -> urllib3.BaseHTTPResponse:
        """Send a form with the browser's own origin, unless `origin` is another."""
        sent = {"origin": self.url, "content-type": "application/x-www-form-urlencoded", **headers}
        return self._asked("POST", path, urlencode(fields).encode(), sent)

    def submit(self, path: str, **fields: str) -> urllib3.BaseHTTPResponse:
        """Send a form with the token that stands in this browser's pages."""
        return self.post(path, {"csrf": self.csrf(), **fields})

    def csrf(self) -> str:
        """Return the token of this browser's pages; any page of the session has it."""
        page = self.get("/nothing-is-here").data.decode() + self.get("/now").data.decode()
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found, page
        return unescape(found[1])

    def _asked(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        cookies = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = self._pool.request(method, self.url + path, body=body, headers={**cookies, **headers}, redirect=False)
        for line in answer.headers.getlist("set-cookie"):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0].strip('"')
        return answer


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Let the site answer until the end of the block."""
    with Server(create_app(site.console), 4) as server:
        site.url = f"http://127.0.0.1:{server.port}"
        try:
            yield site
        finally:
            site.console.ending.set()
    site.console.pool.close()


def write_event(warehouse: Warehouse, event: Decision, offset: int = 1) -> None:
    """Write an event of the audit trail as the streams do."""
    row = {
        "topic": "learning", "topic_id": event.tenant, "offset": offset, "event_id": event.event_id,
        "tenant": event.tenant, "type": type(event).__name__, "payload": event.model_dump_json(),
        "occurred_at": event.occurred_at, "received_at": event.occurred_at,
    }  # fmt: skip
    warehouse.insert("events", {name: [value] for name, value in row.items()})
