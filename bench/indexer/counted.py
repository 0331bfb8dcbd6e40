"""`python -m bench.indexer.counted LOG`: the indexer's own process, which also says what it embeds.

Before and after every batch of texts that the model embeds a line of JSON is appended to LOG: `manifest` of the model,
`texts`, whether it is a `sample` of a proof, and afterwards the `seconds`. `--forgetful` runs a wrong implementation.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from indexer import __main__ as indexer
from indexer.indexing.embedding import Embedded, Embedder
from stores.embeddings import Embeddings, Vector
from stores.service import run

FORGETFUL = "--forgetful"


def count_into(log: Path) -> None:
    """Have every embedding of this process noted in `log`, which a killed process leaves complete."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    embed, again, depth = Embedder.embed, Embedder.again, [0]

    def counted_embed(self: Embedder, texts: Sequence[str]) -> Embedded:
        depth[0] += 1
        try:
            return embed(self, texts)
        finally:
            depth[0] -= 1

    def counted_again(self: Embedder, texts: Sequence[str]) -> dict[str, Vector]:
        about = {"manifest": self.manifest, "texts": len(texts), "sample": not depth[0]}
        os.write(file, orjson.dumps({"began": True, **about}) + b"\n")
        began = time.monotonic()
        made = again(self, texts)
        os.write(file, orjson.dumps({"began": False, **about, "seconds": time.monotonic() - began}) + b"\n")
        return made

    patched: Any = Embedder
    patched.embed, patched.again = counted_embed, counted_again


def forget_everything() -> None:
    """Have the embedding store of this process find nothing."""

    def nothing(self: Embeddings, tenant: str, encoder: str, texts: Sequence[str]) -> Mapping[str, Vector]:
        return {}

    patched: Any = Embeddings
    patched.get = nothing


if __name__ == "__main__":
    count_into(Path(sys.argv[1]))
    if FORGETFUL in sys.argv:
        forget_everything()
    sys.exit(run(indexer.work))
