"""Models and run directories that are over go, and none that is in use or at work."""

import os
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stores.collection_states import State
from stores.retention import RetentionConfig
from stores.run_directories import EVENT_FILE, directory_of
from stores.serving import Collection, Serving, ServingRecord, Standby
from stores.settings import Settings
from stores.shelf import Shelf
from trainer.cleaning import Cleaner

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=400)
STATES = {"live": State.LIVE, "standby": State.STANDBY, "waiting": State.READY, "gone": State.RETIRED}
STRICT = RetentionConfig(models=0, runs=1, pause_s=60)


@pytest.fixture
def serving(stack: Settings, tenant: str) -> Serving:
    serving = Serving.connect(stack)
    for model, state in STATES.items():
        about = Collection(tenant=tenant, model=model, collection=f"C_{model}", created_at=OLD)
        serving.register(about, state)
    standby = Standby(model="standby", collection="C_standby", until=NOW)
    live = ServingRecord(tenant=tenant, model="live", collection="C_live", version=1, standby=standby, moved_at=OLD)
    serving.move(live, {}, replaces=0)
    return serving


def test_models_in_use_stay_and_old_ones_go(serving: Serving, tenant: str, tmp_path: Path) -> None:
    shelf = Shelf(str(tmp_path / "shelf"), tmp_path / "cache")
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "weights").write_bytes(b"weights")
    for model in (*STATES, "announced"):
        shelf.put(tenant, model, tmp_path / "m", {}, OLD)
    shelf.put(tenant, "half", tmp_path / "m", {}, OLD)
    shelf._fs.mv(f"{shelf._place(tenant, 'half')}/MANIFEST.json", f"{shelf._place(tenant, 'half')}/REMOVED.json")
    assert Cleaner(serving, shelf, tmp_path, STRICT, lambda: NOW).clean()
    assert [*shelf.models(tenant)] == ["announced", "live", "standby", "waiting"]
    assert shelf.half_removed(tenant) == []


def test_offers_go_by_their_age_alone(serving: Serving, tenant: str, tmp_path: Path) -> None:
    shelf, offers = (Shelf(str(tmp_path / name), tmp_path / "cache" / name) for name in ("shelf", "offers"))
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "weights").write_bytes(b"weights")
    for model, at in (("live", OLD), ("fresh", NOW)):
        offers.put(tenant, model, tmp_path / "m", {}, at)
    assert Cleaner(serving, shelf, tmp_path, STRICT, lambda: NOW, offers).clean()
    assert [*offers.models(tenant)] == ["fresh"]


def test_the_newest_run_and_those_at_work_stay(serving: Serving, tmp_path: Path) -> None:
    now = [NOW]
    cleaner = Cleaner(serving, Shelf(str(tmp_path / "shelf"), tmp_path / "cache"), tmp_path, STRICT, lambda: now[0])
    for run in ("run-1", "run-2", "run-3"):
        (directory_of(tmp_path, "acme", run) / "report").mkdir(parents=True)
    for run in ("run-1", "run-2"):
        (directory_of(tmp_path, "acme", run) / EVENT_FILE).write_text("event")
    assert cleaner.clean()
    assert not cleaner.clean(), "it is not time yet"
    left = sorted(path.name for path in (tmp_path / "training" / "acme").iterdir())
    assert left == ["run-2", "run-3"]
    now[0] += timedelta(seconds=61)
    assert cleaner.clean()


def test_a_tenant_that_a_trainer_works_for_is_cleaned_at_another_time(
    serving: Serving, tenant: str, tmp_path: Path
) -> None:
    shelf, offers = (Shelf(str(tmp_path / name), tmp_path / "cache" / name) for name in ("shelf", "offers"))
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "weights").write_bytes(b"weights")
    other = f"{tenant}-b"
    for name in (tenant, other):
        shelf.put(name, "over", tmp_path / "m", {}, OLD)
        offers.put(name, "over", tmp_path / "m", {}, OLD)
        for run in ("run-1", "run-2"):
            directory = directory_of(tmp_path, name, run)
            directory.mkdir(parents=True)
            (directory / EVENT_FILE).touch()
            os.utime(directory / EVENT_FILE, (OLD.timestamp(), OLD.timestamp()))
    now = [NOW]
    cleaner = Cleaner(serving, shelf, tmp_path, STRICT, lambda: now[0], offers, lambda name: nullcontext(name == other))
    assert cleaner.clean()
    runs = {name: len([*directory_of(tmp_path, name, "run-1").parent.iterdir()]) for name in (tenant, other)}
    assert (list(offers.models(tenant)), list(offers.models(other))) == (["over"], [])
    assert "over" in shelf.models(tenant)
    assert runs == {tenant: 2, other: 1}
