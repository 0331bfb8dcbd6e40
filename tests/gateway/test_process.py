"""`python -m gateway` as in production: its own process, found by its file, what it took delivered at its end."""

import signal
from pathlib import Path

import orjson
import pytest
import urllib3

from operations import api_keys
from schemas.topics import CLICKS
from stores import gateway_address
from stores.settings import Settings
from tests.console.running import sent
from tests.gateway.world import NOW, opened
from tests.indexer.test_process import running, wait_for


@pytest.mark.long
def test_it_listens_says_where_takes_events_and_ends_when_asked(stack: Settings, tmp_path: Path, tenant: str) -> None:
    where = stack.model_copy(update={"home": tmp_path})
    key = api_keys.add(where, tenant, ("events",), "a test", NOW)[0]
    with running(stack, "gateway", tmp_path) as process:
        wait_for("its address", lambda: bool(gateway_address.url_of(tmp_path)), 120.0)
        url = gateway_address.url_of(tmp_path)
        with urllib3.PoolManager(retries=False) as pool:
            headers = {"authorization": f"Bearer {key}"}
            answer = pool.request("POST", f"{url}/v1/events", body=orjson.dumps(opened(tenant)), headers=headers)
        assert answer.status == 202
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert len(sent(stack, tenant, CLICKS)) == 1
    assert gateway_address.url_of(tmp_path) == url
