"""Rungs: the ways in which a run can change a model, one file each, named in the configuration by the file's name.

A rung is a module of this package with a class `Rung` that extends `BaseRung`: its fields are the rung's own rules with
their reasons, and `fit` changes the model. A new file here is a new rung; nothing else needs to know of it. Modules of
rungs import learning libraries only inside `fit`, which runs in the fitting process.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from trainer.learning.job import FitJob


class Fitting(Protocol):
    """What a rung is given: the model to change, the job, and the contrastive stage to change it with.

    `resumed` tells that an earlier process left a checkpoint of the contrastive stage, so that what comes before that
    stage is done.
    """

    model: "SentenceTransformer"
    job: "FitJob"
    resumed: bool

    def cancelled(self) -> bool:
        """Return whether the run was asked to stop."""
        ...

    def contrast(self) -> None:
        """Train what requires a gradient on the job's batches, from the checkpoint when there is one.

        The weights that rank the validation queries best are kept as the run's result.
        """
        ...


class BaseRung(BaseModel):
    """The rules of a rung, and how it fits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reads_corpus: ClassVar[bool] = False
    """Whether the job brings the tenant's texts (`FitJob.texts`) beside the examples."""

    def fit(self, fitting: Fitting) -> None:
        """Change the model. Raises `trainer.learning.child.Cancelled` when asked to stop."""
        raise NotImplementedError


def names() -> tuple[str, ...]:
    """Return the names of all rungs."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def rung_type(name: str) -> type[BaseRung]:
    """Return the class of a rung. Raises `ValueError` for an unknown name."""
    if name not in names():
        raise ValueError(f"there is no rung '{name}'; known are {', '.join(names())}")
    found: type[BaseRung] = import_module(f"{__name__}.{name}").Rung
    return found


def load(name: str, rules: dict[str, Any]) -> BaseRung:
    """Return a rung with its own rules. Raises `ValueError` for an unknown rung or rule."""
    return rung_type(name).model_validate(rules, strict=True)
