"""`tidewheel adopt`: an offer on its shelf and a signed request that names its files; a refusal with its reason."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import cli
from schemas.learning import TrainingRequested
from stores.errors import Refused
from stores.settings import Settings
from stores.shelf import Shelf
from tests.console.running import CommandLine, sent
from tests.console.test_operators import home
from tests.indexer.world import World, live
from tests.trainer import tiny

__all__ = ["home"]


@pytest.mark.thorough
def test_an_offer_is_on_its_shelf_and_requested_with_the_hash_of_its_files(
    tidewheel: CommandLine, stack: Settings, world: World, tmp_path: Path
) -> None:
    world.put("d1", 1, "a document")
    live(world)
    model = tiny.build(tmp_path, width=48)
    (model / "pytorch_model.bin").write_bytes(b"pickle")
    ended = tidewheel("adopt", str(model), "--tenant", world.tenant, "--dimensions", "16", "--by", "ana", "--json")
    assert ended.code == 0, ended.err
    said = json.loads(ended.out)
    assert said["dimension"] == 16
    assert "pytorch_model.bin" in said["left_out"]
    (event,) = sent(stack, world.tenant)
    assert isinstance(event, TrainingRequested)
    assert (event.adopt, event.manifest, event.run) == (said["model"], said["manifest"], said["run"])
    assert Shelf.offers(stack).manifest(world.tenant, said["model"]) == event.manifest
    assert Shelf.open(stack).entry(world.tenant, said["model"]) is None, "nothing is served from there"


@pytest.mark.parametrize("name", ["nowhere", "pickled"])
def test_what_is_not_taken_is_refused_with_the_reason(home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "modules.json").write_text("[]")
    (tmp_path / "pickled" / "pytorch_model.bin").write_bytes(b"")
    result = CliRunner().invoke(cli, ["adopt", str(tmp_path / name), "--tenant", "acme"])
    assert isinstance(result.exception, Refused)
    assert ("pytorch_model.bin" in str(result.exception)) == (name == "pickled")
