"""Watching a contestant: how many events it has stored, its CPU-seconds and memory, until all is stored and closed.

The time runs from when its first record was read (not from the start of the process: joining a group takes seconds)
until the table `batches` accounts for every event, and the ledger proves that each is in `events` or `dead_letters`.
"""

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

import orjson
import psutil

from bench.output import say
from bench.stack import ROOT, Stack
from stores import redis_client
from stores.access_log import AccessLog
from stores.warehouse import Warehouse
from streams.config import StreamsConfig
from streams.wiring import pace

EVERY_S = 0.1
START_S, CLOSE_S, STOP_S = 90.0, 300.0, 25.0


class Failed(Exception):
    """A contestant ended, or did not get to work."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Wall time, and what the contestant's processes and the warehouse showed then."""

    at: float
    events: int
    cpu_s: float
    rss_mib: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A contestant's figures; `closed_s` is when the last session was closed, `rss_start` is after a tenth."""

    events: int
    seconds: float
    cpu_s: float
    rss_start: float
    rss_end: float
    missing: int | None = None
    closed_s: float | None = None
    samples: list[Sample] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return events per second."""
        return self.events / self.seconds

    def figures(self) -> dict[str, float | int | None]:
        """Return them for the report."""
        return {
            "events": self.events,
            "seconds": round(self.seconds, 2),
            "events_per_s": round(self.rate),
            "cpu_s_per_million": round(self.cpu_s / self.events * 1e6, 2),
            "rss_mib_start": round(self.rss_start, 1),
            "rss_mib_end": round(self.rss_end, 1),
            "missing": self.missing,
            "closed_s": None if self.closed_s is None else round(self.closed_s, 2),
        }


class Watch:
    """Looks at the processes of one contestant and at its database."""

    def __init__(self, stack: Stack, processes: Sequence[psutil.Process]) -> None:
        where = stack.settings()
        self._processes = processes
        self.warehouse = Warehouse.connect(where)
        self.warehouse.migrate()
        rules = StreamsConfig.model_validate(stack.rules).sessions
        self.accesses = AccessLog(redis_client.connect(where), pace(rules))

    def look(self) -> Sample:
        """Return how things are. Raises `Failed` when a process has ended."""
        cpu = rss = 0.0
        for process in self._processes:
            try:
                times = process.cpu_times()
                cpu, rss = cpu + times.user + times.system, rss + process.memory_info().rss / (1 << 20)
            except psutil.Error as error:
                raise Failed("it ended") from error
            if process.status() == psutil.STATUS_ZOMBIE:
                raise Failed("it ended")
        stored = int(self.warehouse.rows("SELECT sum(events) AS events FROM batches")[0]["events"])
        return Sample(time.time(), stored, cpu, rss)

    def began(self) -> float:
        """Return when the first record was read."""
        [row] = self.warehouse.rows("SELECT toUnixTimestamp64Milli(min(processed_at)) AS at FROM batches")
        return float(row["at"]) / 1_000

    def proven(self) -> tuple[int, int]:
        """Return (events that are stored or dead, offsets missing between the first and the last of them)."""
        query = "SELECT sum(accepted + dead) AS known, sum(missing) AS missing FROM ledger"
        [row] = self.warehouse.rows(query)
        return int(row["known"]), int(row["missing"])


def measure(
    stack: Stack, command: Sequence[str], events: int, workers: int = 1, limit_s: float = 900.0, closing: bool = True
) -> Measured:
    """Run `workers` processes of a command until all events are stored, or for `limit_s` seconds of work.

    Raises `Failed` with the processes' last words.
    """
    with tempfile.TemporaryFile() as log:
        try:
            with _started(stack, command, workers, log) as processes:
                return _watched(Watch(stack, processes), events, limit_s, closing)
        except Failed as failure:
            log.seek(0)
            last = log.read().decode("utf-8", "replace").strip()[-1_500:]
            raise Failed(f"{' '.join(command[1:])}: {failure}\n{last}") from failure


def _watched(watch: Watch, events: int, limit_s: float, closing: bool) -> Measured:
    samples, began = [watch.look()], 0.0
    started = result = time.time()
    while True:
        time.sleep(EVERY_S)
        sample = watch.look()
        samples.append(sample)
        if not began and sample.events:
            began = watch.began()
        if not began and sample.at - started > START_S:
            raise Failed(f"it stored nothing within {START_S:g} s")
        if sample.at - result > 5:
            result = sample.at
            say(f"  {sample.events:,} of {events:,} stored, {sample.rss_mib:.0f} MiB")
        over = bool(began) and sample.at - began > limit_s
        if over or (sample.events >= events and watch.proven()[0] >= events):
            break
    complete = sample.events >= events
    closed_s = closed(watch, began) if complete and closing else None
    missing: int | None  # asked for now: rows are stored before the line of the ledger that tells of them
    known, missing = watch.proven()
    if not known:
        raise Failed("it stored nothing")
    if not complete:
        # Stopped in the middle: measured until its last batch, and what its ledger says by now is of no use.
        last = next(number for number, earlier in enumerate(samples) if earlier.events == sample.events)
        samples = samples[: last + 1]
        known, missing = sample.events, None
    return _figures(samples, began, known, missing, closed_s)


def _figures(samples: list[Sample], began: float, known: int, missing: int | None, closed_s: float | None) -> Measured:
    last = samples[-1]
    ready = [sample for sample in samples if sample.at <= began][-1:] or samples[:1]
    warm = next(sample for sample in samples if sample.events * 10 >= last.events)
    cpu = last.cpu_s - ready[0].cpu_s
    return Measured(known, last.at - began, cpu, warm.rss_mib, last.rss_mib, missing, closed_s, samples)


def closed(watch: Watch, began: float) -> float:
    """Wait until no session is open; return the seconds since the first record. Raises `Failed` after `CLOSE_S`."""
    deadline = time.time() + CLOSE_S
    while watch.accesses.open_users():
        if time.time() > deadline:
            raise Failed(f"sessions were still open after {CLOSE_S:g} s")
        watch.look()
        time.sleep(EVERY_S)
    return time.time() - began


@contextmanager
def _started(stack: Stack, command: Sequence[str], workers: int, log: IO[bytes]) -> Iterator[list[psutil.Process]]:
    started: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(workers):
            started.append(subprocess.Popen(list(command), cwd=ROOT, env=stack.environment(), stdout=log, stderr=log))
        yield [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def floor(stack: Stack, command: Sequence[str], events: int) -> Measured:
    """Run the floor, which measures itself: it stores nothing that could be watched. Raises `Failed`."""
    try:
        done = subprocess.run(
            list(command), cwd=ROOT, env=stack.environment(), capture_output=True, check=True, timeout=300
        )
    except subprocess.CalledProcessError as error:
        raise Failed(f"the floor ended: {error.stderr.decode('utf-8', 'replace')[-500:]}") from error
    except subprocess.TimeoutExpired as error:
        raise Failed("the floor did not read all events within 300 s") from error
    result = orjson.loads(done.stdout)
    return Measured(events, result["seconds"], result["cpu_s"], 0.0, 0.0)
