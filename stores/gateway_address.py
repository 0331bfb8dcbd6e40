"""Where the gateway of a home listens: see `stores.http_address`."""

from pathlib import Path

from stores import http_address


def publish(home: Path, host: str, port: int) -> str:
    """Write where the gateway listens into the home, where it stays for the next start; return the address."""
    return http_address.publish(home, "gateway", host, port)


def url_of(home: Path) -> str:
    """Return where the gateway of a home listens, or did; empty when it never did."""
    return http_address.url_of(home, "gateway")
