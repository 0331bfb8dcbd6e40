import pytest

from stores.settings import Settings
from stores.vector_rows import K1, B, collection_name, vector_row
from stores.vector_schema import EXACT_UP_TO, indexes, other_dimension, schema
from stores.vectors import Vectors

RULES = "rules of this test"


def test_a_row_has_the_fields_of_a_collection_and_no_other() -> None:
    row = vector_row("d", 0, 1, "h", ("all",), "T", "text", ["text"], [1.0], 0.5, 1)
    made = [field.name for field in schema(1).fields]
    assert sorted(made) == sorted([*row, "sparse", "clicked_sparse"]), "made by the server, of `terms` and `clicked`"


def test_the_index_of_words_has_the_constants_that_judging_has() -> None:
    configs = {index.field_name: index.get_index_configs() for index in indexes(1)}
    assert configs["sparse"]["params"] == {"bm25_k1": K1, "bm25_b": B}, "nested: see `indexes`"
    assert configs["clicked_sparse"]["params"] == {"bm25_k1": K1, "bm25_b": B}


def test_few_documents_are_compared_one_by_one_and_many_by_a_graph() -> None:
    kinds = {
        documents: index.index_type
        for documents in (0, EXACT_UP_TO, EXACT_UP_TO + 1)
        for index in indexes(documents)
        if index.field_name == "dense"
    }
    assert kinds == {0: "IVF_FLAT", EXACT_UP_TO: "IVF_FLAT", EXACT_UP_TO + 1: "HNSW"}


def test_another_dimension_is_said_and_the_same_one_is_not() -> None:
    described = {"collection_name": "C", "fields": [{"name": "pk"}, {"name": "dense", "params": {"dim": "32"}}]}
    assert other_dimension(described, 32) is None
    assert "C holds vectors of 32 dimensions and its model makes 16" in str(other_dimension(described, 16))


def test_a_collection_whose_making_was_cut_off_gets_its_indexes(
    stack: Settings, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, vectors = collection_name(tenant, "cut-off"), Vectors.connect(stack)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(vectors._client, "create_index", killed)
        with pytest.raises(KeyboardInterrupt):
            vectors.ensure(name, 4, RULES)
    try:
        assert vectors._client.list_indexes(name) == []
        assert not vectors.ensure(name, 4, RULES), "it was there, and has no row to lose"
        assert len(vectors._client.list_indexes(name)) == 3
        vectors.upsert(name, [vector_row("d", 0, 1, "h", ("all",), "T", "text", ["text"], [1.0, 0, 0, 0], 0.5, 1)])
        assert not vectors.ensure(name, 4, RULES)
        assert set(vectors.get(name, ["d#0"])) == {"d#0"}
    finally:
        vectors.drop(name)
        vectors.close()
