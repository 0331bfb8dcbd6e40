"""What becomes of an event when one of its people is forgotten for good: it is refused, or loses its author."""

from collections.abc import Callable
from dataclasses import replace

import orjson

from operations.events import Read

REFUSAL = "user: this person is forgotten for good (`tidewheel forget --suppress`), and nothing of them is taken"
"""Why an event is refused. It names nobody."""

Forgotten = Callable[[str, str | None], bool]
"""Tells whether somebody of a tenant is forgotten for good."""


def screened(item: Read, forgotten: Forgotten) -> Read | None:
    """Return what may be taken of an event; None for nothing. Pure, but for what `forgotten` looks at.

    A document stays: only its author goes, as in forgetting itself, and is among the event's cuts.
    """
    tenant = item.event.tenant
    if forgotten(tenant, getattr(item.event, "user", None)):
        return None
    if not forgotten(tenant, getattr(item.event, "author", None)):
        return item
    content = {name: value for name, value in orjson.loads(item.text).items() if name != "author"}
    event = item.event.model_copy(update={"author": None})
    return replace(item, event=event, text=orjson.dumps(content), cuts={**item.cuts, "author": 1})
