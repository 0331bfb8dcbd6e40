"""What the encoding process is told, and how its vectors come back. No learning library here."""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

Vectors = npt.NDArray[np.float32]


class EncodeJob(BaseModel):
    """Embed all texts with every model (name to directory) into `<output>/<name>.npy`."""

    model_config = ConfigDict(frozen=True)
    models: dict[str, Path]
    texts: tuple[str, ...]
    output: Path
    max_tokens: int = 128
    batch_size: int = 32
    threads: int = 2

    def place(self, name: str) -> Path:
        """Return the file of one model's vectors; its name holds a hash of all that decides them."""
        key = hashlib.sha256(str(self.max_tokens).encode())
        for text in self.texts:
            key.update(text.encode() + b"\0")
        return self.output / f"{name}-{key.hexdigest()[:16]}.npy"

    def vectors(self, name: str) -> Vectors:
        """Return the unit vectors of one model, shape (texts, d)."""
        return np.asarray(np.load(self.place(name), allow_pickle=False), dtype=np.float32)
