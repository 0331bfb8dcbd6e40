"""What the counted process notes, with the model replaced by one that knows no text."""

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from bench.indexer import counted
from indexer.indexing.embedding import Embedder
from stores.embeddings import Embeddings


class Model:
    def encode(self, texts: list[str]) -> Any:  # noqa: ANN401
        return np.zeros((len(texts), 2), dtype=np.float32)


def test_a_batch_is_noted_before_and_after_and_a_sample_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("embed", "again"):
        monkeypatch.setattr(Embedder, name, getattr(Embedder, name))  # so that it is put back
    counted.count_into(tmp_path / "log")
    model: Any = Model()
    embedder = Embedder(store=None, tenant="t", manifest=None, encoder=lambda: model)  # type: ignore[arg-type]
    embedder.embed(["a", "b", "a"])
    embedder.again(["c"])
    lines = [orjson.loads(line) for line in (tmp_path / "log").read_bytes().splitlines()]
    assert [(line["began"], line["texts"], line["sample"]) for line in lines] == [
        (True, 2, False), (False, 2, False), (True, 1, True), (False, 1, True),
    ]  # fmt: skip


def test_a_forgetful_store_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Embeddings, "get", Embeddings.get)
    counted.forget_everything()
    store: Any = object.__new__(Embeddings)
    assert store.get("t", "e", ["text"]) == {}
