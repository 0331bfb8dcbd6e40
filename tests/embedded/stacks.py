"""Whole stacks as processes: started, looked at, asked."""

import http.client
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from embedded import control
from embedded.reaper import VARIABLE
from embedded.servers import Service

SLEEPER = (sys.executable, "-S", "-c", "import time; time.sleep(600)")
FAMILY = (
    sys.executable,
    "-S",
    "-c",
    "import subprocess, sys, time\n"
    "code = 'import time; time.sleep(600)'\n"
    "subprocess.Popen([sys.executable, '-S', '-c', code])\n"
    "subprocess.Popen([sys.executable, '-S', '-c', code], start_new_session=True)\n"
    "time.sleep(600)\n",
)
"""A service with a child in its group and a child that left it."""


def family(home: Path) -> list[psutil.Process]:
    """Return every live process of the home's stack: the supervisor and all that carry its mark."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get(VARIABLE) and process.environ().get("TEST_HOME") == str(home)
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def start(home: Path, *services: Service, **given: object) -> dict[str, str]:
    return control.start_in_background(home, services, tied=True, **given)  # type: ignore[arg-type]  # any of its options


def until(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def states(home: Path) -> dict[str, control.ProgramState]:
    return {state.name: state for state in control.status(home)}


def query(endpoints: dict[str, str], sql: str) -> bytes:
    url = urlsplit(endpoints["clickhouse_url"])
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=60)
    connection.request("POST", "/", sql.encode(), {"X-ClickHouse-Key": url.password or ""})
    content = connection.getresponse().read()
    connection.close()
    return content
