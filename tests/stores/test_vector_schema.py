from stores.vector_rows import K1, B, vector_row
from stores.vector_schema import indexes, schema


def test_a_row_has_the_fields_of_a_collection_and_no_other() -> None:
    row = vector_row("d", 0, 1, "h", ("all",), "T", "text", ["text"], [1.0], 0.5, 1)
    made = [field.name for field in schema(1).fields]
    assert sorted(made) == sorted([*row, "sparse"]), "`sparse` is made by the server, of `terms`"


def test_the_index_of_words_has_the_constants_that_judging_has() -> None:
    (words,) = (index for index in indexes() if index.field_name == "sparse")
    assert words.get_index_configs()["params"] == {"bm25_k1": K1, "bm25_b": B}, "nested: see `indexes`"
