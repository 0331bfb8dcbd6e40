"""Embedding in a child process: texts and models go in, files of unit vectors come out.

`embed` runs `python -m trainer.judging.embed_in_child JOB.json`. The child alone loads a learning library, so that its
memory goes back to the system. It takes the vectors that are known already from files beside the job, of its own
precision, which only it can tell, and embeds the other texts. Vectors that are there are kept, so a resumed run does
not embed twice.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from retrieval.config import EncoderConfig
from retrieval.identity import PRECISIONS
from stores.errors import Retryable
from trainer.learning import child
from trainer.learning.child import OnProgress, report_progress, work

Vectors = npt.NDArray[np.float32]
Known = Mapping[int, npt.NDArray[np.float32]]
"""Vectors that need not be made, by the number of their text."""

_CHUNK = 256
"""Texts between two lines of progress."""

PAUSES_S = (6, 15, 30, 60, 120)
"""Seconds until a model that is elsewhere and does not answer is asked again."""


class Made(NamedTuple):
    """One model's vectors, shape (texts, d), and the precision at which they were made."""

    vectors: Vectors
    precision: str


class EmbedJob(BaseModel):
    """Embed all texts with every model (name to directory) into files below `output`.

    The first `passages` texts are passages of documents, the others queries; all are passages unless it is given.
    """

    model_config = ConfigDict(frozen=True)
    models: dict[str, Path]
    texts: tuple[str, ...]
    output: Path
    encoder: EncoderConfig
    passages: int | None = None

    def file(self, name: str, precision: str) -> Path:
        """Return the file of one model's vectors; its name has a hash of the model, the texts and how they are read."""
        key = hashlib.sha256(f"{self.passages} {self.encoder.model_dump_json()} {_state(self.models[name])}".encode())
        for text in self.texts:
            key.update(text.encode() + b"\0")
        return self.output / f"{name}-{key.hexdigest()[:16]}-{precision}.npy"

    def made(self, name: str) -> Made | None:
        """Return the vectors of one model, None when they are not there yet."""
        for precision in PRECISIONS:
            if (file := self.file(name, precision)).is_file():
                return Made(np.asarray(np.load(file, allow_pickle=False), dtype=np.float32), precision)
        return None

    def note(self, name: str, precision: str, known: Known) -> None:
        """Keep known vectors for the child."""
        if known:
            rows = np.array([known[n] for n in sorted(known)], dtype=np.float32)
            np.savez(self._known_file(name, precision), numbers=np.array(sorted(known), dtype=np.int64), rows=rows)

    def known(self, name: str, precision: str) -> dict[int, npt.NDArray[np.float32]]:
        """Return the known vectors of a model, by the number of their text."""
        if not (file := self._known_file(name, precision)).is_file():
            return {}
        with np.load(file, allow_pickle=False) as kept:
            return dict(zip(kept["numbers"].tolist(), np.asarray(kept["rows"], dtype=np.float32), strict=True))

    def _known_file(self, name: str, precision: str) -> Path:
        return self.file(name, precision).with_suffix(".known.npz")


def embed(
    name: str,
    models: Mapping[str, Path],
    texts: Sequence[str],
    directory: Path,
    encoder: EncoderConfig,
    on_progress: OnProgress,
    stop: threading.Event,
    attempts: int,
    known: Mapping[tuple[str, str], Known] | None = None,
    passages: int | None = None,
) -> dict[str, Made]:
    """Return every model's vectors of the texts, by the key that `models` gives its directory.

    The first `passages` texts are of documents, the others are queries; all are of documents unless it is given.

    Job `name` and its files are kept in `directory`. A model that stands under two keys is embedded with once.
    `known` has vectors that need not be made, by key and precision; those of texts beyond are not looked at.
    Raises as `trainer.learning.child.run` does.
    """
    key_of = {path: key for key, path in sorted(models.items(), reverse=True)}
    job = EmbedJob(
        models={key: path for path, key in key_of.items()}, texts=tuple(texts), output=directory, encoder=encoder,
        passages=passages,
    )  # fmt: skip
    path = directory / f"{name}.json"
    path.write_text(job.model_dump_json())
    if not all(job.made(key) for key in job.models):
        for (key, precision), vectors in (known or {}).items():
            if key in job.models:
                job.note(key, precision, vectors)
        child.run(__name__, path, on_progress, stop, attempts)
    found = {key: job.made(key_of[model]) for key, model in models.items()}
    return {key: made for key, made in found.items() if made}


def embed_job(path: Path) -> None:
    """Be the child: embed the job's texts, those of similar length together, and write float32."""
    job = EmbedJob.model_validate_json(path.read_bytes())
    missing = [name for name in job.models if not job.made(name)]
    for turn, name in enumerate(missing):
        _embed_with(job, name, turn * len(job.texts), len(missing) * len(job.texts))


def _embed_with(job: EmbedJob, name: str, before: int, total: int) -> None:
    from retrieval.encoders import Encoder, use_threads

    use_threads(job.encoder.threads)
    encoder = Encoder(job.models[name], job.encoder)
    known = job.known(name, encoder.precision)
    vectors = np.zeros((len(job.texts), encoder.dimension), dtype=np.float32)
    for number, vector in known.items():
        vectors[number] = vector
    done, ends = before + len(known), len(job.texts) if job.passages is None else job.passages
    for encode, numbers in ((encoder.encode, range(ends)), (encoder.encode_queries, range(ends, len(job.texts)))):
        order = sorted((n for n in numbers if n not in known), key=lambda n: (len(job.texts[n]), n))
        for start in range(0, len(order), _CHUNK):
            some = order[start : start + _CHUNK]
            vectors[some] = _patiently(encode, [job.texts[n] for n in some])
            done += len(some)
            report_progress(step=done, total=total)
    file = job.file(name, encoder.precision)
    unfinished = file.with_suffix(".part.npy")
    np.save(unfinished, vectors)
    unfinished.replace(file)


def _state(model: Path) -> list[tuple[str, int, int]]:
    """Return which files a model has now, how long they are and when they were written."""
    files = sorted(path for path in model.rglob("*") if path.is_file())
    return [(str(path.relative_to(model)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]


def _patiently(encode: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
    """Return the vectors; an endpoint that is away is asked again for some minutes."""
    for pause in PAUSES_S:
        try:
            return encode(texts)
        except Retryable as error:
            report_progress(note=f"asked again in {pause} s: {error}"[:200])
            time.sleep(pause)
    return encode(texts)


if __name__ == "__main__":
    work(embed_job)
