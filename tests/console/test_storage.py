"""`tidewheel status --storage` for people and for programs."""

import json

import pytest
from click.testing import CliRunner

from console.cli import cli
from console.storage import sized
from stores import settings
from stores.settings import Settings
from stores.warehouse import Warehouse


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 B"), (1023, "1,023 B"), (1024, "1.0 KiB"), (5 * 1024**3, "5.0 GiB"), (2**60, "1,048,576.0 TiB")],
)
def test_sizes_are_short(size: int, shown: str) -> None:
    assert sized(size) == shown


def test_the_table_has_every_kind_and_its_rule(stack: Settings, monkeypatch: pytest.MonkeyPatch, tenant: str) -> None:
    monkeypatch.setattr(settings, "load", lambda home=None: stack)
    Warehouse.connect(stack).migrate()
    shown = CliRunner().invoke(cli, ["status", "--storage", "--tenant", tenant, "--json"], catch_exceptions=False)
    lines = json.loads(shown.output)["storage"]
    people = CliRunner().invoke(cli, ["status", "--storage", "--tenant", tenant], catch_exceptions=False)
    assert shown.exit_code == people.exit_code == 0
    assert {"packets", "models on the shelf", "directories of ended runs"} <= {line["what"] for line in lines}
    assert all({"count", "bytes", "oldest", "rule", "removes"} <= line.keys() for line in lines)
    assert "goes by this rule" in people.output.replace("\n", " ")
