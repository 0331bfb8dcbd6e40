"""`python -m bench.indexer.bare TEXTS VECTORS SHARE`: the floor, the model's own library and nothing else.

Encodes each `SHARE`-th of the texts in TEXTS (a JSON list), length-sorted, in batches of 32, with as many threads and
at the priority that the indexer has. Prints `texts` and `seconds`, loading excluded; VECTORS gets the vectors, in the
order of the texts, when all were encoded.
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
import orjson
from sentence_transformers import SentenceTransformer

from retrieval.config import EncoderConfig
from retrieval.encoders import use_threads
from stores.shelf import base_model

BATCH = 32


def main(texts_file: Path, vectors_file: Path, share: int) -> None:
    """Encode and say how long it took."""
    os.nice(5)
    config = EncoderConfig()
    use_threads(config.threads)
    model = SentenceTransformer(str(base_model()), device="cpu", local_files_only=True)
    model.max_seq_length = min(config.max_tokens, model.max_seq_length or config.max_tokens)
    texts = orjson.loads(texts_file.read_bytes())
    chosen = sorted(texts[::share], key=len)
    model.encode(chosen[:BATCH], batch_size=BATCH, show_progress_bar=False)
    began = time.monotonic()
    made = model.encode(chosen, batch_size=BATCH, show_progress_bar=False, normalize_embeddings=True)
    print(orjson.dumps({"texts": len(chosen), "seconds": time.monotonic() - began}).decode(), flush=True)
    if share == 1:
        by_text = dict(zip(chosen, made, strict=True))
        np.save(vectors_file, np.stack([by_text[text] for text in texts]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
