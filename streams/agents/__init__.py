"""The agents: one module a topic, which says what becomes of its events. A new module here is a new agent.

A module has `TOPIC`, a row of the table of topics, and `process`, which decodes a batch, applies the rules and stores
what follows. Where no store is asked first, what follows is a pure function, `writes`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from schemas.topics import Topic
from stores.ports import Queries
from stores.signing import Objecting
from streams.batch import RecordBatch
from streams.config import StreamsConfig
from streams.publisher import Publisher
from streams.write import Writer


@dataclass(frozen=True, slots=True)
class AgentContext:
    """What agents work with: the rules, the tenants that may send (none named: all), whose signatures hold, and the
    stores."""

    config: StreamsConfig
    tenants: Collection[str]
    writer: Writer
    warehouse: Queries
    publisher: Publisher
    signing: Objecting


class Agent(Protocol):
    """What a module of this package is; safe to use from several threads."""

    TOPIC: Topic

    def process(self, batch: RecordBatch, context: AgentContext) -> None:
        """Store what follows from a batch. Raises `Retryable` when a store is away: call again, nothing is doubled."""
        ...


def agents() -> dict[str, Agent]:
    """Return the agents by the names of their topics."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found = [cast(Agent, module) for module in modules]
    return {agent.TOPIC.name: agent for agent in found}
