"""Embedding in the real child process, with a tiny encoder."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder
from retrieval.endpoint import Endpoint
from retrieval.query_side import QuerySide, with_query_side
from stores import embedding_client
from stores.errors import Retryable
from stores.shelf import base_model
from tests.stores.embedding_server import running
from trainer.judging import embed_in_child
from trainer.judging.embed_in_child import EmbedJob, Known, Vectors
from trainer.learning import child
from trainer.learning.child import Failed

TEXTS = ("one text", "another longer text here", "one text")


def embed(
    models: dict[str, Path],
    directory: Path,
    texts: tuple[str, ...] = TEXTS,
    encoder: EncoderConfig = EncoderConfig(threads=1),  # noqa: B008  # frozen
    on_progress: Callable[[dict[str, Any]], None] = lambda _: None,
    known: Mapping[tuple[str, str], Known] | None = None,
    passages: int | None = None,
) -> dict[str, Vectors]:
    stop = threading.Event()
    made = embed_in_child.embed("job", models, texts, directory, encoder, on_progress, stop, 1, known, passages)
    assert {each.precision for each in made.values()} == {"float32"}
    return {name: each.vectors for name, each in made.items()}


class Made(Exception):
    """A child process would be started."""


def no_child(*_: object) -> None:
    raise Made


@pytest.mark.thorough
def test_vectors_are_those_that_searches_use_and_are_made_once(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = list[dict[str, Any]]()
    found = embed({"live": tiny_model, "base": tiny_model}, tmp_path, on_progress=progress.append)
    assert np.allclose(found["live"], Encoder(tiny_model, EncoderConfig()).encode(TEXTS), atol=1e-6)
    assert found["base"] is not found["live"]
    assert np.array_equal(found["base"], found["live"])
    assert progress == [{"step": 3, "total": 3}], "one directory is embedded with once"
    monkeypatch.setattr(child, "run", no_child)
    assert np.array_equal(embed({"live": tiny_model, "base": tiny_model}, tmp_path)["live"], found["live"])
    with pytest.raises(Made):
        embed({"live": tiny_model}, tmp_path, ("some", "thing", "else"))
    with pytest.raises(Made):
        embed({"live": tiny_model}, tmp_path, encoder=EncoderConfig(threads=1, max_tokens=8))


@pytest.mark.slow
def test_what_is_known_is_taken_as_it_is_and_of_the_childs_precision_alone(tmp_path: Path, tiny_model: Path) -> None:
    progress, width = list[dict[str, Any]](), Encoder(tiny_model, EncoderConfig()).dimension
    mine, other = np.full(width, 0.5, dtype=np.float32), np.full(width, 0.25, dtype=np.float32)
    known = {("live", "float32"): {1: mine}, ("live", "float16"): {0: other}, ("nobody", "float32"): {2: other}}
    found = embed({"live": tiny_model}, tmp_path, on_progress=progress.append, known=known)["live"]
    assert np.array_equal(found[1], mine)
    assert np.allclose(found[[0, 2]], Encoder(tiny_model, EncoderConfig()).encode(["one text"] * 2), atol=1e-6)
    assert progress == [{"step": 3, "total": 3}]
    whole = {("live", "float32"): dict.fromkeys(range(3), mine)}
    assert np.array_equal(embed({"live": tiny_model}, tmp_path, ("a", "b", "c"), known=whole)["live"], [mine] * 3)


@pytest.mark.slow
def test_what_comes_behind_the_passages_are_queries(tmp_path: Path, tiny_model: Path) -> None:
    width = Encoder(tiny_model, EncoderConfig()).dimension
    side = QuerySide("a" * 64, np.roll(np.eye(width, dtype=np.float32), 1, axis=1))
    model = with_query_side(tiny_model, side, tmp_path / "mapped", ())
    found = embed({"live": model}, tmp_path, passages=1)["live"]
    plain = Encoder(tiny_model, EncoderConfig()).encode(TEXTS)
    assert np.allclose(found[:1], plain[:1], atol=1e-6)
    assert np.allclose(found[1:], np.roll(plain[1:], 1, axis=1), atol=1e-6)


@pytest.mark.slow
def test_a_text_is_read_as_far_as_the_limit_says(tmp_path: Path, tiny_model: Path) -> None:
    long, encoder = ("word " * 20 + "end",), EncoderConfig(threads=1, max_tokens=8)
    found = embed({"live": tiny_model}, tmp_path, long, encoder)["live"]
    assert np.allclose(found, Encoder(tiny_model, encoder).encode(long), atol=1e-6)
    assert not np.allclose(found, Encoder(tiny_model, EncoderConfig(threads=1)).encode(long), atol=1e-3)


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="no model here"):
        embed({"live": tmp_path / "no model here"}, tmp_path)


@pytest.mark.thorough
def test_the_trainer_itself_loads_no_learning_library() -> None:
    """Their memory belongs to child processes: importing the service and every rung brings none in."""
    code = (
        "import sys, trainer.__main__; from trainer.learning import rungs; [rungs.rung_type(n) for n in rungs.names()];"
        "sys.exit(', '.join({'torch', 'sentence_transformers', 'transformers'} & sys.modules.keys()) or None)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.strip()) == (0, "")


def test_a_model_elsewhere_that_is_away_for_a_while_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    shutil.copyfile(base_model() / "tokenizer.json", tmp_path / "there" / "tokenizer.json")
    monkeypatch.setattr(embedding_client, "_REST_S", 0.0)
    monkeypatch.setattr(embed_in_child, "PAUSES_S", (0, 0))
    with running() as server:
        Endpoint(url=server.url, model="m").save(tmp_path / "there")
        job = EmbedJob(models={"a": tmp_path / "there"}, texts=TEXTS, output=tmp_path, encoder=EncoderConfig())
        (tmp_path / "job.json").write_text(job.model_dump_json())
        server.instead += [(200, server.answer({"input": ["dimension"], "model": "m"})), (503, b""), (429, b"")]
        embed_in_child.embed_job(tmp_path / "job.json")
        made = job.made("a")
        assert made is not None
        assert made.precision == "endpoint"
        assert np.allclose(made.vectors, Encoder(tmp_path / "there", EncoderConfig()).encode(TEXTS), atol=1e-6)
        server.instead += [(200, server.answer({"input": ["dimension"], "model": "m"})), *[(503, b"")] * 3]
        other = job.model_copy(update={"texts": ("another",)})
        (tmp_path / "job.json").write_text(other.model_dump_json())
        with pytest.raises(Retryable, match="answered 503"):
            embed_in_child.embed_job(tmp_path / "job.json")
        assert other.made("a") is None


def test_vectors_of_weights_that_were_replaced_are_not_those_of_the_new_ones(tmp_path: Path) -> None:
    model = tmp_path / "candidate"
    model.mkdir()
    (model / "model.safetensors").write_bytes(b"first")
    job = EmbedJob(models={"a": model}, texts=TEXTS, output=tmp_path, encoder=EncoderConfig())
    np.save(job.file("a", "float32"), np.ones((3, 2), dtype=np.float32))
    assert job.made("a") is not None
    (model / "model.safetensors").write_bytes(b"second one")
    assert job.made("a") is None
