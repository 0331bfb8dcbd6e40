"""The examination: everything is read once, each check apart, so that what does not answer hides nothing else.

settings ▸ machine ▸ each store ▸ topics, schema, services, clocks ▸ tenants, ledger, letters
"""

import stat
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from embedded import ports
from operations import dead_letters, status
from operations.connections import Connections
from operations.dead_letters import Wanted
from operations.doctor import machine, stack
from operations.doctor.finding import Finding, well
from schemas.instants import microseconds
from schemas.topics import TOPICS
from stores import broker, gateway_address, redis_client, settings, sql_files
from stores.errors import TidewheelError
from stores.machine import free_disk, memory
from stores.settings import Settings
from stores.shares import INDEXER, workers_there

_DISTRIBUTION = "tidewheel"
_SECRETS = ("keys", "keys/*", "keys/operators/*", "stack.json", "search.json", "*.curl")


def examine() -> Iterator[Finding]:
    """Yield the findings about this machine and the stack that its settings name, as they are made."""
    home = settings.home_directory()
    yield from of_machine(home)
    try:
        where = settings.load()
    except TidewheelError as error:
        yield Finding(
            "settings", "wrong", str(error), "nothing runs before its settings are right", "see what it says",
        )  # fmt: skip
        return
    yield well("settings", "every variable is known, and each store has an address")
    yield _listening(where)
    with Connections(where) as stores:
        yield from of_stores(stores)


def of_machine(home: Path) -> Iterator[Finding]:
    """Yield the findings about a home and its machine."""
    modes = {path: stat.S_IMODE(path.stat().st_mode) for pattern in _SECRETS for path in home.glob(pattern)}
    yield machine.rights(home, modes)
    yield machine.room(home, free_disk(home))
    yield machine.memory(memory().available)
    installed = {each.name.lower().replace("_", "-"): each.version for each in metadata.distributions() if each.name}
    yield machine.libraries(metadata.requires(_DISTRIBUTION) or (), installed)


def _listening(where: Settings) -> Finding:
    """Judge the gateway's address; one with port 0 takes what is free."""
    host, _, number = where.gateway_listen.rpartition(":")
    is_ours = gateway_address.url_of(where.home).endswith(f":{number}")
    free = number == "0" or not host.startswith("127.") or ports.is_free(int(number))
    return machine.port("TIDEWHEEL_GATEWAY_LISTEN", where.gateway_listen, is_ours, free)


def of_stores(stores: Connections) -> Iterator[Finding]:
    """Yield the findings about the stores, and about all that they tell while they answer."""
    where = stores.where
    kafka = _error(lambda: broker.described(where.kafka_bootstrap, ()))
    redis = _error(lambda: redis_client.guarded(stores.redis.ping))
    clickhouse = _error(lambda: stores.warehouse.query("clock"))
    milvus = _error(lambda: stores.vectors.names())
    yield stack.answers("Kafka", "kafka_bootstrap", kafka)
    yield stack.answers("Redis", "redis_url", redis)
    yield stack.answers("ClickHouse", "clickhouse_url", clickhouse)
    yield stack.answers("Milvus", "milvus_uri", milvus)
    if not kafka:
        yield from _each("topics", lambda: _topics(where))
    if not redis:
        yield from _each("services", lambda: _services(stores))
    if not clickhouse:
        yield from _each("schema", lambda: [_schema(stores)])
        yield from _each("clock", lambda: [_clock(stores)])
        yield from _each("ledger", lambda: [stack.ledger(status.events(stores))])
        yield from _each("letters", lambda: [stack.letters(dead_letters.counts(stores.warehouse, Wanted()))])
    if not redis and not clickhouse:
        yield from _each("tenant", lambda: [each for row in status.tenants(stores) for each in stack.tenant(row)])


def _topics(where: Settings) -> list[Finding]:
    wanted = broker.wanted(TOPICS.values())
    settings_by_topic = {name: made for name, (_, made) in wanted.items()}
    return stack.topics(settings_by_topic, broker.described(where.kafka_bootstrap, settings_by_topic))


def _services(stores: Connections) -> list[Finding]:
    rows = status.processes(stores.where.home)
    return stack.services(rows, workers_there(stores.redis, INDEXER), bool(rows))


def _schema(stores: Connections) -> Finding:
    applied = [row["number"] for row in stores.warehouse.query("migrations_applied")]
    return stack.schema([migration.number for migration in sql_files.migrations()], applied)


def _clock(stores: Connections) -> Finding:
    before = microseconds(datetime.now(UTC))
    theirs = int(stores.warehouse.query("clock")[0]["now"])
    after = microseconds(datetime.now(UTC))
    ahead = before - theirs if before > theirs else after - theirs if after < theirs else 0
    return stack.clock("ClickHouse", ahead / 1_000_000)


def _each(check: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield what a look finds, or that it could not be made."""
    try:
        yield from list(look())
    except TidewheelError as error:
        yield Finding(check, "wrong", f"it could not be looked at: {error}", "whether it is well is not known",
                      "mend what it names, then look again")  # fmt: skip


def _error(ask: Callable[[], object]) -> str:
    try:
        ask()
    except TidewheelError as error:
        return str(error)
    return ""
