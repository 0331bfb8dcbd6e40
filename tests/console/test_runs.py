"""`tidewheel runs`: how runs ended, and a request that names the files of a refused model."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations import operators
from schemas.learning import ModelRefused, TrainingRequested, TrainingStopped
from stores import redis_client, training_status
from stores.rights import Right
from stores.settings import Settings
from stores.shelf import Shelf, refused_name
from stores.warehouse import Warehouse
from tests.console.pointing import point_at
from tests.console.running import CommandLine, sent
from tests.console.web.browsing import write_event
from tests.indexer.world import NOW, World, live
from tests.streams.drift.history_rows import Log
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
    (why,) = [line for line in shown.splitlines() if line.startswith("    it drifted; ")]
    assert "signals -> " in why
    assert " taught, " in why
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


def test_a_run_shows_what_became_of_the_signals_that_it_read(
    tidewheel: CommandLine, stack: Settings, warehouse: Warehouse, tenant: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    point_at(stack, warehouse.database, monkeypatch)
    end = ModelRefused(
        event_id=tenant, tenant=tenant, occurred_at=NOW, run="run-1", verdict="INCONCLUSIVE", reasons=("too close",),
        snapshot="snapshot-1",
    )  # fmt: skip
    write_event(warehouse, end)
    sides = ["train"] * 4 + ["validation"] * 2 + ["test"] * 3 + ["unused"] * 5
    for snapshot, rows in (("snapshot-1", sides), ("snapshot-2", ["train"] * 50)):
        warehouse.insert(
            "snapshot_pairs",
            {
                "tenant": [tenant] * len(rows), "snapshot": [snapshot] * len(rows), "side": rows,
                "pair": [f"pair-{n}" for n in range(len(rows))], "weight": [1.0] * len(rows),
            },
        )  # fmt: skip
    said = "14 signals -> {} -> 4 signals taught, 2 chose, 3 tested"
    assert said.format("examples") in " ".join(tidewheel("runs", "--tenant", tenant).out.split())
    (tmp_path / "manifest.json").write_text("{}")
    Shelf.snapshots(stack).put(tenant, "snapshot-1", tmp_path, {"examples": "1100"}, NOW)
    shown = tidewheel("runs", "--tenant", tenant).out
    assert said.format("1,100 examples") in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80
    (run,) = json.loads(tidewheel("runs", "--tenant", tenant, "--json").out)
    assert [run["used"][name] for name in ("signals", "examples", "taught", "chose", "tested")] == [14, 1100, 4, 2, 3]


def test_a_run_is_stopped_with_a_reason_and_what_came_of_it_is_said(
    tidewheel: CommandLine, stack: Settings, town: Streams, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(stack, town.warehouse.database, monkeypatch)
    town.take(*documents(tenant))
    log = Log(town.warehouse, tenant)
    about: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW}
    for run in ("run-1", "run-2"):
        asked = TrainingRequested(
            event_id=f"{tenant}-{run}", run=run, requested_by="drift", reason="it drifted", **about
        )
        log.write([asked])
    log.write([ModelRefused(event_id=f"{tenant}-end", run="run-2", verdict="LOSS", reasons=("x",), **about)])
    operators.add(stack, f"kim-{tenant}", NOW, may=frozenset({Right.DRIFT}))
    where = ("--tenant", tenant, "--by", "ana", "--reason", "a move")
    for arguments, code, words in (
        (("run-9", *where), 3, f"'{tenant}' has no training run run-9"),
        (("run-2", *where), 3, "run-2 is over, LOSS; there is nothing to stop"),
        (("run-1", "--tenant", tenant, "--by", "ana"), 2, "--reason"),
        (("run-1", *where, "--by", f"kim-{tenant}"), 3, "may not ask for a training run or stop one"),
    ):
        ended = tidewheel("runs", "stop", *arguments)
        assert (ended.code, ended.out) == (code, ""), ended
        assert words in ended.err
    ended = tidewheel("runs", "stop", "run-1", *where)
    assert (ended.code, "the trainer, which is not at work on it, ends it when it comes to it" in ended.out) == (
        0,
        True,
    )
    (event,) = sent(stack, tenant)
    assert isinstance(event, TrainingStopped)
    assert (event.run, event.by, event.reason) == ("run-1", "ana", "a move")

    client = redis_client.connect(stack)
    at = {"run": "run-1", "state": "fit", "step": "fit (5/8)", "stage": "a map", "done": "20", "total": "400"}
    training_status.write(client, tenant, at)
    shown = tidewheel("runs", "--tenant", tenant).out
    assert shown.count("fit (5/8), a map, 20 of 400; it drifted") == 1, "of the run that goes on alone"
    told = {row["run"]: row["progress"] for row in json.loads(tidewheel("runs", "--tenant", tenant, "--json").out)}
    assert told == {"run-1": at, "run-2": None}
    assert tidewheel("runs", "stop", "run-1", *where, "--wait", "0").code == 4
    log.write([event])
    shown = tidewheel("runs", "--tenant", tenant).out
    assert "ana asked to stop it: a move" in shown
    assert "RUNNING" in shown
    training_status.write(client, tenant, {"state": "ended", "verdict": "STOPPED"})
    client.close()
    why = ("stopped by ana: a move",)
    log.write([ModelRefused(event_id=f"{tenant}-stop", run="run-1", verdict="STOPPED", reasons=why, **about)])
    (_, row) = sorted(json.loads(tidewheel("runs", "--tenant", tenant, "--json").out), key=lambda one: one["verdict"])
    assert (row["verdict"], row["stopped_by"], row["stopped_because"]) == ("STOPPED", "ana", "a move")
    shown = tidewheel("runs", "--tenant", tenant).out
    assert "stopped by ana: a move" in shown
    assert "asked to stop" not in shown
    assert tidewheel("runs", "stop", "run-1", *where).code == 3


def test_the_tenant_stands_behind_what_is_to_be_done(tidewheel: CommandLine) -> None:
    ended = tidewheel("runs", "--tenant", "acme", "judge", "run-9", "--tenant", "acme")
    assert (ended.code, "--tenant stands behind 'judge'" in ended.err) == (2, True)
    assert tidewheel("runs").code == 2
