"""The peer: what a good engineer writes in an afternoon. A query is encoded, the index is asked for a hybrid ranking
of what the person's groups may read, and that is the answer: `python -m bench.search.handwritten COLLECTION PORT_FILE`.

It has no serving record, no current access lists, no snippets, no authority, no grouping beyond one row a document;
so it does less than the product. Model, collection, terms, HTTP server and client are the same.
"""

import sys
from pathlib import Path

from pymilvus import AnnSearchRequest, MilvusClient, RRFRanker
from sentence_transformers import SentenceTransformer
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from indexer.resident.server import Server
from retrieval.text import query_terms
from schemas.documents import EVERYONE
from stores import settings
from stores.shelf import base_model
from stores.vector_rows import term_text

DEPTH = 100


def application(collection: str) -> Starlette:
    """Return the service: `POST /search` with `query`, `groups` and `k`."""
    where = settings.load()
    model = SentenceTransformer(str(base_model()), device="cpu", local_files_only=True)
    client = MilvusClient(uri=where.milvus_uri)
    client.load_collection(collection)

    def answer(query: str, groups: list[str], k: int) -> list[str]:
        vector = model.encode([query], normalize_embeddings=True, show_progress_bar=False)
        allowed = f"array_contains_any(acl, {[EVERYONE, *groups]!r})"
        dense = AnnSearchRequest(
            vector, "dense", {"metric_type": "COSINE", "params": {"ef": 128}}, limit=DEPTH, expr=allowed
        )
        words = AnnSearchRequest(
            [term_text(query_terms(query))], "sparse", {"metric_type": "BM25"}, limit=DEPTH, expr=allowed
        )
        (hits,) = client.hybrid_search(
            collection, [dense, words], RRFRanker(60), limit=5 * k, output_fields=["document", "title", "text"]
        )
        return list(dict.fromkeys(str(hit["entity"]["document"]) for hit in hits))[:k]

    async def search(request: Request) -> JSONResponse:
        asked = await request.json()
        found = await run_in_threadpool(answer, asked["query"], asked["groups"], asked["k"])
        return JSONResponse({"documents": found})

    return Starlette(routes=[Route("/search", search, methods=["POST"])])


def main(collection: str, port_file: str) -> None:
    """Serve until killed; the port is written to the file once it answers."""
    with Server(application(collection), at_work=32) as server:
        fresh = Path(f"{port_file}.new")
        fresh.write_text(str(server.port))
        fresh.replace(port_file)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
