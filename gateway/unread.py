"""The rest of a body that is answered before it was read: a small one is taken in, so that the answer arrives.

A connection that is closed with bytes unread is reset, and a reset can overtake the answer on its way: the client
would see a broken connection in place of a refusal that says why. What is large or slow is left.
"""

import asyncio
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 1 << 20
"""Bytes of the rest at most."""
WITHIN_S = 1.0


@dataclass
class _Body:
    """What has come of one request's body."""

    receive: Receive
    size: int = 0
    ended: bool = False

    async def next(self) -> Message:
        message = await self.receive()
        if message["type"] == "http.request":
            self.size += len(message.get("body", b""))
        self.ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def take_rest(self) -> None:
        """Read on until the body ends, or has been too long or too slow."""
        try:
            async with asyncio.timeout(WITHIN_S):
                while not self.ended and self.size <= MOST:
                    await self.next()
        except TimeoutError:
            pass


class TakesRest:
    """Takes in what a request's body still brings before the answer begins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, small = _Body(receive), _declared(scope) <= MOST

        async def answer(message: Message) -> None:
            if small and message["type"] == "http.response.start":
                await body.take_rest()
            await send(message)

        await self._app(scope, body.next, answer)


def _declared(scope: Scope) -> int:
    """Return the body's length as the request declares it; 0 where it says nothing."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
