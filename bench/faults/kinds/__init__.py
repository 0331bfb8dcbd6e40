"""The faults: each is done to the running flow and undone; `plan` says which comes when."""

import random
from collections.abc import Callable, Sequence

from bench.faults.kinds import inputs, losses, network, processes
from bench.faults.kinds.scene import BURST, Scene

KINDS: dict[str, Callable[[Scene], None]] = {
    "kill_worker": lambda scene: processes.kill_workers(scene, 1),
    "kill_two_workers": lambda scene: processes.kill_workers(scene, 2),
    "kill_clickhouse": lambda scene: processes.kill_store(scene, "clickhouse"),
    "kill_redis": lambda scene: processes.kill_store(scene, "redis"),
    "freeze_worker": processes.freeze_worker,
    "freeze_clickhouse": lambda scene: processes.freeze_store(scene, "clickhouse", 33.0),
    "freeze_redis": lambda scene: processes.freeze_store(scene, "redis", 12.0),
    "cut_connections": network.cut,
    "refuse_connections": network.refuse,
    "stall_connections": network.stall,
    "slow_connections": network.slow,
    "add_worker": processes.add_worker,
    "stop_worker": processes.stop_worker,
    "duplicates": lambda scene: inputs.repeat(scene, BURST, False),
    "shuffled_hour": lambda scene: inputs.repeat(scene, inputs.HOUR, True),
    "skewed_clocks": inputs.skewed_clocks,
    "poison": lambda scene: scene.flow.spoil(),
    "disk_full": losses.disk_full,
    "collection_dropped": losses.collection_dropped,
    "redis_emptied": losses.redis_emptied,
    "clickhouse_emptied": losses.clickhouse_emptied,
    "milvus_emptied": losses.milvus_emptied,
    "topics_lost": losses.topics_lost,
    "indexer_frozen": processes.freeze_indexer,
    "forged_event": inputs.forged_event,
}
"""Every kind. Freezes exceed the stores' time-outs of 30 and 10 s."""

NEED_A_STANDBY = frozenset({"collection_dropped", "indexer_frozen"})
"""Kinds that use a second model, which is on the shelf and announced at the start when one of them comes."""

LOSSES = frozenset({"collection_dropped", "redis_emptied", "clickhouse_emptied", "milvus_emptied", "topics_lost"})
"""Kinds after which `tidewheel rebuild` may be asked to help."""


SELDOM = frozenset({"freeze_clickhouse"})
"""Kinds that take half a minute: they come in every second round."""


def plan(count: int, rng: random.Random, kinds: Sequence[str] = tuple(KINDS)) -> list[str]:
    """Return `count` kinds: rounds in which every kind comes once, each in another random order."""
    chosen: list[str] = []
    rounds = 0
    while len(chosen) < count:
        quick = [kind for kind in kinds if kind not in SELDOM]
        turn = list(kinds) if rounds % 2 == 0 or not quick else quick
        chosen += rng.sample(turn, min(len(turn), count - len(chosen)))
        rounds += 1
    return chosen
