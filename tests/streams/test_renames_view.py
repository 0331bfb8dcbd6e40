"""Renames: chains end where they end, cycles nowhere, and the view of the warehouse says the same."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.settings import Settings
from tests.streams.renames_oracle import LONGEST, present_names
from tests.streams.world import World

NAMES = st.sampled_from([f"d{n}" for n in range(8)])


def test_chains_are_followed_to_their_end() -> None:
    assert present_names({"a": "b", "b": "c", "x": "c"}) == {"a": "c", "b": "c", "x": "c"}


def test_nothing_follows_into_a_cycle() -> None:
    assert present_names({"a": "b", "b": "a", "x": "a", "y": "z"}) == {"y": "z"}


def test_a_long_chain_is_followed_and_an_endless_one_is_not() -> None:
    chain = {f"d{n}": f"d{n + 1}" for n in range(LONGEST + 1)}
    found = present_names(chain)
    assert "d0" not in found
    assert found["d1"] == f"d{LONGEST + 1}"


@given(st.dictionaries(NAMES, NAMES))
def test_no_present_name_is_a_former_one(renamed: dict[str, str]) -> None:
    renamed = {former: name for former, name in renamed.items() if former != name}
    found = present_names(renamed)
    assert not set(found.values()) & renamed.keys()
    assert all(renamed[former] in {found[former], *found} for former in found)
    assert present_names({**renamed, **found}).items() >= found.items()


@pytest.fixture(scope="module")
def world(stack: Settings) -> Iterator[World]:
    made = World(stack, "renamed")
    yield made
    made.remove()


@pytest.mark.thorough
def test_the_view_says_the_same(world: World) -> None:
    graphs = [
        {},
        {f"d{n}": f"d{n + 1}" for n in range(LONGEST + 1)},
        {f"d{n}": f"d{(n + 1) % 5}" for n in range(5)} | {"x": "d0", "y": "z"},
    ]
    for seed in range(20):
        graphs.append({f"d{n}": f"d{(n * (seed + 3) + seed * seed) % 11}" for n in range(9) if n % (seed + 2)})
    cleaned = [{former: name for former, name in graph.items() if former != name} for graph in graphs]
    rows = [(f"t{n}", former, name) for n, graph in enumerate(cleaned) for former, name in graph.items()]
    world.warehouse.insert(
        "documents",
        {
            "tenant": [tenant for tenant, _, _ in rows],
            "document": [former for _, former, _ in rows],
            "renamed_to": [name for _, _, name in rows],
            "deleted": [1 for _ in rows],
            "version": [1 for _ in rows],
        },
    )
    found = world.warehouse.rows("SELECT tenant, document, current FROM renames WHERE tenant LIKE 't%'")
    for number, graph in enumerate(cleaned):
        said = {row["document"]: row["current"] for row in found if row["tenant"] == f"t{number}"}
        assert said == present_names(graph), graph
