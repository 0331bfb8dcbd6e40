"""A model that another server holds."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder
from retrieval.endpoint import FILE, Endpoint
from retrieval.query_side import QuerySide
from stores.errors import Refused
from stores.shelf import base_model
from tests.stores.embedding_server import WIDTH, running, vector


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://api.example.com/v1", ""),
        ("http://localhost:11434/v1", ""),
        ("http://127.0.0.1:8000/v1", ""),
        ("http://[::1]:8000/v1", ""),
        ("http://api.example.com/v1", "in the clear"),
        ("http://127.0.0.1.example.com/v1", "in the clear"),
        ("ftp://localhost/v1", "in the clear"),
        ("localhost:8000", "in the clear"),
        ("https:///v1", "in the clear"),
        ("https://key@api.example.com/v1", "holds no user"),
        ("https://api.example.com/v1?key=secret", "holds no user"),
        ("https://api.example.com/v1#secret", "holds no user"),
    ],
)
def test_texts_go_nowhere_in_the_clear_and_no_key_stands_in_an_address(url: str, problem: str) -> None:
    if not problem:
        assert Endpoint(url=url, model="m").url == url
        return
    with pytest.raises(ValidationError, match=problem):
        Endpoint(url=url, model="m")


def test_what_is_saved_is_read_and_what_is_damaged_is_refused(tmp_path: Path) -> None:
    assert Endpoint.of(tmp_path) is None
    there = Endpoint(url="https://api.example.com/v1", model="m", dimensions=64)
    there.save(tmp_path)
    assert Endpoint.of(tmp_path) == there
    for damaged in ("{", json.dumps({"url": "http://api.example.com", "model": "m"}), '{"url": "https://a.b"}'):
        (tmp_path / FILE).write_text(damaged)
        with pytest.raises(Refused, match="names no endpoint"):
            Endpoint.of(tmp_path)


def test_an_encoder_asks_it_with_prompts_and_a_query_side(tmp_path: Path) -> None:
    shutil.copyfile(base_model() / "tokenizer.json", tmp_path / "tokenizer.json")
    prompts = {"prompts": {"query": "query: ", "document": "passage: "}}
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    turned = np.roll(np.eye(WIDTH, dtype=np.float32), 1, axis=1)
    QuerySide("0" * 64, turned).save(tmp_path)
    with running() as server:
        Endpoint(url=server.url, model="m").save(tmp_path)
        encoder = Encoder(tmp_path, EncoderConfig())
        assert (encoder.dimension, encoder.precision) == (WIDTH, "endpoint")
        passages, queries = encoder.encode(["leave"]), encoder.encode_queries(["leave"])
        assert [request["input"] for request in server.asked[1:]] == [["passage: leave"], ["query: leave"]]
        assert encoder.encode([]).shape == (0, WIDTH)
    expected = np.array(vector("query: leave"))
    assert np.allclose(queries[0], np.roll(expected / np.linalg.norm(expected), 1), atol=1e-5)
    expected = np.array(vector("passage: leave"))
    assert np.allclose(passages[0], expected / np.linalg.norm(expected), atol=1e-5)
    assert "endpoint" in encoder.encoding("f" * 64)


def test_an_endpoint_that_changes_its_dimension_is_refused(tmp_path: Path) -> None:
    shutil.copyfile(base_model() / "tokenizer.json", tmp_path / "tokenizer.json")
    with running() as server:
        Endpoint(url=server.url, model="m").save(tmp_path)
        encoder = Encoder(tmp_path, EncoderConfig())
        server.make = lambda text, width: [1.0]
        with pytest.raises(Refused, match=f"makes 1 dimensions now, and made {WIDTH}"):
            encoder.encode(["leave"])
