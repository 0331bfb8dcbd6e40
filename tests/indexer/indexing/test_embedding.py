"""Texts become vectors once; what is stored is not made again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from indexer.indexing.embedding import Embedder
from stores.embeddings import AT_ONCE, Vector


@dataclass
class Memory:
    """A store of vectors, and a model that notes what it is asked; `fails_at` is the batch at which it is killed."""

    kept: dict[tuple[str, str, str], Vector] = field(default_factory=dict)
    batches: list[list[str]] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    fails_at: int = -1

    def get(self, tenant: str, encoder: str, texts: Sequence[str]) -> dict[str, Vector]:
        return {text: self.kept[tenant, encoder, text] for text in texts if (tenant, encoder, text) in self.kept}

    def put(self, tenant: str, encoder: str, vectors: Mapping[str, Vector]) -> None:
        self.kept |= {(tenant, encoder, text): vector for text, vector in vectors.items()}

    def renew(self, tenant: str, encoder: str, texts: Sequence[str]) -> None:
        self.renewed += texts

    def encoding(self, manifest: str) -> str:
        return f"{manifest} here"

    def encode(self, texts: Sequence[str]) -> Any:  # noqa: ANN401  # an array
        if len(self.batches) == self.fails_at:
            raise KeyboardInterrupt
        self.batches.append(list(texts))
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)

    def embedder(self, manifest: str | None = "m", tenant: str = "acme") -> Embedder:
        model: Any = self
        return Embedder(self, tenant, manifest, lambda: model)

    @property
    def embedded(self) -> list[str]:
        return [text for batch in self.batches for text in batch]


def numbered(count: int) -> list[str]:
    return [f"text {n}" for n in range(count)]


def test_equal_texts_are_embedded_once_within_a_call_and_across_calls() -> None:
    memory = Memory()
    first = memory.embedder().embed(["a", "bb", "a", "a"])
    second = memory.embedder().embed(["a", "ccc"])
    assert (memory.embedded, first.made, second.made) == (["a", "bb", "ccc"], 2, 1)
    assert {text: vector[0] for text, vector in (dict(first.vectors) | dict(second.vectors)).items()} == {
        "a": 1, "bb": 2, "ccc": 3,
    }  # fmt: skip


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_crash_costs_one_batch(at: int) -> None:
    memory, texts = Memory(fails_at=at), numbered(AT_ONCE * 2 + 40)
    with pytest.raises(KeyboardInterrupt):
        memory.embedder().embed(texts)
    memory.fails_at = -1
    assert memory.embedder().embed(texts).made == len(texts) - at * AT_ONCE
    assert sorted(memory.embedded) == sorted(texts)


def test_texts_of_like_length_go_together() -> None:
    memory = Memory()
    memory.embedder().embed(["long " * 9, "s"] * 3 + [f"{'word ' * 20}{n}" for n in range(AT_ONCE)])
    assert [max(map(len, batch)) for batch in memory.batches] == sorted(
        max(map(len, batch)) for batch in memory.batches
    )
    assert memory.batches[0][0] == "s"


def test_another_model_or_tenant_shares_nothing() -> None:
    memory = Memory()
    for tenant, manifest in (("acme", "m"), ("acme", "n"), ("other", "m")):
        assert memory.embedder(manifest, tenant).embed(["a"]).made == 1


def test_a_model_that_nobody_vouched_for_leaves_nothing_behind() -> None:
    memory = Memory()
    memory.embedder("").embed(["a"])
    nobody = memory.embedder(None)
    assert [nobody.embed(["a"]).made, nobody.embed(["a"]).made] == [1, 1]
    nobody.renew(["a"])
    nobody.keep(nobody.again(["a"]))
    assert (memory.kept, memory.renewed) == ({}, [])


def test_what_is_wrong_in_the_store_can_be_made_again() -> None:
    memory = Memory({("acme", "m here", "a"): np.array([9, 9], dtype=np.float32)})
    embedder = memory.embedder()
    embedder.keep(embedder.again(["a"]))
    assert embedder.embed(["a"]).vectors["a"].tolist() == [1, 1]


def test_no_text_needs_no_model() -> None:
    def no_model() -> Any:  # noqa: ANN401  # there is none
        raise LookupError

    assert Embedder(Memory(), "acme", "m", no_model).embed([]).made == 0
