"""What a packet shows of documents and of the training run."""

import pytest

from indexer.review.packet import held_out
from tests.indexer.loop import Loop, start_with
from tests.indexer.world import World, days_ago


@pytest.mark.thorough
def test_a_packet_names_nothing_that_is_not_for_everyone(world: World) -> None:
    with world.together():
        for n in range(10):
            world.put(f"secret{n}", 1, f"body {n}", title=f"Merger {n}", acl=("board",), updated_at=days_ago(n))
    with world.together():
        for n in range(3):
            world.put(f"open{n}", 1, f"body {n}", title=f"Lunch {n}", updated_at=days_ago(n))
    with world.together():
        for query, document in (("who buys whom", "secret3"), ("lunch menu", "open1")):
            world.event("SearchServed", "u", query=query)
            world.event("DocumentOpened", "u", document=document, query=query)
    start_with(world, world.live)
    loop = Loop(world)
    loop.settle()
    text = loop.ready().canonical()
    for word in ("Merger", "secret", "who buys whom"):
        assert word not in text
    if loop.packet().shadow_test.different:
        assert {e.query for e in loop.packet().shadow_test.different} == {"lunch menu"}


def test_the_held_out_examples_of_a_packet_name_nothing_that_is_not_for_everyone(world: World) -> None:
    world.put("open", 1, "lunch")
    world.put("secret", 1, "merger", acl=("board",))
    queries = [(f"{kind} {n}", kind, 0.1 * n) for kind in ("open", "secret") for n in (-2, -1, 1, 2)]
    rows = [(query, kind, system, gain) for query, kind, gain in queries for system in ("candidate", "live")]
    scores = [0.5 + gain * (system == "candidate") for _, _, system, gain in rows]
    world.warehouse.insert(
        "query_scores",
        {
            "tenant": [world.tenant] * len(rows), "run": ["r"] * len(rows), "query": [row[0] for row in rows],
            "system": [row[2] for row in rows], "slices": [["all"]] * len(rows), "relevant": [[row[1]] for row in rows],
            "retrieved": [["secret", "open"]] * len(rows),
            **dict.fromkeys(("ndcg_10", "mrr_10", "map_10", "recall_10", "precision_10"), scores),
        },
    )  # fmt: skip
    found = held_out(world.warehouse, world.tenant, "r", "s")
    assert [one.query for one in found.wins] == ["open 2", "open 1"]
    assert [one.query for one in found.losses] == ["open -2", "open -1"]
    assert {d.document for one in (*found.wins, *found.losses) for d in (*one.live, *one.shadow)} == {"open"}
