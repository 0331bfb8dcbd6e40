"""`python -m indexer.resident` as it runs in production: its own process, found by its file, asked by its client."""

import signal
import stat
from pathlib import Path

import pytest

from schemas.activity import SearchServed
from schemas.search import SearchRequest
from schemas.topics import SEARCHES
from stores.search_client import SearchClient
from stores.settings import SEARCH_FILE, Settings
from stores.shelf import Shelf
from tests.console.running import CommandLine, sent
from tests.indexer.test_process import running, wait_for
from tests.indexer.world import NOW, World, live


@pytest.mark.slow
def test_it_answers_records_and_ends_when_asked(
    stack: Settings,
    world: World,
    models: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Shelf.open(stack).put(world.tenant, world.live, models[world.live], {}, NOW)
    world.put("open", 1, "The merger plan for everyone.", title="Plan")
    world.put("secret", 1, "The merger plan of the board.", title="Secret", acl=("board",))
    live(world)
    request = SearchRequest(tenant=world.tenant, query="merger plan", user="ana", search="s-1")
    with running(stack, "indexer.resident", tmp_path) as process:
        wait_for("its address", (tmp_path / SEARCH_FILE).is_file, 120.0)
        assert stat.S_IMODE((tmp_path / SEARCH_FILE).stat().st_mode) == 0o600
        home = {"home": tmp_path, "kafka_bootstrap": stack.kafka_bootstrap, "milvus_uri": stack.milvus_uri}
        monkeypatch.setenv("TIDEWHEEL_REDIS_URL", stack.redis_url.get_secret_value())
        monkeypatch.setenv("TIDEWHEEL_CLICKHOUSE_URL", stack.clickhouse_url.get_secret_value())
        for name, value in home.items():
            monkeypatch.setenv(f"TIDEWHEEL_{name.upper()}", str(value))
        url = Settings().search_url.get_secret_value()  # type: ignore[call-arg]  # from the environment and the file
        answer = SearchClient(url).search(request)
        assert [found.document for found in answer.results] == ["open"]
        (event,) = sent(stack, world.tenant, SEARCHES)
        assert isinstance(event, SearchServed)
        assert (event.search, event.user) == (answer.search, "ana") == ("s-1", "ana")
        monkeypatch.setattr("indexer.wiring.connect_searcher", lambda where: pytest.fail("it was not asked"))
        ended = CommandLine(monkeypatch, capsys)("search", "merger plan", "--tenant", world.tenant, "--group", "board")
        assert (ended.code, ended.err) == (0, "")
        assert "Secret" in ended.out
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert not (tmp_path / SEARCH_FILE).exists()
