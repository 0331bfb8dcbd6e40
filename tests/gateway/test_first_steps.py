"""The README's steps over HTTP, run as they are written there."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from schemas.topics import CLICKS, SEARCHES
from stores.settings import environment_with
from tests.console.running import records
from tests.gateway.world import NOW, World

ROOT = Path(__file__).parents[2]
SHELL = f"""\
set -euo pipefail
tidewheel() {{ {sys.executable} -m console "$@"; }}
curl() {{ command curl --fail-with-body "$@"; echo; }}
"""


def test_the_readme_s_steps_work_as_written(world: World) -> None:
    found = re.search(r"<!-- over-http -->\n```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found is not None
    where, world.now = world.where, datetime.now(UTC)
    settings = {
        "GATEWAY": world.url,
        "TIDEWHEEL_HOME": str(where.home),
        "TIDEWHEEL_KAFKA_BOOTSTRAP": where.kafka_bootstrap,
        "TIDEWHEEL_REDIS_URL": where.redis_url.get_secret_value(),
        "TIDEWHEEL_CLICKHOUSE_URL": where.clickhouse_url.get_secret_value(),
        "TIDEWHEEL_MILVUS_URI": where.milvus_uri,
    }
    done = subprocess.run(
        ["bash", "-c", SHELL + found[1]], cwd=ROOT, env=environment_with(settings), capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    world.now = NOW
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"accepted":14,"refused":0' in done.stdout
    assert [(asked.tenant, asked.user, asked.groups) for asked in world.asked] == [("acme", "ana", ("staff",))]
    assert records(where, SEARCHES, b'"q1"')
    assert records(where, CLICKS, b'"it/wifi"')
