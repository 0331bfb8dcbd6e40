"""Who may talk to the embedded ClickHouse: programs on this machine, with the password if one is set."""

import base64
import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Access:
    """Who may ask: requests that name this host, with the password if one is set."""

    host: str
    user: str = "default"
    password: str = ""

    def refusal(self, headers: dict[str, str], url: dict[str, str]) -> str:
        """Return why a request is turned down, or an empty string."""
        name = urlsplit("//" + headers.get("host", self.host)).hostname or ""
        if name not in ("localhost", "127.0.0.1", "::1", self.host) and self.host != "0.0.0.0":
            return f"host {name} is not served here (a guard against web pages that rename their host)"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return "requests from web pages are not served"
        if not self.password:
            return ""
        user, key = headers.get("x-clickhouse-user", ""), headers.get("x-clickhouse-key", "")
        scheme, _, basic = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            user, _, key = base64.b64decode(basic + "==").decode(errors="replace").partition(":")
        user, key = user or url.get("user", ""), key or url.get("password", "")
        matches = hmac.compare_digest(f"{user}:{key}".encode(), f"{self.user}:{self.password}".encode())
        return "" if matches else f"{user}: Authentication failed: password is incorrect, or there is no such user"
