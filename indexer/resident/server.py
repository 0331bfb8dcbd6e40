"""An HTTP server on loopback, in a thread of its own, as a context."""

import socket
import threading
from types import TracebackType

import anyio
import anyio.to_thread
import uvicorn
from starlette.applications import Starlette


class Server:
    """Serves an application on a free port of 127.0.0.1, with at most `at_work` of its calls in threads at once."""

    def __init__(self, app: Starlette, at_work: int) -> None:
        self._at_work = at_work
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
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
