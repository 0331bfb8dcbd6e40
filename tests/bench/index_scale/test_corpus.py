"""A corpus of a stated size: everything is applied, and a change of one document is the only thing to do."""

from bench.index_scale.corpus import Corpus
from stores.vectors import Vectors
from stores.warehouse import Warehouse
from tests.indexer.conftest import vectors, warehouse

__all__ = ["vectors", "warehouse"]


def test_only_what_changes_is_left_to_apply(warehouse: Warehouse, vectors: Vectors) -> None:
    corpus = Corpus(warehouse, vectors, 30, in_milvus=20)
    try:
        assert corpus.sync.advance(corpus.target, 60).documents == 0
        assert vectors.count(corpus.target.collection) == 20
        corpus.change(3)
        assert corpus.sync.advance(corpus.target, 60).documents == 1
        assert vectors.get(corpus.target.collection, ["page-0000003#0"])["page-0000003#0"].version == 2
    finally:
        vectors.drop(corpus.target.collection)
