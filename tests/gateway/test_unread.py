"""A body that is not read before its request is answered: taken in while it is small, left when it is large or slow."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from gateway import unread
from gateway.unread import MOST, TakesRest


class Client:
    """Sends pieces of a body and notes, in order, what was taken of it and what was answered."""

    def __init__(self, *pieces: bytes, ends: bool = True) -> None:
        self._pieces = list(pieces)
        self._ends = ends
        self.seen: list[str] = []

    async def receive(self) -> Message:
        if not self._pieces:
            await asyncio.sleep(3600)
        piece = self._pieces.pop(0)
        self.seen.append(f"took {len(piece)}")
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces) or not self._ends}

    async def send(self, message: Message) -> None:
        self.seen.append(message["type"])

    def asks(self, app: TakesRest, **headers: str) -> list[str]:
        sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        asyncio.run(app({"type": "http", "headers": sent}, self.receive, self.send))
        return self.seen


async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 403, "headers": []})
    await send({"type": "http.response.body", "body": b"no"})


async def reading(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await refusing(scope, receive, send)


ANSWERED = ["http.response.start", "http.response.body"]


def test_a_small_body_is_taken_in_before_the_answer_begins() -> None:
    assert Client(b"abc", b"de").asks(TakesRest(refusing), content_length="5") == ["took 3", "took 2", *ANSWERED]
    assert Client(b"abc", b"de").asks(TakesRest(refusing)) == ["took 3", "took 2", *ANSWERED], "of no stated length"
    assert Client(b"").asks(TakesRest(refusing)) == ["took 0", *ANSWERED]


def test_what_was_read_is_not_waited_for_again() -> None:
    assert Client(b"abc", b"de").asks(TakesRest(reading), content_length="5") == ["took 3", "took 2", *ANSWERED]


def test_a_body_that_says_that_it_is_large_is_left() -> None:
    assert Client(b"abc", ends=False).asks(TakesRest(refusing), content_length=str(MOST + 1)) == ANSWERED


def test_one_that_turns_out_to_be_large_is_left_then() -> None:
    pieces = [b"x" * (MOST // 2)] * 9
    seen = Client(*pieces, ends=False).asks(TakesRest(refusing))
    assert seen == [f"took {MOST // 2}"] * 3 + ANSWERED


def test_a_slow_one_is_waited_for_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "WITHIN_S", 0.05)
    assert Client(b"abc", ends=False).asks(TakesRest(refusing), content_length="5") == ["took 3", *ANSWERED]
