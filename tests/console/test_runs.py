"""`tidewheel runs`: how runs ended, and a request that names the files of a refused model."""

import json
from pathlib import Path

import pytest

from schemas.learning import ModelRefused, TrainingRequested
from stores.settings import Settings
from stores.shelf import Shelf, refused_name
from stores.warehouse import Warehouse
from tests.console.pointing import point_at
from tests.console.running import CommandLine, sent
from tests.console.web.browsing import write_event
from tests.indexer.world import NOW, World, live
from tests.streams.lives import Streams, day, documents, trained


@pytest.mark.thorough
def test_runs_show_why_each_began_and_how_it_ended(
    tidewheel: CommandLine, stack: Settings, town: Streams, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(stack, town.warehouse.database, monkeypatch)
    town.take(*documents(tenant), *day(tenant, "ana", "words"))
    assert "No training run of" in tidewheel("runs", "--tenant", tenant).out
    model = trained(town, tenant)
    (run,) = json.loads(tidewheel("runs", "--tenant", tenant, "--json").out)
    assert (run["run"], run["model"], run["verdict"]) == ("run-1", model, "WIN")
    assert (run["reason"], run["ndcg_live"], run["ndcg_candidate"]) == ("it drifted", 0.7, 0.8)
    shown = tidewheel("runs", "--tenant", tenant).out
    assert "    it drifted" in shown.splitlines()
    assert max(map(len, shown.splitlines())) <= 80
    other = tidewheel("runs", "--tenant", f"{tenant}x", "--json")
    assert (other.code, other.out) == (2, "")
    assert f"the nearest known name is '{tenant}'" in other.err


@pytest.mark.thorough
def test_a_refused_model_is_judged_again_by_a_request_that_names_its_files(
    tidewheel: CommandLine, stack: Settings, world: World, tmp_path: Path
) -> None:
    world.put("d1", 1, "a document")
    live(world)
    (tmp_path / "modules.json").write_text("[]")
    entry = Shelf.offers(stack).put(world.tenant, refused_name("run-9"), tmp_path, {}, NOW)
    where = ("--tenant", world.tenant, "--by", "ana")
    unknown = tidewheel("runs", "judge", "run-8", *where)
    assert unknown.code == 3
    assert "no model of the run 'run-8' is kept" in unknown.err
    ended = tidewheel("runs", "judge", "run-9", *where, "--json")
    assert ended.code == 0, ended.err
    (event,) = sent(stack, world.tenant)
    assert isinstance(event, TrainingRequested)
    assert (event.adopt, event.manifest, event.requested_by) == ("refused-run-9", entry.manifest, "ana")
    assert json.loads(ended.out)["run"] == event.run != "run-9"


def test_after_a_run_without_a_model_it_says_what_to_do(
    tidewheel: CommandLine, stack: Settings, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(stack, warehouse.database, monkeypatch)
    end = ModelRefused(
        event_id=tenant, tenant=tenant, occurred_at=NOW, run="run-1", verdict="INCONCLUSIVE", reasons=("too close",)
    )
    write_event(warehouse, end)
    shown = tidewheel("runs", "--tenant", tenant)
    words = " ".join(shown.out.split())
    assert shown.code == 0, shown.err
    for part in (
        "Nothing is broken",
        "People opened a result after 0 different",
        f"`tidewheel retrain --tenant {tenant}`",
    ):
        assert part in words, part
    assert max(map(len, shown.out.splitlines())) <= 80
    assert "Nothing is broken" not in tidewheel("runs", "--tenant", tenant, "--json").out


def test_the_tenant_stands_behind_what_is_to_be_done(tidewheel: CommandLine) -> None:
    ended = tidewheel("runs", "--tenant", "acme", "judge", "run-9", "--tenant", "acme")
    assert (ended.code, "--tenant stands behind 'judge'" in ended.err) == (2, True)
    assert tidewheel("runs").code == 2
