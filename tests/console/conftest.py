"""The command line on the session's stack, and the indexer's tenants for it to decide about."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from console.cli import cli
from operations import operators
from stores import keys
from stores.serving import Serving, ServingRecord
from stores.settings import Settings
from tests.console.pointing import point_at
from tests.console.running import CommandLine
from tests.indexer.conftest import models, vectors, warehouse, world
from tests.streams.lives import NOW, Streams, day, documents, streams, trained

__all__ = ["models", "tidewheel", "vectors", "warehouse", "world"]


@pytest.fixture
def tidewheel(stack: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Runs commands on the session's stack and its default database, for three operators: this user, ana and ben."""
    for name in (keys.own_name(), "ana", "ben"):
        operators.ensure(stack, name, NOW)
    point_at(stack, stack.clickhouse_database, monkeypatch)
    return CommandLine(monkeypatch, capsys)


@pytest.fixture(scope="module")
def town(stack: Settings, request: pytest.FixtureRequest) -> Iterator[Streams]:
    """Streams on a database that the test's module has for itself."""
    with streams(stack, request.module.__name__.rpartition(".")[2]) as running:
        yield running


@pytest.fixture
def run(stack: Settings, town: Streams, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command on the module's database; an error of ours is the result's `exception`."""
    point_at(stack, town.warehouse.database, monkeypatch)
    return lambda *arguments, **given: CliRunner().invoke(cli, list(arguments), **given)


@pytest.fixture
def model(stack: Settings, town: Streams, tenant: str) -> str:
    """A live model that learned from one person's day; its snapshot is named after the tenant."""
    town.take(*documents(tenant), *day(tenant, f"ana [bold] {tenant}", f"[/x] \x1b[31m where {tenant}"))
    town.close()
    model = trained(town, tenant, snapshot=f"snapshot-{tenant}")
    serving = Serving.connect(stack)
    serving.move(ServingRecord(tenant=tenant, model=model, collection="c", version=1, moved_at=NOW), {})
    serving.close()
    return model
