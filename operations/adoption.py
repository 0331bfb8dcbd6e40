"""A model from elsewhere is offered to a tenant: found, checked, tried once, and put on the shelf of offers.

From there it goes the way of every candidate: the trainer judges it against what is live, and what wins is built as a
shadow, proved, reviewed, approved, and rolled back like a model of our own.
"""

import importlib.util
import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

from operations import offered_files
from retrieval.config import EncoderConfig
from retrieval.endpoint import Endpoint
from retrieval.query_side import QuerySide
from stores.errors import Misconfigured, Refused, Retryable, TidewheelError
from stores.model_files import files_of, manifest_of
from stores.serving import Serving
from stores.shelf import Shelf, base_model, refused_name

_PROBES = ("how many days of leave do I have", "Employees have thirty days of annual leave.")


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered: its name and the hash of its files on the shelf, its dimension, and what was left out."""

    model: str
    manifest: str
    dimension: int
    left_out: tuple[str, ...]


class Live(NamedTuple):
    """The model that is live, and the directory of its files."""

    model: str
    directory: Path


def located(name: str) -> Path:
    """Return the directory of a model: a path, an installed package that carries one, or the name of one that the
    library has fetched before. Nothing is fetched here. Raises `Refused`.
    """
    if (path := Path(name).expanduser()).is_dir():
        return path
    for place in _package(name):
        found = sorted(path.parent for path in place.rglob(offered_files.MODULES))
        if len(found) == 1:
            return found[0]
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError) as error:
        raise Refused(
            f"'{name}' is no directory, no installed package with one model, and no model that was fetched before; "
            "give the directory of a model"
        ) from error


def live_model(serving: Serving, models: Shelf, tenant: str) -> Live | None:
    """Return the model that answers the tenant's searches; None where nothing does, or its files are not to be had."""
    record = serving.record(tenant)
    if record is None:
        return None
    try:
        return Live(record.model, models.fetch(tenant, record.model))
    except Refused:
        return None


def offer(
    shelf: Shelf,
    tenant: str,
    source: Path,
    dimensions: int | None,
    encoder: EncoderConfig,
    now: datetime,
    live: Live | None = None,
) -> Offer:
    """Check the model in a directory, load it once, and put it on the shelf of offers; the same files change nothing.

    `dimensions` keeps only the first ones. Raises `Refused`, with the reason, for a model that is not taken, and for
    the one that is `live`.
    """
    files = offered_files.found_in(source)
    with tempfile.TemporaryDirectory(prefix="tidewheel-adopt-") as directory:
        model = offered_files.copied(source, files, Path(directory) / "model")
        width = _tried(model, encoder)
        if dimensions is not None:
            offered_files.narrow(model, width, dimensions)
            width = _tried(model, encoder)
        _check_another(model, live)
        return _put(shelf, tenant, model, source.name, width, files.left_out, now)


def offer_endpoint(
    shelf: Shelf, tenant: str, endpoint: Endpoint, encoder: EncoderConfig, now: datetime, live: Live | None = None
) -> Offer:
    """Ask an endpoint once, and put on the shelf of offers where it is; the same endpoint changes nothing.

    Its texts are cut by the tokenizer of the base model, at that one's limit, since it does not say how it reads.
    Raises `Refused` when it makes no vectors that serve or is `live`, `Retryable` while it is away, `Misconfigured` for
    a wrong key.
    """
    with tempfile.TemporaryDirectory(prefix="tidewheel-adopt-") as directory:
        model = Path(directory) / "model"
        model.mkdir()
        endpoint.save(model)
        shutil.copyfile(base_model() / "tokenizer.json", model / "tokenizer.json")
        reads = json.loads((base_model() / "sentence_bert_config.json").read_text())
        (model / "sentence_bert_config.json").write_text(json.dumps(reads))
        _check_another(model, live)
        return _put(shelf, tenant, model, endpoint.url, _tried(model, encoder), (), now)


def _put(
    shelf: Shelf, tenant: str, model: Path, source: str, width: int, left_out: tuple[str, ...], now: datetime
) -> Offer:
    manifest = manifest_of(files_of(model))
    name = f"adopted-{manifest[:16]}"
    shelf.put(tenant, name, model, {"source": source, "dimension": str(width)}, now)
    return Offer(name, manifest, width, left_out)


def refused(shelf: Shelf, tenant: str, run: str) -> tuple[str, str]:
    """Return the name and the hash of the files of the model that a run trained and did not let in.

    `shelf` is the one of offers. Raises `Refused` when it is not there.
    """
    name = refused_name(run)
    if (entry := shelf.entry(tenant, name)) is None:
        raise Refused(
            f"no model of the run '{run}' is kept: it won, or made none, or its time is over (retention.model_days); "
            f"`tidewheel runs --tenant {tenant}` shows how it ended"
        )
    return name, entry.manifest


def _check_another(model: Path, live: Live | None) -> None:
    """Raise `Refused` for a model with the files of the one that is live: it makes the same vectors, so nothing could
    be gained, and a look at the hold-out would be spent. A live model that reads queries in another way is another one.
    """
    if live is None:
        return
    side = QuerySide.of(live.directory)
    if (side is None or side.is_plain) and files_of(model).items() <= files_of(live.directory).items():
        raise Refused(
            f"these are the weights of '{live.model}', which is live already: nothing could be gained, so nothing was "
            "offered; `tidewheel retrain` lets them learn, and tries other weights of the ranking"
        )


def _tried(model: Path, config: EncoderConfig) -> int:
    """Return the dimension of the vectors that the model makes. Raises `Refused` when it makes none that serve."""
    import numpy as np  # with the learning libraries: seconds that only this command takes

    from retrieval.encoders import Encoder

    try:
        encoder = Encoder(model, config)
        found = np.concatenate([encoder.encode_queries(_PROBES[:1]), encoder.encode(_PROBES[1:])])
    except (Retryable, Misconfigured):
        raise
    except TidewheelError as error:
        raise Refused(str(error)) from error
    except Exception as error:  # whatever a library says of files that are not what they should be
        raise Refused(f"the model cannot be loaded: {type(error).__name__}: {error}") from error
    lengths = np.linalg.norm(found, axis=1)
    if not (np.isfinite(found).all() and np.allclose(lengths, 1, atol=1e-2)):
        raise Refused("the model makes vectors that are no unit vectors of finite numbers; are its weights whole?")
    return int(encoder.dimension)


def _package(name: str) -> list[Path]:
    """Return the directories of an installed package; of what cannot be one, none."""
    if not name.replace("-", "_").isidentifier():
        return []
    spec = importlib.util.find_spec(name.replace("-", "_"))
    return [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
