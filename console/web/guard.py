"""What holds for every request, whatever the path: whom it was addressed to, and what a browser may do with the answer.

Host     a page whose name was pointed at this machine (DNS rebinding) has its own name there, and is answered nothing
headers  no script or style but our files, no frame, no copy in a cache, no address of ours to others
"""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Names of this machine; the port is free, so that the console can be reached through a tunnel."""


class Guard:
    """An application behind the rules above."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = HOSTS) -> None:
        self.app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it unseen."""
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        host = Headers(scope=scope).get("host", "")
        if hostname(host) in self._hosts:
            await self.app(scope, receive, guarded)
        else:
            words = "The console answers only under this machine's own names: open http://127.0.0.1 with its port.\n"
            await PlainTextResponse(words, 421)(scope, receive, guarded)


def hostname(host: str) -> str:
    """Return the name in a Host header, without its port; empty for what is no name and port."""
    name, colon, port = host.rpartition(":")
    if host.endswith("]") or not colon:
        return host.lower()
    return name.lower() if port.isascii() and port.isdigit() else ""
