"""Faults of processes: workers and stores killed, frozen, added and stopped; the indexer frozen."""

import signal

from bench.faults.kinds.scene import BURST, Scene, signal_group

MOST_WORKERS = 3
INDEXER_FROZEN_S = 15.0
"""Longer than its lease and its session with the broker last."""


def kill_workers(scene: Scene, count: int) -> None:
    """Kill some workers with work in flight."""
    victims = scene.working(count)
    scene.strike()
    for worker in victims:
        signal_group(worker.pid, signal.SIGKILL)
        worker.wait()


def kill_store(scene: Scene, name: str) -> None:
    """Kill a store with work in flight; the supervisor starts it again."""
    pid = scene.store(name)
    scene.strike()
    signal_group(pid, signal.SIGKILL)
    scene.live(1.0)


def freeze_worker(scene: Scene) -> None:
    """Freeze a worker for less or more than its session with the broker lasts."""
    [worker] = scene.working(1)
    scene.strike()
    scene.freeze(worker.pid, scene.stack.session_timeout_s * scene.rng.choice((0.5, 1.7)))


def freeze_store(scene: Scene, name: str, seconds: float) -> None:
    """Freeze a store for longer than its clients wait."""
    pid = scene.store(name)
    scene.strike()
    scene.freeze(pid, seconds)


def add_worker(scene: Scene) -> None:
    """Start one more worker; when there are enough, one goes and another comes."""
    fleet = scene.fleet
    if fleet.wanted < MOST_WORKERS:
        fleet.wanted += 1
    else:
        scene.working(1)[0].terminate()
    scene.flow.burst(BURST)
    scene.live(1.0)


def stop_worker(scene: Scene) -> None:
    """Stop a worker in order."""
    [worker] = scene.working(1)
    scene.strike()
    worker.terminate()
    scene.fleet.wanted = max(2, scene.fleet.wanted - 1)
    scene.live(1.0)


def freeze_indexer(scene: Scene) -> None:
    """Freeze the indexer while lists are narrowed and documents deleted; approve meanwhile what waits for approval."""
    [indexer] = scene.indexer.workers
    scene.strike()
    signal_group(indexer.pid, signal.SIGSTOP)
    try:
        scene.claims.approve(wait_s=5.0)
        scene.readers.take_away(5)
        scene.live(INDEXER_FROZEN_S)
    finally:
        signal_group(indexer.pid, signal.SIGCONT)
