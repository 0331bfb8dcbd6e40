"""The fields and indexes of a collection, as Milvus takes them."""

from collections.abc import Mapping
from typing import Any

from pymilvus import DataType, Function, FunctionType, MilvusClient

from stores.errors import Refused
from stores.vector_rows import K1, MAX_GROUPS, MAX_ID_BYTES, MAX_TEXT_BYTES, MAX_TITLE_BYTES, B

EXACT_UP_TO = 20_000
"""Documents that a collection may be made for whose passages are all compared with a query; about a millisecond for
20,000 passages, seven for 100,000 (vectors of 384 numbers, one core). HNSW is faster with more, and may never reach
the one passage that is unlike thousands of others that resemble each other, though it is the nearest by far."""

_EXACT: tuple[str, dict[str, int]] = ("IVF_FLAT", {"nlist": 1})
"""One list that is always searched whole. Milvus Lite's FLAT copies all vectors for every query."""

_HNSW: tuple[str, dict[str, int]] = ("HNSW", {"M": 16, "efConstruction": 200})


def indexes(documents: int) -> Any:  # noqa: ANN401  # the client's own untyped parameters
    """Return the index of meaning for so many documents, that of words and that of words and clicked queries.

    The client sends `params` flattened, where Milvus Lite does not look for them; nested, both servers read them.
    """
    made = MilvusClient.prepare_index_params()
    kind, params = _EXACT if documents <= EXACT_UP_TO else _HNSW
    made.add_index("dense", index_type=kind, metric_type="COSINE", params={"params": params})
    words = {"bm25_k1": K1, "bm25_b": B}
    for field in ("sparse", "clicked_sparse"):
        made.add_index(field, index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params={"params": words})
    return made


def schema(dimension: int) -> Any:  # noqa: ANN401  # the client's own untyped schema
    """Return the fields; a change of them is a change of `stores.vector_rows.FIELDS`."""
    made = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    made.add_field("pk", DataType.VARCHAR, is_primary=True, max_length=MAX_ID_BYTES + 16)
    made.add_field("document", DataType.VARCHAR, max_length=MAX_ID_BYTES)
    made.add_field("passage", DataType.INT32)
    made.add_field("version", DataType.INT64)
    made.add_field("content_hash", DataType.VARCHAR, max_length=128)
    made.add_field(
        "acl", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=MAX_GROUPS, max_length=MAX_ID_BYTES
    )
    made.add_field("readers", DataType.VARCHAR, max_length=MAX_TEXT_BYTES)
    made.add_field("title", DataType.VARCHAR, max_length=MAX_TITLE_BYTES)
    made.add_field("text", DataType.VARCHAR, max_length=MAX_TEXT_BYTES)
    made.add_field("terms", DataType.VARCHAR, max_length=MAX_TEXT_BYTES, enable_analyzer=True)
    made.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    made.add_field("clicked", DataType.VARCHAR, max_length=MAX_TEXT_BYTES, enable_analyzer=True)
    made.add_field("clicked_sparse", DataType.SPARSE_FLOAT_VECTOR)
    made.add_field("dense", DataType.FLOAT_VECTOR, dim=dimension)
    made.add_field("authority", DataType.FLOAT)
    made.add_field("updated_at", DataType.INT64)
    made.add_field("truncated", DataType.BOOL)
    for name, read, written in (("bm25", "terms", "sparse"), ("bm25_clicked", "clicked", "clicked_sparse")):
        made.add_function(
            Function(
                name=name,
                function_type=FunctionType.BM25,
                input_field_names=[read],
                output_field_names=[written],
            )
        )
    return made


def other_dimension(described: Mapping[str, Any], made: int) -> Refused | None:
    """Return why vectors of `made` dimensions do not fit into the collection that Milvus describes, None if they do.

    It is no fault of the documents: none of that model fits.
    """
    held = next(int(field["params"]["dim"]) for field in described["fields"] if field["name"] == "dense")
    if made == held:
        return None
    return Refused(
        f"{described['collection_name']} holds vectors of {held} dimensions and its model makes {made}; put the "
        "model's own files back, or drop the collection in Milvus, and it is built anew"
    )
