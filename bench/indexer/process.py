"""The indexer as a process that is started, killed and watched from outside: what it embeds, its memory."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from bench.indexer.counted import FORGETFUL
from bench.output import peak_mib
from bench.stack import ROOT, Stack, tied
from stores.errors import Retryable

_LOOK_S = 0.05


class Process:
    """An indexer of this stack, running from `start` to `kill`; its log lasts over restarts."""

    def __init__(self, stack: Stack, directory: Path, forgetful: bool) -> None:
        self._stack, self._log = stack, directory / "embedded.jsonl"
        self._said = directory / "indexer.log"
        self._options = [FORGETFUL] if forgetful else []
        self._process: subprocess.Popen[bytes] | None = None
        self.rss_mib = 0.0
        """The most resident memory that any of its processes has had."""

    def start(self) -> None:
        """Start it; it works as soon as it holds the tenants."""
        command = [sys.executable, "-m", "bench.indexer.counted", str(self._log), *self._options]
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(
                tied(command), cwd=ROOT, env=self._stack.environment(), stdout=said, stderr=said, start_new_session=True
            )
        threading.Thread(target=self._watch, args=(self._process,), daemon=True).start()

    def kill(self) -> None:
        """Kill it as `kill -9` does."""
        if self._process is not None and self._process.poll() is None:
            self.look()
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def look(self) -> None:
        """Note its peak of memory so far."""
        if self._process is not None:
            self.rss_mib = max(self.rss_mib, peak_mib(self._process.pid))

    def wait(self, until: Callable[[], bool], within_s: float) -> float:
        """Wait until something holds and return how many seconds that took. Raises `Retryable` when it never does."""
        began = time.monotonic()
        while not until():
            if time.monotonic() - began > within_s or self._process is None or self._process.poll() is not None:
                self.kill()
                raise Retryable(f"the indexer did not get there in {within_s:g} s: {self._said.read_text()[-2_000:]}")
            time.sleep(_LOOK_S)
        self.look()
        return time.monotonic() - began

    def embedded(self, manifest: str | None, sample: bool = False, finished: bool = False) -> int:
        """Return how many texts were embedded so far by a model: begun, or `finished`."""
        return sum(line["texts"] for line in self._lines(manifest, sample) if line["began"] is not finished)

    def encoding_s(self, manifest: str | None, sample: bool) -> float:
        """Return the seconds that this model's embedding took."""
        return sum(float(line.get("seconds", 0.0)) for line in self._lines(manifest, sample))

    def _lines(self, manifest: str | None, sample: bool) -> list[dict[str, Any]]:
        lines = self._log.read_bytes().splitlines() if self._log.exists() else []
        read = (orjson.loads(line) for line in lines)
        return [line for line in read if line["manifest"] == manifest and line["sample"] is sample]

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        while process.poll() is None:
            self.rss_mib = max(self.rss_mib, peak_mib(process.pid))
            time.sleep(1.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
