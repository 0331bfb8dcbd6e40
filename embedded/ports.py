"""Which loopback port each program listens on: requested, else the same as last time, else a free one.

Free ports are drawn from 20000-29999, below the range that the kernel hands to outgoing connections: a program that is
restarted then finds its port free.
"""

import json
import random
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from stores.errors import Misconfigured

HOST = "127.0.0.1"
FIRST, LAST, TRIES = 20_000, 29_999, 200


def is_free(port: int) -> bool:
    """Return whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a dead server's last connections do not count
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
        return True


def choose(names: Iterable[str], requested: Mapping[str, int], remembered: Mapping[str, int]) -> dict[str, int]:
    """Return a free port for each name. Raises `Misconfigured` when a requested one is taken or impossible."""
    chosen: dict[str, int] = {}
    for name in names:
        port = requested.get(name, 0)
        if port:
            if port in chosen.values():
                raise Misconfigured(f"{name}: port {port} is requested for two programs; give each its own")
            if not 0 < port < 65536 or not is_free(port):
                raise Misconfigured(
                    f"{name}: port {port} is taken or not allowed; stop what listens there or request another port"
                )
        else:
            port = remembered.get(name, 0)
            if not port or port in chosen.values() or not is_free(port):
                port = free({*chosen.values(), *requested.values()})
        chosen[name] = port
    return chosen


def listening(name: str, listen: str, last_url: str) -> tuple[str, int]:
    """Return host and port for a service that is to listen on `listen`, HOST:PORT; for port 0 that of its last URL if
    it is free, else a free one. Raises `Misconfigured` when the port that is asked for is taken."""
    host, _, port = listen.rpartition(":")
    if host != HOST:
        return host, int(port)
    last = last_url.rpartition(":")[2]
    return host, choose([name], {name: int(port)}, {name: int(last)} if last.isdigit() else {})[name]


def free(taken: set[int]) -> int:
    """Return a random free port that is not in `taken`."""
    for _ in range(TRIES):
        port = random.randint(FIRST, LAST)
        if port not in taken and is_free(port):
            return port
    raise Misconfigured(f"no free port between {FIRST} and {LAST}; stop some servers or request ports")


def recall(path: Path) -> dict[str, int]:
    """Return the ports of the last run; an unreadable file is no memory."""
    try:
        content = json.loads(path.read_text())
        return {str(name): int(port) for name, port in content.items()}
    except (OSError, ValueError, AttributeError, TypeError, OverflowError):
        return {}
