"""Which vectors a run takes from the store and which it leaves there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.config import EncoderConfig
from retrieval.query_side import QuerySide, with_query_side
from stores.embeddings import Vector
from trainer.judging.embed_in_child import Made
from trainer.judging.stored_vectors import StoredVectors

TEXTS = ("a passage", "another", "a passage")
ONE, TWO = np.array([1, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32)


@dataclass
class Memory:
    kept: dict[tuple[str, str, str], Vector] = field(default_factory=dict)
    put_texts: list[list[str]] = field(default_factory=list)

    def get(self, tenant: str, encoder: str, texts: Sequence[str]) -> dict[str, Vector]:
        return {text: self.kept[tenant, encoder, text] for text in texts if (tenant, encoder, text) in self.kept}

    def put(self, tenant: str, encoder: str, vectors: Mapping[str, Vector]) -> None:
        self.put_texts.append(list(vectors))
        self.kept |= {(tenant, encoder, text): vector for text, vector in vectors.items()}


def stored(memory: Memory, tenant: str = "acme") -> StoredVectors:
    store: Any = memory
    return StoredVectors(store, tenant, EncoderConfig(max_tokens=64), TEXTS)


def made(precision: str = "float32") -> Made:
    return Made(np.array([ONE, TWO, ONE, TWO]), precision)


def test_what_is_kept_is_known_to_the_next_run_of_the_tenant(tiny_model: Path) -> None:
    memory = Memory()
    stored(memory).keep(tiny_model, "m", made())
    assert memory.put_texts == [["a passage", "another"]], "a query behind the passages is not stored"
    assert {encoder for _, encoder, _ in memory.kept} == {"m; 64 word pieces; float32"}
    known = stored(memory).known({"live": tiny_model}, {"live": "m"})
    assert {key: sorted(vectors) for key, vectors in known.items()} == {
        ("live", "float32"): [0, 1, 2], ("live", "float16"): [], ("live", "endpoint"): [],
    }  # fmt: skip
    assert np.array_equal(known["live", "float32"][1], TWO)
    assert stored(memory, "other").known({"live": tiny_model}, {"live": "m"})["live", "float32"] == {}
    assert stored(memory).known({"live": tiny_model}, {"live": "n"})["live", "float32"] == {}


def test_only_what_was_not_known_is_stored_and_once_for_two_names_of_a_model(tiny_model: Path) -> None:
    memory = Memory({("acme", "m; 64 word pieces; float32", "another"): TWO})
    run = stored(memory)
    run.known({"live": tiny_model, "base": tiny_model}, {"live": "m", "base": "m"})
    for _ in ("live", "base"):
        run.keep(tiny_model, "m", made())
    assert memory.put_texts == [["a passage"], []]


def test_half_precision_is_never_taken_for_full(tiny_model: Path) -> None:
    memory = Memory()
    stored(memory).keep(tiny_model, "m", made("float16"))
    known = stored(memory).known({"live": tiny_model}, {"live": "m"})
    assert (known["live", "float32"], sorted(known["live", "float16"])) == ({}, [0, 1, 2])


def test_passages_are_known_by_the_model_whose_documents_are_kept(tiny_model: Path, tmp_path: Path) -> None:
    memory = Memory()
    stored(memory).keep(tiny_model, "a" * 64, made())
    changed = with_query_side(tiny_model, QuerySide("a" * 64), tmp_path / "changed", ())
    known = stored(memory).known({"live": changed}, {"live": "b" * 64})
    assert sorted(known["live", "float32"]) == [0, 1, 2]
