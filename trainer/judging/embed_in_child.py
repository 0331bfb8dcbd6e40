"""Embedding in a child process: texts and models go in, files of unit vectors come out.

`embed` runs `python -m trainer.judging.embed_in_child JOB.json`. The child alone loads a learning library, so that its
memory goes back to the system. Vectors that are there already are kept, so a resumed run does not embed twice.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from retrieval.config import EncoderConfig
from trainer.learning import child
from trainer.learning.child import OnProgress, report_progress, work

Vectors = npt.NDArray[np.float32]
_CHUNK = 256
"""Texts between two lines of progress."""


class EmbedJob(BaseModel):
    """Embed all texts with every model (name to directory) into files below `output`."""

    model_config = ConfigDict(frozen=True)
    models: dict[str, Path]
    texts: tuple[str, ...]
    output: Path
    encoder: EncoderConfig

    def file(self, name: str) -> Path:
        """Return the file of one model's vectors; its name holds a hash of the texts and of how they are encoded."""
        key = hashlib.sha256(self.encoder.model_dump_json().encode())
        for text in self.texts:
            key.update(text.encode() + b"\0")
        return self.output / f"{name}-{key.hexdigest()[:16]}.npy"

    def vectors(self, name: str) -> Vectors:
        """Return the unit vectors of one model, shape (texts, d)."""
        return np.asarray(np.load(self.file(name), allow_pickle=False), dtype=np.float32)


def embed(
    name: str,
    models: Mapping[str, Path],
    texts: Sequence[str],
    directory: Path,
    encoder: EncoderConfig,
    on_progress: OnProgress,
    stop: threading.Event,
    attempts: int,
) -> dict[str, Vectors]:
    """Return every model's vectors of the texts, shape (texts, d), by the key that `models` gives its directory.

    Job `name` and its files are kept in `directory`. A model that stands under two keys is embedded with once.
    Raises as `trainer.learning.child.run` does.
    """
    key_of = {path: key for key, path in sorted(models.items(), reverse=True)}
    job = EmbedJob(
        models={key: path for path, key in key_of.items()}, texts=tuple(texts), output=directory, encoder=encoder
    )
    path = directory / f"{name}.json"
    path.write_text(job.model_dump_json())
    if not all(job.file(key).is_file() for key in job.models):
        child.run(__name__, path, on_progress, stop, attempts)
    return {key: job.vectors(key_of[model]) for key, model in models.items()}


def embed_job(path: Path) -> None:
    """Be the child: embed the job's texts, those of similar length together, and write float32."""
    from retrieval.encoders import Encoder, use_threads

    job = EmbedJob.model_validate_json(path.read_bytes())
    use_threads(job.encoder.threads)
    missing = [name for name in job.models if not job.file(name).is_file()]
    order = sorted(range(len(job.texts)), key=lambda n: (len(job.texts[n]), n))
    for turn, name in enumerate(missing):
        encoder = Encoder(job.models[name], job.encoder)
        vectors = np.zeros((len(order), encoder.dimension), dtype=np.float32)
        for start in range(0, len(order), _CHUNK):
            chosen = order[start : start + _CHUNK]
            vectors[chosen] = encoder.encode([job.texts[n] for n in chosen])
            report_progress(step=turn * len(order) + start + len(chosen), total=len(missing) * len(order))
        unfinished = job.file(name).with_suffix(".part.npy")
        np.save(unfinished, vectors)
        unfinished.replace(job.file(name))


if __name__ == "__main__":
    work(embed_job)
