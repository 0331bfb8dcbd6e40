"""`tidewheel adopt`: an offer on its shelf and a signed request that names its files; a refusal with its reason."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import cli
from retrieval.endpoint import Endpoint
from schemas.learning import TrainingRequested
from stores.errors import Refused
from stores.settings import Settings
from stores.shelf import Shelf
from tests.console.running import CommandLine, sent
from tests.console.test_operators import home
from tests.indexer.world import World, live
from tests.stores.embedding_server import running
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
    served = world.shelf.fetch(world.tenant, world.live)
    Shelf.open(stack).put(world.tenant, world.live, served, {}, world.clock())
    again = tidewheel("adopt", str(served), "--tenant", world.tenant, "--by", "ana")
    assert (again.code, "which is live already: nothing could be gained" in again.err) == (3, True)


@pytest.mark.parametrize("name", ["nowhere", "pickled"])
def test_what_is_not_taken_is_refused_with_the_reason(home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "modules.json").write_text("[]")
    (tmp_path / "pickled" / "pytorch_model.bin").write_bytes(b"")
    result = CliRunner().invoke(cli, ["adopt", str(tmp_path / name), "--tenant", "acme"])
    assert isinstance(result.exception, Refused)
    assert ("pytorch_model.bin" in str(result.exception)) == (name == "pickled")


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://api.example.com/v1", "in the clear"),
        ("https://key@api.example.com/v1", "holds no user"),
        ("x", "clear"),
    ],
)
def test_an_address_that_is_none_is_a_usage_error(home: Path, address: str, problem: str) -> None:
    result = CliRunner().invoke(cli, ["adopt", "some-model", "--endpoint", address, "--tenant", "acme"])
    assert result.exit_code == 2
    assert "--endpoint" in result.output
    assert problem in result.output


@pytest.mark.thorough
def test_an_endpoint_is_requested_with_the_hash_of_its_address_and_name(
    tidewheel: CommandLine, stack: Settings, world: World
) -> None:
    world.put("d1", 1, "a document")
    live(world)
    with running() as server:
        ended = tidewheel(
            "adopt", "m", "--endpoint", server.url, "--tenant", world.tenant, "--dimensions", "16", "--by", "ana",
            "--json",
        )  # fmt: skip
    assert ended.code == 0, ended.err
    (event,) = sent(stack, world.tenant)
    assert isinstance(event, TrainingRequested)
    assert (event.adopt, json.loads(ended.out)["dimension"]) == (json.loads(ended.out)["model"], 16)
    assert Endpoint.of(Shelf.offers(stack).fetch(world.tenant, event.adopt or "", event.manifest or "")) == Endpoint(
        url=server.url, model="m", dimensions=16
    )
