"""Where the gateway listens: by the setting, and on the same port as the last time where that leaves it open."""

from embedded import ports
from stores import gateway_address
from stores.settings import Settings


def chosen(where: Settings) -> tuple[str, int]:
    """Return host and port: the setting's, and for port 0 that of the last time, else a free one.

    Raises `Misconfigured` when the port that is asked for is taken.
    """
    return ports.listening("gateway", where.gateway_listen, gateway_address.url_of(where.home))
