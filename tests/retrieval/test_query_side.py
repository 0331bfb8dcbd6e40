"""A query side: written and read, applied to queries alone, refused when it is not what was written."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer
from torch.nn import Linear

from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder
from retrieval.query_side import FILE, Addition, QuerySide, documents_of, mapped, with_query_side
from stores.errors import Refused

OTHER = "a" * 64
TURN = np.roll(np.eye(32, dtype=np.float32), 1, axis=1)


def test_a_map_changes_queries_and_no_passage(models: dict[str, Path], tmp_path: Path) -> None:
    path = with_query_side(models["tiny-a"], QuerySide(OTHER, TURN), tmp_path / "new", ())
    plain, changed = (Encoder(each, EncoderConfig()) for each in (models["tiny-a"], path))
    texts = ["a text", "another text about topics"]
    assert np.array_equal(changed.encode(texts), plain.encode(texts))
    assert np.allclose(changed.encode_queries(texts), np.roll(plain.encode(texts), 1, axis=1), atol=1e-6)
    assert np.array_equal(plain.encode_queries(texts), plain.encode(texts))


def test_passages_are_known_by_the_model_whose_documents_are_kept(models: dict[str, Path], tmp_path: Path) -> None:
    path = with_query_side(models["tiny-a"], QuerySide(OTHER), tmp_path / "new", ())
    plain, changed = (Encoder(each, EncoderConfig()) for each in (models["tiny-a"], path))
    assert changed.encoding("b" * 64) == plain.encoding(OTHER) != plain.encoding("b" * 64)
    assert (documents_of(path, "b" * 64), documents_of(models["tiny-a"], "b" * 64)) == (OTHER, "b" * 64)


def test_what_belongs_to_the_other_model_alone_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "old" / "tidewheel").mkdir(parents=True)
    for name in ("weights", "README.md", "tidewheel/README.md"):
        (tmp_path / "old" / name).write_text(name)
    QuerySide("b" * 64, TURN).save(tmp_path / "old")
    new = with_query_side(tmp_path / "old", QuerySide(OTHER), tmp_path / "new", ("README.md", "tidewheel"))
    assert {path.name for path in new.iterdir()} == {"weights", FILE}
    found = QuerySide.of(new)
    assert found is not None
    assert (found.documents, found.map) == (OTHER, None)


def test_a_map_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert QuerySide.of(tmp_path) is None
    QuerySide(OTHER, TURN.T).save(tmp_path)
    found = QuerySide.of(tmp_path)
    assert found is not None
    assert found.map is not None
    assert np.array_equal(found.map, TURN.T)


@pytest.mark.parametrize(
    ("tensors", "about", "why"),
    [
        ({}, {"other": "x"}, "does not name"),
        ({}, {"documents": "../base"}, "does not name"),
        ({"map": np.ones((2, 3), np.float32)}, {"documents": OTHER}, "square"),
        ({"map": np.full((2, 2), np.nan, np.float32)}, {"documents": OTHER}, "finite"),
        ({"map": np.eye(2)}, {"documents": OTHER}, "square"),
        ({"up.layer": np.ones((2, 1), np.float32)}, {"documents": OTHER}, "neither a map nor additions"),
        ({"weights": np.ones((2, 1), np.float32)}, {"documents": OTHER}, "neither a map nor additions"),
        (
            {"up.layer": np.ones((2, 1), np.float32), "down.layer": np.ones((2, 2), np.float32)},
            {"documents": OTHER},
            "two matrices",
        ),
        (
            {"up.layer": np.ones((2, 1), np.float32), "down.layer": np.full((1, 2), np.inf, np.float32)},
            {"documents": OTHER},
            "two matrices",
        ),
    ],
)
def test_a_file_of_another_kind_is_refused(
    tmp_path: Path, tensors: dict[str, np.ndarray], about: dict[str, str], why: str
) -> None:
    save_file(tensors, tmp_path / FILE, about)
    with pytest.raises(Refused, match=why):
        QuerySide.of(tmp_path)


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3", "F4"])
def test_a_file_with_numbers_that_numpy_has_not_is_refused(tmp_path: Path, kind: str) -> None:
    size = {"BF16": 8, "F8_E4M3": 4, "F4": 2}[kind]
    about = {"__metadata__": {"documents": OTHER}, "map": {"dtype": kind, "shape": [2, 2], "data_offsets": [0, size]}}
    head = json.dumps(about).encode()
    (tmp_path / FILE).write_bytes(len(head).to_bytes(8, "little") + head + bytes(size))
    with pytest.raises(Refused, match="cannot be read"):
        QuerySide.of(tmp_path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no tensors")
    with pytest.raises(Refused, match="cannot be read"):
        QuerySide.of(tmp_path)


def test_a_map_of_another_dimension_is_refused(models: dict[str, Path], tmp_path: Path) -> None:
    path = with_query_side(models["tiny-a"], QuerySide(OTHER, np.eye(2, dtype=np.float32)), tmp_path / "new", ())
    with pytest.raises(Refused, match="maps 2 dimensions"):
        Encoder(path, EncoderConfig())


def test_an_addition_changes_queries_and_no_passage_and_is_read_as_it_was_written(
    models: dict[str, Path], tmp_path: Path
) -> None:
    plain = Encoder(models["tiny-a"], EncoderConfig())
    one = addition_to(models["tiny-a"])
    path = with_query_side(models["tiny-a"], QuerySide(OTHER, TURN, one), tmp_path / "new", ())
    found = QuerySide.of(path)
    assert found is not None
    ((name, read),) = found.additions.items()
    assert np.array_equal(read.up, one[name].up)
    assert np.array_equal(read.down, one[name].down)
    changed, texts = Encoder(path, EncoderConfig()), ["a text", "another text about topics"]
    assert np.array_equal(changed.encode(texts), plain.encode(texts))
    asked = changed.encode_queries(texts)
    assert np.abs(asked - np.roll(plain.encode(texts), 1, axis=1)).max() > 1e-3, "the addition counts"
    assert np.allclose(np.linalg.norm(asked, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("wrong", ["no.such.layer", "shape"])
def test_an_addition_to_another_model_is_refused(models: dict[str, Path], tmp_path: Path, wrong: str) -> None:
    ((name, (up, down)),) = addition_to(models["tiny-a"]).items()
    one = {name: Addition(up, down[:, :-1])} if wrong == "shape" else {wrong: Addition(up, down)}
    path = with_query_side(models["tiny-a"], QuerySide(OTHER, None, one), tmp_path / "new", ())
    with pytest.raises(Refused, match="of another model"):
        Encoder(path, EncoderConfig())


def addition_to(model: Path) -> dict[str, Addition]:
    """Return one of rank 2 to the last linear layer but the pooler's of a model."""
    layers = SentenceTransformer(str(model), device="cpu").named_modules()
    name, layer = [(name, one) for name, one in layers if isinstance(one, Linear) and "pooler" not in name][-1]
    random = np.random.default_rng(1)
    up, down = (random.standard_normal(s).astype(np.float32) for s in ((layer.out_features, 2), (2, layer.in_features)))
    return {name: Addition(up, down)}


def test_mapped_vectors_are_units_and_what_is_mapped_to_nothing_stays() -> None:
    vectors = np.array([[0.6, 0.8], [0.0, 1.0]], dtype=np.float32)
    assert np.allclose(mapped(vectors, np.diag([2.0, 0.0]).astype(np.float32)), [[1.0, 0.0], [0.0, 1.0]])
