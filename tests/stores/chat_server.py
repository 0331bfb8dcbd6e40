"""An OpenAI-compatible endpoint of a language model on this machine, which fails as it is told."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.stores.json_server import Silent, listening


@dataclass
class ChatServer:
    """What was asked; `say` gives the answer to a user's message. `instead` is answered in turn: a status, a body."""

    url: str = ""
    say: Callable[[str], str] = lambda user: f"you said {user}"
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    instead: list[tuple[int, bytes]] = field(default_factory=list)
    always: tuple[int, bytes] | None = None
    tokens: object = 100
    waits_s: float = 0.0

    def users(self) -> list[str]:
        """Return the users' messages in order."""
        return [one["messages"][1]["content"] for one in self.asked]

    def answer(self, request: dict[str, Any]) -> bytes:
        said = {"role": "assistant", "content": self.say(request["messages"][1]["content"])}
        return json.dumps({"choices": [{"message": said}], "usage": {"total_tokens": self.tokens}}).encode()


@contextmanager
def chatting() -> Iterator[ChatServer]:
    """Serve on a free port of this machine."""
    server = ChatServer()

    class Handler(Silent):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append({"path": self.path, **request})
            server.headers.append(dict(self.headers.items()))
            time.sleep(server.waits_s)
            status, body = server.instead.pop(0) if server.instead else server.always or (200, server.answer(request))
            with suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()
                self.wfile.write(body)

    with listening(Handler) as server.url:
        yield server
