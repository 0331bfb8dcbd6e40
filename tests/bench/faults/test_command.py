"""The fault benchmark at a small size: a few faults change nothing, and each wrong implementation is found out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.faults.command import WRONG, main

ROOT = Path(__file__).parents[3]


def run(*options: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "bench", "faults", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow
def test_a_few_faults_lose_double_show_and_claim_nothing() -> None:
    kinds = "kill_worker,kill_redis,cut_connections,poison,duplicates,disk_full"
    status, report, result = run("--count", "6", "--seed", "5", "--kinds", kinds)
    assert report["faults"] == sum(report["by_kind"].values()) == 6, result
    assert not {name: report[name] for name in WRONG if report[name]}, result
    assert status == 0
    assert report["accepted"] >= report["events"] > 0
    assert report["searches"] > 100


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "clickhouse_emptied", "redis_emptied", "milvus_emptied", "collection_dropped", "indexer_frozen", "forged_event",
        "topics_lost",
    ],
)  # fmt: skip
def test_what_is_still_in_a_store_or_topic_is_there_again(kind: str) -> None:
    status, report, result = run("--count", "1", "--kinds", kind)
    assert not {name: report[name] for name in WRONG if report[name]}, result
    assert (status, report["by_kind"]) == (0, {kind: 1}), result


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sabotage", "kinds", "wrong"),
    [
        pytest.param("ack-first", "kill_clickhouse", "missing", marks=pytest.mark.open),
        pytest.param("swallow", "disk_full", "false_success", marks=pytest.mark.open),
        ("row-copy", "indexer_frozen", "leaked"),
        pytest.param("re-add", "indexer_frozen", "resurrected", marks=pytest.mark.open),
    ],
)
def test_a_wrong_implementation_is_found_out(sabotage: str, kinds: str, wrong: str) -> None:
    status, report, result = run("--count", "3", "--sabotage", sabotage, "--kinds", kinds, "--patience", "60")
    assert status == 1, result
    assert report[wrong] > 0, result


def test_an_unknown_kind_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--kinds", "poison,rain"])
    assert ended.value.code == 2
    assert "unknown: rain" in capsys.readouterr().err
