"""A rollback: under a second, without a model, one move a version."""

import subprocess
import sys
import threading

from operations.rollback import rollback
from stores.errors import Refused
from stores.settings import Settings
from tests.indexer.world import World


def test_a_rollback_takes_less_than_a_second_and_loads_no_model(both: World, stack: Settings) -> None:
    code = (
        "import sys, time; began = time.perf_counter()\n"
        "from datetime import UTC, datetime\n"
        "from operations.rollback import rollback\n"
        "from stores.serving import Serving\n"
        "from stores.settings import Settings\n"
        "from stores.signing import Signing\n"
        "away = {'kafka_bootstrap': '-', 'clickhouse_url': 'http://-', 'milvus_uri': 'http://-'}\n"
        "s = Settings(redis_url=sys.argv[1], home=sys.argv[3], **away)\n"
        "moved, sign = time.perf_counter(), Signing(s).as_operator\n"
        "rollback(Serving.connect(s), sign, sys.argv[2], 'op', 'now', datetime.now(UTC))\n"
        "assert not {'torch', 'pymilvus', 'sentence_transformers'} & set(sys.modules)\n"
        "print(time.perf_counter() - moved)"
    )
    url = stack.redis_url.get_secret_value()
    answer = subprocess.run(
        [sys.executable, "-c", code, url, both.tenant, str(stack.home)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert float(answer.stdout) < 1.0
    record = both.serving.record(both.tenant)
    assert record is not None
    assert record.model == both.next


def test_of_many_rollbacks_at_once_each_version_is_one_move(both: World) -> None:
    barrier, done = threading.Barrier(6), list[int]()

    def roll() -> None:
        barrier.wait()
        try:
            sign = both.signing.as_operator
            moved = rollback(both.serving, sign, both.tenant, "op", "at once", both.clock())
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
