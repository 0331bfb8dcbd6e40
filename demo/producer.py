"""The demo's events take the way of a producer's: the SDK, the gateway with an API key, and from there the broker."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel

import tidewheel_sdk
from operations import api_keys
from schemas.envelope import Event
from stores import gateway_address
from stores.errors import Retryable
from stores.settings import Settings
from tidewheel_sdk import Client

_WITHIN_S = 120.0


class Producer:
    """Sends events; `sent` counts them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.sent = 0

    @classmethod
    def of(cls, where: Settings, tenant: str, now: datetime) -> "Producer":
        """Return one for a tenant, with an API key of its own. Raises `Retryable` when no gateway has an address."""
        url = gateway_address.url_of(where.home)
        if not url:
            raise Retryable("the gateway has not said its address; `tidewheel status` shows what runs")
        key, _ = api_keys.add(where, tenant, ("events",), "demo", now)
        return cls(Client(url, key))

    def send(self, events: Iterable[Event]) -> None:
        """Send events and wait until the broker has them; raises `Retryable` when it does not get them all."""
        deliveries = self._client.send_all(as_producers_have_it(event) for event in events)
        delivered = self._client.flush(_WITHIN_S)
        refused = [one.result() for one in deliveries if one.done and one.result().status != "accepted"]
        if not delivered or refused:
            why = refused[0].reason if refused else self._client.problem
            raise Retryable(f"the gateway did not take all of {len(deliveries)} events: {why}")
        self.sent += len(deliveries)


def as_producers_have_it(value: Any) -> Any:  # noqa: ANN401  # an event, or whatever its fields have
    """Return an event of the schemas as the SDK's class of the same name."""
    if isinstance(value, BaseModel):
        kind = getattr(tidewheel_sdk, type(value).__name__)
        return kind(
            **{f.name: as_producers_have_it(getattr(value, f.name)) for f in dataclasses.fields(kind) if f.init}
        )
    return tuple(map(as_producers_have_it, value)) if isinstance(value, tuple) else value
