"""Two indexer processes share several tenants; one is frozen for longer than its leases last, one is killed.

Writes of rows take long in both, and the stop falls into one. Documents that are deleted while the one is frozen are
never touched again: what it brings back when it wakes would stay. What is made once more after a minute is left out,
which would mend it, too: here the worker itself has to find that it wrote too late.
"""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from embedded import control
from indexer.proof.read_back import ReadBack
from schemas.codec import decode
from schemas.learning import CutoverApproved, CutoverDone, CutoverRefused
from schemas.topics import LEARNING
from stores import redis_client
from stores.kafka import EventReader
from stores.learning import announce
from stores.serving import DONE
from stores.settings import Settings
from stores.shares import INDEXER, holders
from stores.shelf import Shelf
from stores.vectors import Vectors
from stores.warehouse import Warehouse
from tests.indexer.conftest import opened
from tests.indexer.loop import first, record, trained
from tests.indexer.world import NOW, OPERATOR, World

ROOT = Path(__file__).parents[2]
DOCUMENTS, GONE = 12, 6
"""Of each tenant; the first ones are deleted for good while a worker is frozen."""

SLOW_WRITES = """
import os, pathlib, runpy, time
from indexer.feed import planner
planner._LATE = ()
from stores.vectors import Vectors
upsert, mark = Vectors.upsert, pathlib.Path(os.environ["TIDEWHEEL_HOME"], f"writing-{os.getpid()}")
def slow(self, collection, rows):
    mark.write_text(" ".join(row["pk"] for row in rows))
    time.sleep(1.0)
    mark.unlink()
    upsert(self, collection, rows)
Vectors.upsert = slow
runpy.run_module("indexer", run_name="__main__")
"""


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Stores without the tenants of other tests, which the workers would share, too."""
    home = tmp_path_factory.mktemp("two") / "home"
    endpoints = control.start_in_background(home, tied=True)
    try:
        yield Settings.model_validate({"home": home, **endpoints})
    finally:
        control.down(home)


@contextmanager
def worker(own: Settings) -> Iterator[subprocess.Popen[bytes]]:
    where = {
        "TIDEWHEEL_HOME": str(own.home), "TIDEWHEEL_INDEXER": '{"lease_s": 4, "cutover_s": 60}',
        "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", SLOW_WRITES], cwd=ROOT, env={**os.environ, **where})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Tenants:
    """All tenants, their documents as they should be, and a flow of changes to them."""

    def __init__(self, own: Settings, worlds: list[World]) -> None:
        self.own, self.worlds = own, {world.tenant: world for world in worlds}
        self._redis, self._chance = redis_client.connect(own), random.Random(7)
        self.versions = {(tenant, f"d{n}"): (1, True) for tenant in self.worlds for n in range(DOCUMENTS)}
        self.still = set[str]()
        """Tenants without changes for now."""

    def change(self, tenant: str, document: str, deleted: bool) -> None:
        version = self.versions[tenant, document][0] + 1
        acl = ("everyone",) if self._chance.random() < 0.8 else ("board",)
        body = f"text {version if self._chance.random() < 0.8 else 0} of {document}"
        self.worlds[tenant].put(document, version, body, acl=acl, deleted=deleted)
        self.versions[tenant, document] = version, not deleted

    def flow_until(self, what: str, true: Callable[[], bool], least: int = GONE) -> None:
        """Change documents behind the first `least` until this is so."""
        until = time.monotonic() + 300
        while not true():
            assert time.monotonic() < until, f"waited for {what}"
            for tenant in self.worlds.keys() - self.still:
                document = f"d{self._chance.randrange(least, DOCUMENTS)}"
                self.change(tenant, document, self._chance.random() < 0.3)
            time.sleep(0.1)

    def held(self) -> dict[str, list[str]]:
        """Return the tenants by the worker that holds them."""
        found = dict[str, list[str]]()
        for tenant, name in holders(self._redis, INDEXER, self.worlds).items():
            found.setdefault(name, []).append(tenant)
        return found

    def shared(self) -> bool:
        return sorted(map(len, self.held().values())) == [2, 2]

    def stop_in_a_write(self, process: subprocess.Popen[bytes]) -> None:
        """Freeze a worker that is about to write a document which is deleted afterwards."""
        mark, known = self.own.home / f"writing-{process.pid}", psutil.Process(process.pid)

        def stopped() -> bool:
            if not written(mark) & {f"d{n}#0" for n in range(GONE)}:
                return False
            process.send_signal(signal.SIGSTOP)
            while known.status() != psutil.STATUS_STOPPED:
                time.sleep(0.01)
            if not written(mark) & {f"d{n}#0" for n in range(GONE)}:
                process.send_signal(signal.SIGCONT)  # it was quicker
                return False
            return True

        self.flow_until("a write", stopped, least=0)

    def whose(self, process: subprocess.Popen[bytes]) -> list[str]:
        return next((held for name, held in self.held().items() if f"-{process.pid}-" in name), [])

    def deleted(self) -> bool:
        """Return whether no collection that is live has anything of the documents that are deleted for good."""
        return not any(world.shown(f"d{n}") for world in self.worlds.values() for n in range(GONE))

    def applied(self) -> bool:
        return all(
            world.documents.counts(tenant, name).pending == 0
            for tenant, world in self.worlds.items()
            for name, state in world.serving.states(tenant).items()
            if state in {"live", "standby"}
        )

    def check(self, world: World) -> None:
        """Hold every row of live and standby against the documents."""
        serving = record(world)
        for side in (serving, serving.standby):
            if side is not None:
                target, ids = world.target(side.model), world.documents.ids(world.tenant)
                found = ReadBack(world.new_sync(), 100, world.clock).look(target, ids, "", None)
                assert (found.wrong, found.foreign, len(found.passages)) == ({}, [], len(ids))
                for n in range(DOCUMENTS):
                    version, there = self.versions[world.tenant, f"d{n}"]
                    shown = [v for v, _, _ in world.shown(f"d{n}", side.model)]
                    assert shown == ([version] if there else [])


def written(mark: Path) -> set[str]:
    """Return the keys of the rows that a worker is about to write."""
    try:
        return {*mark.read_text().split()}
    except FileNotFoundError:
        return set()


@pytest.fixture
def tenants(own: Settings, models: dict[str, Path], tmp_path: Path) -> Iterator[Tenants]:
    names, shelf = [f"t{n}{uuid.uuid4().hex[:6]}" for n in range(4)], Shelf.open(own)
    warehouse, vectors = Warehouse.connect(own), Vectors.connect(own)
    warehouse.migrate()
    with ExitStack() as opening:
        worlds = [
            opening.enter_context(opened(own, name, warehouse, vectors, models, tmp_path / name)) for name in names
        ]
        for world in worlds:
            for name, path in models.items():
                shelf.put(world.tenant, name, path, {}, NOW)
            first(world, DOCUMENTS)
        yield Tenants(own, worlds)
    vectors.close()
    warehouse.close()


def approve(tenants: Tenants, world: World) -> None:
    about = world.serving.collection(world.tenant, world.target(world.next).collection)
    assert about is not None
    assert about.packet is not None
    approved = CutoverApproved(
        event_id=f"approve-{world.tenant}", tenant=world.tenant, occurred_at=NOW, packet=about.packet,
        collection=about.collection, by=OPERATOR,
    )  # fmt: skip
    announce(tenants.own, world.signing.as_operator(approved, OPERATOR))


def decided(own: Settings) -> list[CutoverDone | CutoverRefused]:
    """Return what the topic says of cutovers, all that it has once it has anything."""
    found, silent, until = list[CutoverDone | CutoverRefused](), 0, time.monotonic() + 60
    with EventReader(own.kafka_bootstrap, uuid.uuid4().hex, [LEARNING.name]) as reader:
        while silent < 3 or (not found and time.monotonic() < until):
            raw = reader.poll(timeout_s=1.0)
            silent = 0 if raw else silent + 1
            events = [decode(LEARNING, one.key, one.value, datetime.now(UTC)) for one in raw]
            found += [event for event in events if isinstance(event, CutoverDone | CutoverRefused)]
    return found


@pytest.mark.slow
def test_one_is_frozen_and_one_is_killed_and_every_collection_is_what_its_documents_are(tenants: Tenants) -> None:
    with worker(tenants.own) as one, worker(tenants.own) as other:
        tenants.flow_until("both to hold tenants", tenants.shared, least=0)
        moved = tenants.worlds[tenants.whose(one)[0]]
        tenants.still = {moved.tenant}
        shadow = moved.target(moved.next).collection
        announce(tenants.own, trained(moved))
        tenants.flow_until("a shadow", lambda: moved.serving.states(moved.tenant).get(shadow) == "ready", least=0)

        tenants.stop_in_a_write(one)
        approve(tenants, moved)
        tenants.flow_until("the other one to hold all", lambda: len(tenants.whose(other)) == 4, least=0)
        tenants.flow_until("the cutover", lambda: record(moved).version == 2, least=0)
        tenants.still = set()
        for tenant in tenants.worlds:
            for n in range(GONE):
                tenants.change(tenant, f"d{n}", deleted=True)
        tenants.flow_until("the deletions", tenants.deleted)
        one.send_signal(signal.SIGCONT)
        tenants.flow_until("the frozen one to hold its share", tenants.shared)
        assert moved.serving.outcome(moved.tenant, f"approve-{moved.tenant}") == DONE

        other.send_signal(signal.SIGKILL)
        tenants.flow_until("one to hold all", lambda: len(tenants.whose(one)) == 4)
        tenants.still = {*tenants.worlds}
        tenants.flow_until("everything to be applied", tenants.applied)
        one.send_signal(signal.SIGTERM)
        assert one.wait(timeout=120) == 0
    for world in tenants.worlds.values():
        tenants.check(world)
    events = decided(tenants.own)
    assert [type(event) for event in events] == [CutoverDone] * len(events)
    assert len({event.event_id for event in events}) == 1
    assert moved.serving.outcome(moved.tenant, f"approve-{moved.tenant}") == DONE
