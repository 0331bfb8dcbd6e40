"""How the indexer behaves: the rules of every step in one frozen model, the section `indexer`."""

from pydantic import BaseModel, ConfigDict, Field

from indexer.indexing.sync import SyncConfig
from indexer.indexing.throttle import ThrottleConfig
from indexer.proof.audit import AuditConfig
from indexer.proof.verify import VerifyConfig
from indexer.resident.config import ResidentConfig
from indexer.review.comparison import ComparisonConfig
from indexer.service import ServiceConfig


class IndexerConfig(BaseModel):
    """All rules of the services: the indexer, and the resident search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lease_s: float = Field(
        default=10.0, gt=0, description="seconds after which the tenants of a dead indexer are free for the others"
    )
    cutover_s: float = Field(
        default=5.0,
        gt=0,
        description="seconds in which a shadow must catch up at its cutover, which is refused otherwise",
    )
    approvals: int = Field(
        default=1, ge=1, le=5, description="operators who must approve the same packet until it goes live"
    )
    service: ServiceConfig = ServiceConfig()
    sync: SyncConfig = SyncConfig()
    throttle: ThrottleConfig = ThrottleConfig()
    verify: VerifyConfig = VerifyConfig()
    audit: AuditConfig = AuditConfig()
    comparison: ComparisonConfig = ComparisonConfig()
    resident: ResidentConfig = ResidentConfig()
