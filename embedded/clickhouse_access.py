"""Who may talk to the embedded ClickHouse: programs on this machine that know its password, and no web page."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Access:
    """The address that requests must name, and the user and password that they must bring (none when it is empty)."""

    host: str
    user: str = "default"
    password: str = ""

    def foreign(self, headers: Mapping[str, str]) -> str:
        """Return why a request, which a browser may have sent for a web page, is turned down, or an empty string."""
        address = headers.get("host", self.host)
        name = _host(address)
        if name not in ("localhost", "127.0.0.1", "::1", self.host) and self.host != "0.0.0.0":
            return f"host {name} is not served here (a guard against web pages that rename their host)"
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in (f"http://{address}".lower(), f"https://{address}".lower()):
            return "requests from web pages of another origin are not served"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return "requests from web pages of another origin are not served"
        return ""

    def refusal(self, headers: Mapping[str, str], url: Mapping[str, str]) -> str:
        """Return why the request's user is turned down, or an empty string."""
        if not self.password:
            return ""
        user, key = headers.get("x-clickhouse-user", ""), headers.get("x-clickhouse-key", "")
        scheme, _, basic = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            user, _, key = _decoded(basic).partition(":")
        user, key = user or url.get("user", "") or self.user, key or url.get("password", "")
        given, right = f"{user}:{key}", f"{self.user}:{self.password}"
        matches = hmac.compare_digest(given.encode(errors="surrogateescape"), right.encode())
        return "" if matches else f"{user}: Authentication failed: password is incorrect, or there is no such user"


def _host(address: str) -> str:
    try:
        return urlsplit("//" + address).hostname or ""
    except ValueError:
        return "?"


def _decoded(basic: str) -> str:
    try:
        return base64.b64decode(basic + "==").decode(errors="replace")
    except ValueError:
        return ""
