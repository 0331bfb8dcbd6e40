"""An OpenAI-compatible endpoint of embeddings on this machine, which fails as it is told."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np

from tests.stores.json_server import Silent, listening

WIDTH = 32


def vector(text: str, width: int = WIDTH) -> list[float]:
    """Return a vector of the words of a text, not of unit length: texts with common words are alike."""
    rows = [
        np.random.default_rng(int.from_bytes(blake2b(word.encode(), digest_size=8).digest())).normal(size=width)
        for word in text.lower().split()
    ]
    return [float(number) for number in np.sum(rows, axis=0)] if rows else [0.0] * width


@dataclass
class EmbeddingServer:
    """What was asked, and what is answered instead, in turn: a status with a body."""

    url: str = ""
    make: Callable[[str, int], list[float]] = vector
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    instead: list[tuple[int, bytes]] = field(default_factory=list)
    drip_s: float = 0.0

    def answer(self, request: dict[str, Any]) -> bytes:
        width = request.get("dimensions") or WIDTH
        rows = [{"index": n, "embedding": self.make(text, width)} for n, text in enumerate(request["input"])]
        return json.dumps({"object": "list", "data": rows[::-1], "model": request["model"]}).encode()


@contextmanager
def running() -> Iterator[EmbeddingServer]:
    """Serve on a free port of this machine."""
    server = EmbeddingServer()

    class Handler(Silent):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append({"path": self.path, **request})
            server.headers.append(dict(self.headers.items()))
            status, body = server.instead.pop(0) if server.instead else (200, server.answer(request))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
            if not server.drip_s:
                self.wfile.write(body)
                return
            with suppress(OSError):
                for at in range(len(body)):
                    self.wfile.write(body[at : at + 1])
                    time.sleep(server.drip_s)

    with listening(Handler) as server.url:
        yield server
