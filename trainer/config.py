"""How a training run behaves: the rules of every step in one frozen model, the section `training`."""

from math import ceil

from pydantic import BaseModel, ConfigDict, Field

from trainer.chat import ChatRules
from trainer.data.examples import CleaningRules
from trainer.data.snapshot import SnapshotRules
from trainer.data.split import SplitRules
from trainer.judging.gate import GateRules
from trainer.judging.ladder import LadderRules
from trainer.learning.job import FitRules
from trainer.learning.mine import MiningRules
from trainer.learning.query_encoder import QueryRules
from trainer.learning.query_map import MapRules
from trainer.synthetic.queries import SyntheticRules


class EvaluationRules(BaseModel):
    """What is embedded to judge."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    max_documents: int = Field(
        default=20_000, ge=1, description="of the corpus: what queries seek, were shown, words find; then a sample"
    )
    max_behaviours: int = Field(default=60, ge=1, description="tests of one behaviour; each costs an embedded query")
    min_validation: int = Field(
        default=20,
        ge=1,
        description="validation queries that choose a fusion; fewer would choose by chance, so weights stay even",
    )
    shown: int = Field(default=15, ge=0, description="worst losses and best wins that are kept for people to read")


class JudgeRules(BaseModel):
    """Whether a language model gives its opinion of held-out queries, and of how many. It decides nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    queries: int = Field(
        default=0, ge=0, le=1_000, description="held-out queries that the model of training.chat judges; 0 asks none"
    )
    depth: int = Field(default=5, ge=1, le=10, description="first documents of each ranking that are graded")
    max_calls: int = Field(default=300, ge=0, le=100_000, description="requests to the endpoint in one run")
    budget_tokens: int = Field(
        default=600_000, ge=0, le=1_000_000_000, description="tokens of one run, questions and answers: bounds its cost"
    )


class RoomRules(BaseModel):
    """What has to stay free on the machine beside what a run needs, and how long a run waits for room at a time."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    disk_reserve_mib: int = Field(
        default=512, ge=0, le=100_000_000, description="MiB that stay free where the home is: for rows, logs, an index"
    )
    memory_reserve_mib: int = Field(
        default=256, ge=0, le=100_000_000, description="MiB of memory that stay for searches and the stores"
    )
    wait_s: float = Field(
        default=60.0, ge=0, le=3_600, description="seconds that a run waits for room before other tenants have a turn"
    )


class TrainingConfig(BaseModel):
    """All rules of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    min_examples: int = Field(
        default=100, ge=1, description="training examples; with fewer there is nothing to learn from"
    )
    attempts: int = Field(
        default=3, ge=1, description="times a killed child is taken up again before the run ends in an error"
    )
    lease_s: float = Field(
        default=30.0, gt=0, description="seconds after which a dead trainer's tenant is free for another"
    )
    room: RoomRules = RoomRules()
    snapshot: SnapshotRules = SnapshotRules()
    cleaning: CleaningRules = CleaningRules()
    split: SplitRules = SplitRules()
    mining: MiningRules = MiningRules()
    ladder: LadderRules = LadderRules()
    query_map: MapRules = MapRules()
    query_encoder: QueryRules = QueryRules()
    fit: FitRules = FitRules()
    evaluation: EvaluationRules = EvaluationRules()
    gate: GateRules = GateRules()
    chat: ChatRules = ChatRules()
    synthetic: SyntheticRules = SyntheticRules()
    judge: JudgeRules = JudgeRules()

    @property
    def queries_needed(self) -> int:
        """Return of about how many different queries with an opened result enough are held out for the gate."""
        return ceil(self.gate.min_queries / self.split.test_share)

    def too_little(self, train: int, test: int) -> tuple[str, ...]:
        """Return why there is no point in a run with so many examples and held-out queries; nothing when there is."""
        reasons = []
        if train < self.min_examples:
            reasons.append(f"only {train} training examples; {self.min_examples} are needed")
        if test < self.gate.min_queries:
            reasons.append(
                f"only {test} of the queries after which people opened a result are held out to judge by; the gate "
                f"needs {self.gate.min_queries}, for which about {self.queries_needed:,} different queries are wanted"
            )
        return tuple(f"{reason}: wait until people have searched and clicked more" for reason in reasons)
