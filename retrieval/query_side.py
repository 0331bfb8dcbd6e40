"""How a model reads queries, where it was changed for queries alone: a small file beside the files of the model.

Such a model makes the same vectors of documents as another one, whose files it has, and names that one by the hash of
its files. So it is served from the collection that is there, and what was embedded for the other is its own too. Its
queries are read with small additions to the weights of linear layers, if there are any, and may then go through a
linear map: of unit vectors of shape (n, d) by a matrix of shape (d, d), and made units again.

The file is `query_side.safetensors`: the tensor `map`, for each layer with an addition `up.LAYER` and `down.LAYER`, all
float32, and `documents` in its metadata. The manifest of the model covers it like every other file; loading it runs no
code.
"""

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from stores.errors import Refused

FILE = "query_side.safetensors"
_MAP, _DOCUMENTS, _UP, _DOWN = "map", "documents", "up.", "down."
_MANIFEST = re.compile(r"[0-9a-f]{64}")

Vectors = npt.NDArray[np.float32]


class Addition(NamedTuple):
    """What is added to a layer's weights of shape (o, i): the product of `up` (o, r) and `down` (r, i), rank r."""

    up: Vectors
    down: Vectors


@dataclass(frozen=True, slots=True)
class QuerySide:
    """`documents` is the manifest of the model whose vectors of documents are its own.

    `additions` change the layers that they name, of the model that reads queries; `map` is applied to what it makes.
    """

    documents: str
    map: Vectors | None = None
    additions: Mapping[str, Addition] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Return whether queries are read as documents are: only rankings are weighed anew."""
        return self.map is None and not self.additions

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
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
        except (SafetensorError, OSError, TypeError, AttributeError) as error:  # the last two: a type numpy has not
            raise Refused(f"{path} cannot be read ({error}); train again") from error
        if not _MANIFEST.fullmatch(documents):
            raise Refused(f"{path} does not name the model whose documents it keeps; train again")
        found = tensors.pop(_MAP, None)
        if found is not None and not _is_map(found):
            raise Refused(f"{path} has a map that is not a square matrix of finite numbers; train again")
        names = {name.partition(".")[2] for name in tensors}
        if tensors.keys() != {side + name for name in names for side in (_UP, _DOWN)}:
            raise Refused(f"{path} has tensors that are neither a map nor additions; train again")
        additions = {name: Addition(tensors[_UP + name], tensors[_DOWN + name]) for name in sorted(names)}
        if not all(map(_is_addition, additions.values())):
            raise Refused(f"{path} has an addition that is not two matrices of finite numbers; train again")
        return cls(documents, found, additions)

    def save(self, model: Path) -> None:
        """Write it beside the files of the model in a directory."""
        tensors = {} if self.map is None else {_MAP: self.map}
        for name, one in self.additions.items():
            tensors |= {_UP + name: one.up, _DOWN + name: one.down}
        whole = {name: np.ascontiguousarray(tensor, dtype=np.float32) for name, tensor in tensors.items()}
        save_file(whole, model / FILE, {_DOCUMENTS: self.documents})

    def queries(self, vectors: Vectors) -> Vectors:
        """Return what the model makes of queries, unit vectors of shape (n, d), as they are searched by."""
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
    return square and _is_finite(found)


def _is_addition(found: Addition) -> bool:
    up, down = found
    return up.ndim == down.ndim == 2 and up.shape[1] == down.shape[0] > 0 and _is_finite(up) and _is_finite(down)


def _is_finite(found: Vectors) -> bool:
    return found.dtype == np.float32 and bool(np.isfinite(found).all())
