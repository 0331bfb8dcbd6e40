"""Files and scores are what was signed, or the model goes nowhere."""

import pytest

from stores.errors import Refused
from tests.indexer.loop import WON, scored, trained
from tests.indexer.world import World


def test_files_are_read_and_held_against_the_manifest(world: World) -> None:
    manifest = world.manifest(world.next)
    assert manifest is not None
    world.trust.check_files(world.tenant, world.next, manifest)
    for wrong in ("0" * 64, world.manifest(world.live) or ""):
        with pytest.raises(Refused, match="changed after the review"):
            world.trust.check_files(world.tenant, world.next, wrong)
    with pytest.raises(Refused, match="nobody said which files"):
        world.trust.check_files(world.tenant, world.next, "")


def test_scores_are_read_anew_and_held_against_the_trainers_hash(world: World) -> None:
    event = trained(world)
    right = world.trust.scores(event)
    assert (right.queries, right.problem) == (WON.queries, "")
    scored(world, event.run, WON.model_copy(update={"difference": 0.2}))
    assert "scores say +0.2000" in world.trust.scores(event).problem
    assert "scores of 0" in world.trust.scores(event.model_copy(update={"run": "run-none"})).problem


def test_what_another_try_of_the_run_writes_late_voids_no_win(world: World) -> None:
    event = trained(world)
    others = WON.model_copy(update={"difference": -0.3, "queries": WON.queries + 5})
    scored(world, event.run, others, snapshot="a-try-that-lost-its-lease")
    assert world.trust.scores(event).problem == ""
    late = event.model_copy(update={"snapshot": "a-try-that-lost-its-lease"})
    assert "the scores say -0.3" in world.trust.scores(late.model_copy(update={"comparison": others.model_copy(
        update={"difference": 0.1})})).problem, "its own rows are there, and are read for it alone"  # fmt: skip


def test_scores_of_before_tries_had_names_hold(world: World) -> None:
    event = trained(world, run="run-old")
    world.warehouse.execute(
        f"ALTER TABLE query_scores DELETE WHERE tenant = '{world.tenant}' SETTINGS mutations_sync = 1"
    )
    scored(world, event.run, WON, snapshot="")
    assert world.trust.scores(event).problem == ""
