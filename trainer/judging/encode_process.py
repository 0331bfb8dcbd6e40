"""The process that embeds: `python -m trainer.encode_process JOB.json`. Vectors that are there already are kept."""

from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from trainer.judging.encode_job import EncodeJob
from trainer.learning.child import say, work

_CHUNK = 256


def encode(path: Path) -> None:
    """Embed the job's texts, those of similar length together, and write unit vectors as float32."""
    job = EncodeJob.model_validate_json(path.read_bytes())
    torch.set_num_threads(job.threads)
    missing = [name for name in job.models if not job.place(name).is_file()]
    order = sorted(range(len(job.texts)), key=lambda n: (len(job.texts[n]), n))
    for turn, name in enumerate(missing):
        model = SentenceTransformer(str(job.models[name]))
        model.max_seq_length = min(job.max_tokens, model.max_seq_length or job.max_tokens)
        vectors = np.zeros((len(order), model.get_embedding_dimension() or 0), dtype=np.float32)
        for start in range(0, len(order), _CHUNK):
            part = order[start : start + _CHUNK]
            vectors[part] = model.encode(
                [job.texts[n] for n in part],
                batch_size=job.batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            say(step=turn * len(order) + start + len(part), total=len(missing) * len(order))
        unfinished = job.place(name).with_suffix(".part.npy")
        np.save(unfinished, vectors)
        unfinished.replace(job.place(name))


if __name__ == "__main__":
    work(encode)
