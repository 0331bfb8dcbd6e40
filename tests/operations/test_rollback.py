"""A rollback: under a second, without a model, one move a version."""

import json
import subprocess
import sys
import threading

import pytest

from operations.rollback import rollback
from stores.errors import Refused
from stores.serving import ServingRecord
from stores.settings import Settings
from tests.indexer.world import World


@pytest.mark.thorough
def test_a_rollback_takes_less_than_a_second_and_loads_no_model(both: World, stack: Settings) -> None:
    code = (
        "import sys, time\n"
        "from datetime import UTC, datetime\n"
        "from functools import partial\n"
        "from operations import standby\n"
        "from operations.rollback import rollback\n"
        "from stores.serving import Serving\n"
        "from stores.settings import Settings\n"
        "from stores.signing import Signing\n"
        "from stores.vectors import Vectors\n"
        "from stores.warehouse import Warehouse\n"
        "s = Settings.model_validate_json(sys.argv[1])\n"
        "serving, sign = Serving.connect(s), Signing(s).as_operator\n"
        "check = partial(standby.check, serving, Vectors.connect(s), lambda: Warehouse.connect(s))\n"
        "moved = time.perf_counter()\n"
        "rollback(serving, check, sign, sys.argv[2], 'op', 'now', datetime.now(UTC))\n"
        "took = time.perf_counter() - moved\n"
        "assert not {'torch', 'sentence_transformers'} & set(sys.modules)\n"
        "print(took)"
    )
    stores = {
        "home": str(stack.home),
        "kafka_bootstrap": "",
        "redis_url": stack.redis_url.get_secret_value(),
        "clickhouse_url": stack.clickhouse_url.get_secret_value(),
        "milvus_uri": stack.milvus_uri,
    }
    answer = subprocess.run(
        [sys.executable, "-c", code, json.dumps(stores), both.tenant],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert float(answer.stdout) < 1.0
    record = both.serving.record(both.tenant)
    assert record is not None
    assert record.model == both.next


def test_what_the_check_objects_to_moves_nothing(both: World) -> None:
    def check(record: ServingRecord) -> None:
        raise Refused("it is gone")

    before = both.serving.record(both.tenant)
    with pytest.raises(Refused, match="it is gone"):
        rollback(both.serving, check, both.signing.as_operator, both.tenant, "op", "now", both.clock())
    assert both.serving.record(both.tenant) == before
    assert both.serving.pending_events(both.tenant) == []


def test_a_rollback_of_another_version_than_was_seen_moves_nothing(both: World) -> None:
    before = both.serving.record(both.tenant)
    assert before is not None
    sign, at = both.signing.as_operator, both.clock()
    with pytest.raises(Refused, match="changed since this page was made"):
        rollback(both.serving, lambda record: None, sign, both.tenant, "op", "now", at, before.version - 1)
    assert both.serving.record(both.tenant) == before
    done = rollback(both.serving, lambda record: None, sign, both.tenant, "op", "now", at, before.version)
    assert done.serving_version == before.version + 1


@pytest.mark.thorough
def test_of_many_rollbacks_at_once_each_version_is_one_move(both: World) -> None:
    barrier, done = threading.Barrier(6), list[int]()

    def roll() -> None:
        barrier.wait()
        try:
            sign = both.signing.as_operator
            moved = rollback(both.serving, lambda record: None, sign, both.tenant, "op", "at once", both.clock())
            done.append(moved.serving_version)
        except Refused:
            return

    threads = [threading.Thread(target=roll) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(3, 3 + len(done)))
    record = both.serving.record(both.tenant)
    assert record is not None
    assert record.version == 2 + len(done)
