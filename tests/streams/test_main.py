"""`python -m streams` before its work begins: it waits for stores that are away, and can be stopped while it waits."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

NOBODY = {
    "TIDEWHEEL_KAFKA_BOOTSTRAP": "127.0.0.1:9",
    "TIDEWHEEL_REDIS_URL": "redis://127.0.0.1:9/0",
    "TIDEWHEEL_CLICKHOUSE_URL": "http://127.0.0.1:9",
    "TIDEWHEEL_MILVUS_URI": "http://127.0.0.1:9",
}


@pytest.mark.slow
def test_a_worker_that_waits_for_a_store_says_so_and_stops_in_order(tmp_path: Path) -> None:
    environment = {**os.environ, **NOBODY, "TIDEWHEEL_HOME": str(tmp_path)}
    workers = {}
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            log = tmp_path / number.name
            with log.open("wb") as out:
                command = [sys.executable, "-m", "streams"]
                workers[number] = subprocess.Popen(command, env=environment, stdout=out, stderr=out), log
        for number, (worker, log) in workers.items():
            deadline = time.monotonic() + 60
            while "waiting: the broker at 127.0.0.1:9 did not answer" not in log.read_text():
                assert worker.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            worker.send_signal(number)
            assert worker.wait(60) == 0, log.read_text()
    finally:
        for worker, _ in workers.values():
            worker.kill()
            worker.wait()
