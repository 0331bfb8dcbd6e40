"""A new signal is one new file: it is configurable, measured, judged and stored, and nothing else names it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.drift.signal import Signal
from streams.drift.signals import SIGNALS
from tests.streams.drift.history_rows import Log, happenings
from tests.streams.drift.people import MORNING, Company

ROOT = Path(__file__).parents[4]

MODULE = '''
"""late_click: openings of a result below the first among all openings."""

from streams.drift.comparisons import rising_share
from streams.drift.signal import Signal, Threshold


def tally(searches, rules):
    opened = [o for s in searches for o in s.opened]
    return sum(o.rank > 1 for o in opened), len(opened)


def measure(data, labels, seed):
    return rising_share(SIGNAL.name, data, labels)


SIGNAL = Signal("late_click", 55, Threshold(0.2, "Cohen's h", "small"), "case", measure, tally)
'''

SCRIPT = """
import json, sys
from datetime import datetime, timedelta
import numpy as np
from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.drift.config import DriftConfig
from streams.drift.job import DriftJob

told = json.loads(sys.stdin.read())
given = {"reference_windows": 3, "permutations": 599, "window_cases": 100, "effects": {"late_click": 0.15}}
config = DriftConfig.model_validate(given)
warehouse = Warehouse.connect(Settings.model_validate(told["settings"]))
rows = DriftJob(warehouse, None, config, None).run(
    told["tenant"], datetime.fromisoformat(told["until"]), datetime.fromisoformat(told["until"])
)
print(json.dumps([(row["signal"], row["verdict"]) for row in rows]))
"""


@pytest.mark.thorough
def test_a_signal_is_one_file(stack: Settings, tenant: str, tmp_path: Path) -> None:
    warehouse = Warehouse.connect(stack)
    warehouse.migrate()
    rng, company = np.random.default_rng(5), Company(people=40, searches=5)
    log = Log(warehouse, tenant)
    for number in range(4):
        log.write(happenings(tenant, company.day(number, rng), "base"))

    shutil.copytree(ROOT / "streams", tmp_path / "streams", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "streams" / "drift" / "signals" / "late_click.py").write_text(MODULE)
    midnight = MORNING.replace(hour=0, day=MORNING.day + 4)
    settings = {"home": str(stack.home), "clickhouse_url": stack.clickhouse_url.get_secret_value()}
    given = {"settings": settings, "tenant": tenant, "until": midnight.isoformat()}
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=json.dumps(given), env=os.environ | {"PYTHONPATH": path},
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    judged = dict(json.loads(done.stdout))
    names = [signal.name for signal in SIGNALS]
    assert list(judged) == [*names[:5], "late_click", *names[5:]], "in reading order, beside all others"
    (stored,) = warehouse.query("drift_windows", tenant=tenant, signal="late_click", limit=10)
    assert stored["verdict"] == judged["late_click"] == "steady"
    assert stored["n_window"] > 50
    assert 0 < stored["threshold"] < 0.5
    warehouse.close()


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_each_signal_has_its_file_its_test_its_line_and_its_turn(signal: Signal) -> None:
    assert (ROOT / "streams" / "drift" / "signals" / f"{signal.name}.py").is_file()
    assert (ROOT / "tests" / "streams" / "drift" / "signals" / f"test_{signal.name}.py").is_file()
    assert [other.name for other in SIGNALS if other.reading_order == signal.reading_order] == [signal.name]
    assert re.search(rf"^\| `{signal.name}` \|", (ROOT / "docs" / "ARCHITECTURE.md").read_text(), re.MULTILINE)
    assert signal.threshold.reason
    assert signal.measure.__doc__
