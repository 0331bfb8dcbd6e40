"""An HTTP server, on loopback unless another host is named, in a thread of its own, as a context."""

import socket
import threading
from types import TracebackType

import anyio
import anyio.to_thread
import uvicorn
from starlette.types import ASGIApp


class Server:
    """Serves an application, with at most `at_work` of its calls in threads at once.

    Port 0 is a free one. Of more requests at once than `most` (unless it is None) one more is answered 503.
    """

    def __init__(
        self, app: ASGIApp, at_work: int, host: str = "127.0.0.1", port: int = 0, most: int | None = None
    ) -> None:
        self._at_work = at_work
        self._socket = socket.create_server((host, port))
        self._server = uvicorn.Server(
            uvicorn.Config(
                app, log_level="warning", access_log=False, lifespan="off", limit_concurrency=most, server_header=False
            )
        )
        self._thread = threading.Thread(target=anyio.run, args=(self._serve,), name="http")

    @property
    def port(self) -> int:
        """Return the port; it is open from the beginning, and answers once the context is entered."""
        return int(self._socket.getsockname()[1])

    @property
    def alive(self) -> bool:
        """Return whether it serves: it ends by itself only by an error, which is in the log."""
        return self._thread.is_alive()

    async def _serve(self) -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = self._at_work
        await self._server.serve(sockets=[self._socket])

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Answer what was asked, then end."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
