"""`tidewheel propensities` on a running stack: what was learned of ranks stands beside what is assumed."""

import json

import pytest

from stores.settings import Settings
from tests.console.pointing import point_at
from tests.console.running import CommandLine
from tests.operations.test_propensities import searched
from tests.streams.lives import Streams, documents


@pytest.fixture(autouse=True)
def own_database(tidewheel: CommandLine, stack: Settings, town: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(stack, town.warehouse.database, monkeypatch)


def test_ranks_are_told_beside_what_is_assumed(tidewheel: CommandLine, town: Streams, tenant: str) -> None:
    town.take(*documents(tenant))
    few = tidewheel("propensities", "--tenant", tenant)
    assert (few.code, "Too few documents stood at several ranks" in few.out) == (0, True)
    for person in range(50):
        town.take(*searched(tenant, person, "ab", "a" if person < 40 else "b"))
        town.take(*searched(tenant, 100 + person, "ba", "a" if person < 20 else "b"))
    told = json.loads(tidewheel("propensities", "--tenant", tenant, "--json").out)
    first, second = told["ranks"][:2]
    assert (first["people"], first["openings"], first["chance"], first["assumed"]) == (100, 70, 1.0, 1.0)
    assert (second["people"], second["openings"], second["assumed"]) == (100, 30, 0.5)
    assert second["chance"] == pytest.approx(0.43, abs=0.02), "40 to 20 of one document, 30 to 10 of the other"
    assert told["eta"] == 1.0
    shown = tidewheel("propensities", "--tenant", tenant)
    assert "Assumed: rank^-1 (streams.search_click.eta). What fits best: rank^-1.2" in shown.out
    assert tidewheel("propensities", "--tenant", "nobody").code == 2
