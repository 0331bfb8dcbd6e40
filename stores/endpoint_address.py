"""Which addresses texts of a tenant may be sent to: encrypted, or this very machine. Pure."""

import ipaddress
from urllib.parse import urlsplit


def safe_address(url: str) -> str:
    """Return the address of an endpoint as it is given. Raises `ValueError` where texts or a key would be seen."""
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("an endpoint's address holds no user, key, query or fragment")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))):
        raise ValueError("it is no https:// address, nor an http:// one of this machine: texts would go in the clear")
    return url


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
