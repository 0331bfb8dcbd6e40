"""Faults that destroy what is stored: a full disk, a dropped collection, each of the four stores emptied.

What must hold afterwards: everything that is still in a store or a topic is there again, and nothing false is said of
it meanwhile. Only what was in the emptied store alone is gone: of the topics, the events that no warehouse had yet; of
the warehouse, the events whose topics are gone too. The sender of the documents sends each as it is once more when the
topics are gone, as a connector does.
"""

import shutil
import signal
import time

from bench.faults.kinds.scene import Scene, signal_group
from stores import redis_client
from stores.errors import TidewheelError
from stores.vectors import Vectors
from stores.warehouse import Warehouse

FULL_S = 6.0
LOOKS = 4
IN_FLIGHT_S = 1.5
"""Until what the workers had read when the topics vanished is stored."""


def disk_full(scene: Scene) -> None:
    """Fill ClickHouse's disk with work in flight, insert rows of our own all the while, and free it."""
    pid = scene.store("clickhouse")
    scene.claims.prepare_inserts()
    scene.strike()
    scene.stack.disk.fill(pid)
    try:
        until = time.monotonic() + FULL_S
        while time.monotonic() < until:
            scene.claims.insert()
            scene.flow.burst(30)
            scene.live(0.3)
    finally:
        scene.stack.disk.free()
    scene.claims.inserted()


def collection_dropped(scene: Scene) -> None:
    """Drop the collection under what is live; or the standby's, and roll back to it."""
    scene.claims.approve(wait_s=60.0)
    record = scene.claims.record()
    vectors = Vectors.connect(scene.stack.settings())
    if record is not None and record.standby and scene.rng.random() < 0.5:
        vectors.drop(record.standby.collection)
        scene.claims.roll_back()
    elif record is not None:
        vectors.drop(record.collection)
        _looked_at(scene)
    vectors.close()


def redis_emptied(scene: Scene) -> None:
    """Empty Redis (FLUSHALL)."""
    scene.strike()
    client = redis_client.connect(scene.stack.settings())
    redis_client.guarded(client.flushall)
    client.close()
    _looked_at(scene)


def clickhouse_emptied(scene: Scene) -> None:
    """Drop every table while the services run, and make the schema anew."""
    scene.strike()
    warehouse = Warehouse.connect(scene.stack.settings())
    with scene.flow.resting():
        warehouse.execute(f"DROP DATABASE {warehouse.database} SYNC")
        scene.claims.warehouse_emptied()
        scene.watch.warehouse_emptied()
        _made_anew(scene)
    warehouse.close()
    _looked_at(scene)


def _made_anew(scene: Scene) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            Warehouse.connect(scene.stack.settings()).migrate()
            return
        except TidewheelError:  # a worker that starts again makes it too
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def milvus_emptied(scene: Scene) -> None:
    """Take away Milvus' data directory and kill it; the supervisor starts it on nothing."""
    data = scene.stack.data("milvus")
    pid = scene.store("milvus")
    gone = data.with_name("milvus-gone")
    data.rename(gone)
    data.mkdir(mode=0o700)
    signal_group(pid, signal.SIGKILL)
    shutil.rmtree(gone, ignore_errors=True)
    _looked_at(scene)


def topics_lost(scene: Scene) -> None:
    """Kill the broker and start one that knows no topics, as the embedded one is after every restart."""
    scene.strike()
    with scene.flow.resting(), scene.readers.resting():
        scene.stack.broker.stop()
        time.sleep(IN_FLIGHT_S)
        scene.watch.topics_lost()
        scene.readers.topics_lost()
        scene.stack.broker.start()
    scene.readers.send_all_again()
    scene.live(1.0)


def _looked_at(scene: Scene) -> None:
    """Ask what `tidewheel status` says of it, a few times."""
    for _ in range(LOOKS):
        if scene.claims.status():
            return
        scene.live(1.0)
