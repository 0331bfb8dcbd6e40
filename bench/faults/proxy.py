"""A TCP proxy in front of the broker: connections can be cut, stalled and slowed without touching either end."""

import asyncio
import contextlib
import threading
from types import TracebackType

CHUNK = 65_536
LOOK_S = 0.05


class Proxy:
    """Listens on `port` of 127.0.0.1 and forwards to `target`, on a thread of its own, as long as it is entered."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self.stalled = False
        """While true nothing is forwarded; the connections stay open."""
        self.refusing = False
        """While true new connections are closed at once."""
        self.delay_s = 0.0
        """Seconds that every chunk waits."""
        self._ends: set[asyncio.StreamWriter] = set()
        self._listens = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        if not self._listens.wait(10):
            raise OSError(f"the proxy cannot listen on port {self.port}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def cut(self) -> None:
        """Abort every connection, as a router that forgets them does."""
        self._loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        for end in list(self._ends):
            end.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", self.port))
        self._listens.set()
        self._loop.run_forever()
        server.close()
        self._abort()
        self._loop.run_until_complete(asyncio.sleep(LOOK_S))  # connections that were being accepted
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.close()
            return
        try:
            onward, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        ends = {writer, back}
        self._ends |= ends
        try:
            await asyncio.gather(self._forward(reader, back), self._forward(onward, writer))
        finally:
            self._ends -= ends
            for end in ends:
                end.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                while self.stalled:
                    await asyncio.sleep(LOOK_S)
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                writer.write(data)
                await writer.drain()
        writer.close()
