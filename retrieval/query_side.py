"""How a model reads queries, where it was changed for queries alone: a small file beside the files of the model.

Such a model makes the same vectors of documents as another one, whose files it has, and names that one by the hash of
its files. So it is served from the collection that is there, and what was embedded for the other is its own too. Its
queries may go through a linear map: of unit vectors of shape (n, d) by a matrix of shape (d, d), and made units again.

The file is `query_side.safetensors`: the tensor `map` (float32), if there is one, and `documents` in its metadata. The
manifest of the model covers it like every other file; loading it runs no code.
"""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from stores.errors import Refused

FILE = "query_side.safetensors"
_MAP, _DOCUMENTS = "map", "documents"
_MANIFEST = re.compile(r"[0-9a-f]{64}")

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class QuerySide:
    """`documents` is the manifest of the model whose vectors of documents are its own; `map` is applied to queries."""

    documents: str
    map: Vectors | None = None

    @classmethod
    def of(cls, model: Path) -> "QuerySide | None":
        """Return that of the model in a directory, None where it reads queries and documents alike.

        Raises `Refused` for a file that is damaged or of another kind.
        """
        path = model / FILE
        if not path.is_file():
            return None
        try:
            with safe_open(path, framework="numpy") as file:
                documents = (file.metadata() or {}).get(_DOCUMENTS, "")
                found = file.get_tensor(_MAP) if _MAP in file.keys() else None  # noqa: SIM118  # it is no mapping
        except (SafetensorError, OSError) as error:
            raise Refused(f"{path} cannot be read ({error}); train again") from error
        if not _MANIFEST.fullmatch(documents):
            raise Refused(f"{path} does not name the model whose documents it keeps; train again")
        if found is not None and not _is_map(found):
            raise Refused(f"{path} has a map that is not a square matrix of finite numbers; train again")
        return cls(documents, found)

    def save(self, model: Path) -> None:
        """Write it beside the files of the model in a directory."""
        tensors = {} if self.map is None else {_MAP: np.ascontiguousarray(self.map, dtype=np.float32)}
        save_file(tensors, model / FILE, {_DOCUMENTS: self.documents})

    def queries(self, vectors: Vectors) -> Vectors:
        """Return the unit vectors of queries, shape (n, d), as they are searched by."""
        return vectors if self.map is None else mapped(vectors, self.map)


def mapped(vectors: Vectors, by: Vectors) -> Vectors:
    """Return unit vectors (n, d) that went through a map (d, d), as unit vectors; one that the map takes to nothing
    stays as it was.
    """
    found = vectors @ by
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(np.where(length > 0, found / np.where(length > 0, length, 1.0), vectors), dtype=np.float32)


def documents_of(model: Path, manifest: str) -> str:
    """Return the manifest by which the model's vectors of documents are known; `manifest` is that of its own files."""
    side = QuerySide.of(model)
    return side.documents if side else manifest


def with_query_side(model: Path, side: QuerySide, output: Path, apart: Iterable[str]) -> Path:
    """Make in `output` a model with the files of another and a query side of its own; return the directory.

    `apart` names what of the other's files, or directories, belongs to it alone.
    """
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(model, output, ignore=lambda at, _: [*apart] if Path(at) == model else [])
    side.save(output)
    return output


def _is_map(found: Vectors) -> bool:
    square = found.ndim == 2 and found.shape[0] == found.shape[1] > 0
    return square and found.dtype == np.float32 and bool(np.isfinite(found).all())
