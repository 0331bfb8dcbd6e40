"""The indexer as a service, with what it embeds and reuses counted into a file; or, on purpose, a wrong one.

keeps-deleted   rows of documents that are gone, and of passages that they have no more, stay
keeps-text      a row that is there is not replaced

`python -m bench.documents.counted FILE [SABOTAGE]`.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import orjson

from bench.stack import ROOT
from embedded.servers import Service
from indexer.__main__ import work
from indexer.feed.documents import Pending
from indexer.indexing.applying import Applied, Applier
from indexer.indexing.sync import Target
from stores.service import run
from stores.vector_rows import VectorRow
from stores.vectors import Vectors

KEEPS_DELETED, KEEPS_TEXT = "keeps-deleted", "keeps-text"
SABOTAGE = (KEEPS_DELETED, KEEPS_TEXT)

Apply = Callable[[Applier, Target, Sequence[Pending], float], Applied]


def counting(service: Service, counts: Path, sabotage: str = "") -> Service:
    """Return the service as it runs here: the indexer from this module, others as they are."""
    if service.name != "indexer":
        return service
    environment = {**service.environment, "PYTHONPATH": str(ROOT)}
    argv = (sys.executable, "-m", "bench.documents.counted", str(counts), *([sabotage] if sabotage else []))
    return replace(service, argv=argv, environment=environment)


def counted(apply: Apply, counts: Path) -> Apply:
    """Return `apply`, with the sums of what it did written to `counts` after each call."""
    sums: Counter[str] = Counter()

    def counted_apply(applier: Applier, target: Target, batch: Sequence[Pending], until: float) -> Applied:
        done = apply(applier, target, batch, until)
        sums.update(applied=done.documents, removed=done.deleted, embedded_passages=done.embedded)
        sums.update(reused_passages=done.kept)
        counts.write_bytes(orjson.dumps(dict(sums)))
        return done

    return counted_apply


@contextmanager
def sabotaged(name: str) -> Iterator[None]:
    """Write to Milvus as a wrong indexer does, in this process, during the block; as usual for ""."""
    upsert = Vectors.upsert

    def only_new(self: Vectors, collection: str, rows: Sequence[VectorRow]) -> None:
        there = self.get(collection, [row["pk"] for row in rows])
        upsert(self, collection, [row for row in rows if row["pk"] not in there])

    wrong: dict[str, dict[str, object]] = {
        KEEPS_DELETED: {"delete": lambda *_: None},
        KEEPS_TEXT: {"upsert": only_new},
    }
    with ExitStack() as replaced:
        for method, by in wrong.get(name, {}).items():
            replaced.enter_context(patch.object(Vectors, method, by))
        yield


if __name__ == "__main__":
    with (
        sabotaged("".join(sys.argv[2:3])),
        patch.object(Applier, "_apply", counted(Applier._apply, Path(sys.argv[1]))),
    ):
        sys.exit(run(work))
