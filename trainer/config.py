"""How a training run behaves: the rules of every step in one frozen model, with a JSON file for those that differ."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stores.errors import Misconfigured
from trainer.data.examples import CleaningRules
from trainer.data.snapshot import SnapshotRules
from trainer.data.split import SplitRules
from trainer.judging.gate import GateRules
from trainer.learning.job import FitRules
from trainer.learning.mine import MiningRules

CONFIG_FILE = "training.json"
"""Beside the data, in the home directory: `{"fit": {"max_examples": 1200}}` changes that and nothing else."""


class EvaluationRules(BaseModel):
    """What is embedded to judge."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    max_documents: int = Field(default=20_000, description="of the corpus: all relevant ones, then a fixed sample")
    max_behaviours: int = Field(default=60, description="tests of one behaviour; each costs an embedded query")
    shown: int = Field(default=15, description="worst losses and best wins that are kept for people to read")


class TrainingConfig(BaseModel):
    """All rules of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    min_examples: int = Field(default=100, description="training examples; with fewer there is nothing to learn from")
    attempts: int = Field(
        default=3, description="times a killed child is taken up again before the run ends in an error"
    )
    lease_s: float = Field(default=30.0, description="seconds after which a dead trainer's tenant is free for another")
    snapshot: SnapshotRules = SnapshotRules()
    cleaning: CleaningRules = CleaningRules()
    split: SplitRules = SplitRules()
    mining: MiningRules = MiningRules()
    fit: FitRules = FitRules()
    evaluation: EvaluationRules = EvaluationRules()
    gate: GateRules = GateRules()

    def too_little(self, train: int, test: int) -> tuple[str, ...]:
        """Return why there is no point in a run with so many examples and held-out queries; nothing when there is."""
        reasons = []
        if train < self.min_examples:
            reasons.append(f"only {train} training examples; {self.min_examples} are needed")
        if test < self.gate.min_queries:
            reasons.append(f"only {test} held-out queries; the gate needs {self.gate.min_queries}")
        return tuple(f"{reason}: wait until people have searched and clicked more" for reason in reasons)


def described() -> str:
    """Return every rule on a line of its own: name, value, and the reason for it."""
    lines = []

    def describe(model: BaseModel, prefix: str) -> None:
        for name, field in type(model).model_fields.items():
            value = getattr(model, name)
            if isinstance(value, BaseModel):
                describe(value, f"{prefix}{name}.")
            else:
                lines.append(f"{prefix}{name} = {value}: {field.description}")

    describe(TrainingConfig(), "")
    return "\n".join(lines)


def load(home: Path, named: Path | None = None) -> TrainingConfig:
    """Return the rules in the file `named`, else in `HOME/training.json` if there, else the defaults.

    Raises `Misconfigured` for a file that is absent though named, or that says something unknown.
    """
    path = named or home / CONFIG_FILE
    if named is None and not path.is_file():
        return TrainingConfig()
    try:
        return TrainingConfig.model_validate_json(path.read_bytes())
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read ({error}); name another file with --config") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Misconfigured(f"{path}: {where}: {first['msg']}; `python -m trainer --rules` lists all rules") from error
