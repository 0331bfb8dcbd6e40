import json
from collections.abc import Callable

import pytest
from click.testing import Result

from stores.errors import Refused
from tests.streams.lives import Streams

Run = Callable[..., Result]


@pytest.mark.thorough
def test_lineage_prints_a_tree_and_json_and_no_terminal_codes(run: Run, town: Streams, tenant: str, model: str) -> None:
    result = run("lineage", model)
    assert result.exit_code == 0, result.exception
    for part in (f"model {model}", f"snapshot-{tenant}", "search_click", "CutoverDone", "run-1"):
        assert part in result.stdout
    (node,) = json.loads(run("lineage", model, "--json").stdout)
    assert node["came_from"][0]["came_from"][0]["id"] == f"snapshot-{tenant}"
    event = town.warehouse.rows(
        "SELECT event_id FROM accepted WHERE tenant = {t:String} AND type = 'SearchServed'", t=tenant
    )[0]["event_id"]
    shown = run("lineage", event)
    assert "[/x] \\x1b[31m where" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert isinstance(run("lineage", "nobody knows").exception, Refused)
