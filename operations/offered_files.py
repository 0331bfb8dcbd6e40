"""Which files of a model from elsewhere are taken: those that say what it is, and none that could run code.

    *.safetensors, tokenizer.json, vocabularies, *.json     taken, links followed
    what only Tidewheel writes (query_side, endpoint)       left out
    pickles (*.bin, *.pt, ...) beside safetensors           left out, and named
    pickles and no safetensors, code, modules of others     refused

Loading what is taken runs no code of the model's maker: weights are safetensors, and every module and activation named
by its configuration is of a library that is installed here.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from retrieval.endpoint import FILE as ENDPOINT
from retrieval.query_side import FILE as QUERY_SIDE
from stores.errors import Refused
from stores.model_files import MANIFEST

MODULES = "modules.json"
_TAKEN = frozenset({".safetensors", ".json", ".txt", ".model"})
_PICKLES = frozenset({".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".h5", ".msgpack", ".npy", ".npz"})
_OF_LIBRARY, _OF_TORCH = "sentence_transformers.", "torch.nn.modules."
_MOST_FILES = 1_000
_ELSEWHERE = ("_path", "_args", "_kwargs", "_dir")
"""Ends of settings of a module by which the library loads something else than the files beside it."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a model by their names below its directory, and what of it is left out."""

    taken: tuple[str, ...]
    left_out: tuple[str, ...]


def found_in(directory: Path) -> Files:
    """Return which files are taken. Raises `Refused`, with the reason and what to do, for a model that is not."""
    names = sorted(_names(directory))
    if MODULES not in names:
        raise Refused(
            f"{directory} has no {MODULES}, so it is no sentence-transformers model; load it with that library and "
            "`save_pretrained` it"
        )
    taken = tuple(name for name in names if Path(name).suffix in _TAKEN and not _ours(name))
    if not any(name.endswith(".safetensors") for name in taken):
        pickles = [name for name in names if Path(name).suffix in _PICKLES]
        what = f"its weights are in {', '.join(pickles[:3])}" if pickles else "it has no weights"
        raise Refused(
            f"{directory} has no *.safetensors: {what}. Pickled weights can run any code when they are loaded; "
            "`save_pretrained` the model anew on a machine where that may be"
        )
    for name in taken:
        _check_configuration(directory, name)
    return Files(taken, tuple(name for name in names if name not in taken))


def copied(directory: Path, files: Files, output: Path) -> Path:
    """Copy what is taken, links as the files that they lead to; return the new directory."""
    for name in files.taken:
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(directory / name, output / name)
    return output


def narrow(model: Path, width: int, dimensions: int) -> None:
    """Let a model of `width` dimensions make only the first ones: a further layer that leaves out the others.

    For models whose first dimensions hold most of the meaning (Matryoshka). The layer is the library's own, so whoever
    loads the model, or trains it further, does as it says. Raises `Refused` for a number that does not fit.
    """
    if not 8 <= dimensions <= width:
        raise Refused(f"{dimensions} dimensions of a model that makes {width}: choose from 8 to {width}")
    if dimensions == width:
        return
    modules = _json(model / MODULES)
    name = f"{len(modules)}_Dense"
    (model / name).mkdir()
    about = {
        "in_features": width, "out_features": dimensions, "bias": False,
        "activation_function": "torch.nn.modules.linear.Identity",
    }  # fmt: skip
    (model / name / "config.json").write_text(json.dumps(about, indent=2))
    save_file({"linear.weight": np.eye(dimensions, width, dtype=np.float32)}, model / name / "model.safetensors")
    layer = {"idx": len(modules), "name": str(len(modules)), "path": name, "type": f"{_OF_LIBRARY}models.Dense"}
    (model / MODULES).write_text(json.dumps([*modules, layer], indent=2))


def _ours(name: str) -> bool:
    """Tell whether a file has a meaning here, which a model from elsewhere may not give it."""
    return name in (QUERY_SIDE, ENDPOINT, MANIFEST) or Path(name).parts[0] == "tidewheel"


def _names(directory: Path) -> Iterator[str]:
    if not directory.is_dir():
        raise Refused(f"{directory} is no directory with a model")
    for number, path in enumerate(directory.rglob("*")):
        if number > _MOST_FILES:
            raise Refused(f"{directory} has more than {_MOST_FILES:,} files, so it is not the directory of one model")
        if path.is_file():
            yield path.relative_to(directory).as_posix()


def _check_configuration(directory: Path, name: str) -> None:
    """Raise `Refused` when a file names code that is not of the libraries that are installed here."""
    if not name.endswith(".json"):
        return
    about, where = _json(directory / name), directory / name
    if Path(name).name == MODULES:
        if not (isinstance(about, list) and all(isinstance(module, dict) for module in about)):
            raise Refused(f"{where} is no list of modules; `save_pretrained` the model anew")
        named = [str(module.get("type", "")) for module in about]
        paths = [str(module.get("path", "")) for module in about]
        if foreign := [one for one in named if not one.startswith(_OF_LIBRARY)]:
            raise Refused(f"{where} needs code of its own ({foreign[0]}); only modules of {_OF_LIBRARY[:-1]} are taken")
        if any(Path(path).is_absolute() or ".." in Path(path).parts for path in paths):
            raise Refused(f"{where} names a module outside of its own directory")
    elif Path(name).name.startswith("sentence_") and isinstance(about, dict):
        if elsewhere := sorted(key for key, of in about.items() if of and key.endswith(_ELSEWHERE)):
            raise Refused(f"{where} names files outside of it or arguments of its own ({elsewhere[0]}); take that out")
    elif Path(name).name.endswith("config.json") and isinstance(about, dict):
        if about.get("auto_map"):
            raise Refused(f"{where} needs code of its own (auto_map); only architectures of transformers are taken")
        activation = str(about.get("activation_function") or _OF_TORCH)
        if "." in activation and not activation.startswith(_OF_TORCH):
            raise Refused(f"{where} names the function {activation}; only those of {_OF_TORCH[:-1]} are taken")


def _json(path: Path) -> Any:  # noqa: ANN401  # any JSON value
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as error:
        raise Refused(f"{path} cannot be read as JSON: {error}") from error
