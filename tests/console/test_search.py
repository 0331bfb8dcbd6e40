"""`tidewheel search` on a running stack: what is live answers, and nobody sees what they may not."""

import json
from pathlib import Path

import pytest

from stores.rebuilds import Rebuild
from stores.settings import Settings
from stores.shelf import Shelf
from tests.console.running import CommandLine
from tests.indexer.world import NOW, World, live


@pytest.mark.thorough
def test_a_search_shows_what_the_asker_may_see(
    tidewheel: CommandLine, stack: Settings, world: World, models: dict[str, Path]
) -> None:
    Shelf.open(stack).put(world.tenant, world.live, models[world.live], {}, NOW)
    world.put("open", 1, "The merger plan for everyone.", title="Plan")
    world.put("secret", 1, "The merger plan of the board.", title="Secret", acl=("board",))
    live(world)
    ask = ("search", "merger plan", "--tenant", world.tenant)
    result = tidewheel(*ask)
    assert result.code == 0
    assert "  1  Plan  (open, " in result.out
    assert "The merger plan for everyone." in result.out
    assert "Secret" not in result.out
    assert f"{world.live} in {world.target().collection}, serving version 1" in result.out
    found = json.loads(tidewheel(*ask, "--group", "board", "--json").out)
    assert (found["model"], found["collection"], found["serving_version"]) == (
        world.live, world.target().collection, 1,
    )  # fmt: skip
    assert [(each["rank"], each["title"]) for each in found["results"]] in (
        [(1, "Plan"), (2, "Secret")], [(1, "Secret"), (2, "Plan")],
    )  # fmt: skip
    assert len(json.loads(tidewheel(*ask, "--group", "board", "-k", "1", "--json").out)["results"]) == 1


@pytest.mark.thorough
def test_while_the_index_is_filled_anew_what_is_in_it_is_shown_and_the_exit_code_is_try_again(
    tidewheel: CommandLine, stack: Settings, world: World, models: dict[str, Path]
) -> None:
    Shelf.open(stack).put(world.tenant, world.live, models[world.live], {}, NOW)
    world.put("open", 1, "The merger plan for everyone.", title="Plan")
    live(world)
    rebuild = Rebuild(reason="lost", at=NOW, done=1, total=9)
    world.serving.rebuilds.save(world.tenant, world.target().collection, rebuild)
    result = tidewheel("search", "merger plan", "--tenant", world.tenant)
    assert result.code == 4
    assert "  1  Plan  (open, " in result.out
    assert "is being rebuilt, 1 of 9 documents; try again" in result.err
    found = tidewheel("search", "merger plan", "--tenant", world.tenant, "--json")
    assert (found.code, json.loads(found.out)["rebuilding"]) == (4, {"done": 1, "total": 9})
    shown = tidewheel("status", "--tenant", world.tenant)
    assert "is being rebuilt, 1 of 9 documents, because lost" in shown.out
