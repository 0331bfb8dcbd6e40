"""Where an HTTP service of a home listens: a file by which others, and its own next start, find it. It holds no secret.

| file | service |
|---|---|
| `HOME/gateway.json` | the gateway |
| `HOME/console.json` | the console |
"""

import json
from pathlib import Path


def publish(home: Path, service: str, host: str, port: int) -> str:
    """Write where a service listens into the home, where it stays for the next start; return the address."""
    url = f"http://{host}:{port}"
    file = _file(home, service)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(json.dumps({f"{service}_url": url}))
    fresh.replace(file)
    return url


def url_of(home: Path, service: str) -> str:
    """Return where a service of a home listens, or did; empty when it never did."""
    try:
        return str(json.loads(_file(home, service).read_text())[f"{service}_url"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _file(home: Path, service: str) -> Path:
    return home / f"{service}.json"
