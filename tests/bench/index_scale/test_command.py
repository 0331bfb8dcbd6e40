"""The scale benchmark at small sizes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.index_scale import command

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_every_size_is_measured() -> None:
    run = [sys.executable, "-m", "bench", "index-scale", "--documents", "200,400", "--vectors", "200", "--quick"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode in {0, 1}, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert [(one["documents"], one["rows_in_milvus"]) for one in report["sizes"]] == [(200, 200), (400, 0)]
    for one in report["sizes"]:
        for what in ("change", "idle_minute", "slice"):
            assert one[what]["cpu_ms"] > 0
            assert one[what]["wall_ms"] > 0


@pytest.mark.parametrize("sizes", ["0", "ten", "10,-1"])
def test_sizes_are_numbers_of_documents(sizes: str) -> None:
    with pytest.raises(SystemExit):
        command.main(["--documents", sizes])
