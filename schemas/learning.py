"""The loop's own decisions. This topic is the audit trail: runs, shadows, approvals and cutovers are read from it.

Every event of it carries a signature. Who may sign which is decided in `stores/signing.py`; an event without a right
signature is never acted on and never shown.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.envelope import Count, Event, Words
from schemas.fusion import EVEN, Fusion
from schemas.ids import CollectionId, ModelId, OpaqueId, Slug
from schemas.signature import Signature

Reason = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
Verdict = Literal["WIN", "INCONCLUSIVE", "LOSS", "ERROR"]


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Decision(Event):
    """An event of the audit trail, and the signature that makes it one."""

    signature: Signature | None = None


class Evidence(Words):
    """One drift signal that tripped: what was measured, against what, and how surely."""

    signal: str
    value: float
    reference: float
    threshold: float
    p: float | None = None
    window_end: str


class TrainingRequested(Decision):
    """Drift tripped, or a person asked: the tenant's model is to be trained anew.

    `start_from` says whose weights learning begins with; `base` leaves behind whatever earlier runs learned.
    """

    type: Literal["TrainingRequested"] = "TrainingRequested"
    run: Slug
    requested_by: OpaqueId
    reason: Reason
    evidence: tuple[Evidence, ...] = ()
    start_from: Literal["live", "base"] = "live"


class Comparison(Words):
    """What the gate saw: mean nDCG@10 of each system on the same held-out queries, and the paired difference.

    `ndcg_candidate` and `ndcg_live` are of what people get: both rankings fused, each model with the weights that
    were chosen for it (`fusion_candidate`, `fusion_live`). `difference` is the one minus the other; `low` and `high`
    bound its 95 % bootstrap interval. `ndcg_live_today` is of live as it serves now, whatever was chosen for it here;
    `dense_candidate`, `dense_live` and `ndcg_base` are of vectors alone, `ndcg_bm25` of words alone.
    A comparison without fusions is of vectors alone throughout, from before rankings were judged as they are served.
    """

    queries: Count
    ndcg_candidate: float
    ndcg_live: float
    ndcg_base: float
    ndcg_bm25: float
    difference: float
    low: float
    high: float
    ndcg_live_today: float | None = None
    dense_candidate: float | None = None
    dense_live: float | None = None
    fusion_candidate: Fusion | None = None
    fusion_live: Fusion | None = None


class ModelTrained(Decision):
    """A candidate won on held-out queries and stands on the model shelf.

    `manifest` is the hash of the model's files, `evaluation` that of the scores which the comparison sums up.
    """

    type: Literal["ModelTrained"] = "ModelTrained"
    run: Slug
    model: ModelId
    parent: ModelId
    snapshot: OpaqueId
    comparison: Comparison
    reasons: tuple[Reason, ...] = ()
    manifest: Sha256 | None = None
    evaluation: Sha256 | None = None

    @property
    def fusion(self) -> Fusion:
        """Return the weights that the model won with, and is served with."""
        return self.comparison.fusion_candidate or EVEN


class ModelRefused(Decision):
    """A run ended without a model that may go on, and why."""

    type: Literal["ModelRefused"] = "ModelRefused"
    run: Slug
    verdict: Verdict
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    parent: ModelId | None = None
    snapshot: OpaqueId | None = None
    comparison: Comparison | None = None


class ShadowStarted(Decision):
    """A shadow collection for a trained model is being built."""

    type: Literal["ShadowStarted"] = "ShadowStarted"
    run: Slug
    model: ModelId
    collection: CollectionId
    documents: Count


class Proof(Words):
    """What verification read from the destination, by primary key.

    `sampled` passages, drawn by `seed`, were embedded again, and `searched` of them sought by words and by meaning.
    """

    documents: Count
    passages: Count
    mismatches: Count
    repaired: Count
    parity_min_cosine: float
    recall_at_10: float
    seed: Count | None = None
    sampled: Count | None = None
    searched: Count | None = None


class ShadowReady(Decision):
    """The shadow is complete and verified; `packet` is the hash that an approval must name."""

    type: Literal["ShadowReady"] = "ShadowReady"
    run: Slug
    model: ModelId
    collection: CollectionId
    proof: Proof
    packet: OpaqueId


class CutoverApproved(Decision):
    """An operator let in exactly the packet with this hash."""

    type: Literal["CutoverApproved"] = "CutoverApproved"
    packet: OpaqueId
    collection: CollectionId
    by: OpaqueId


class CutoverRefused(Decision):
    """An operator, or a rule, turned a packet down."""

    type: Literal["CutoverRefused"] = "CutoverRefused"
    packet: OpaqueId
    collection: CollectionId
    by: OpaqueId
    reason: Reason


class CutoverDone(Decision):
    """The serving record moved to this model and collection; the manifests are the hashes of the models' files.

    The fusions are the models' own; without one both rankings count alike.
    """

    type: Literal["CutoverDone"] = "CutoverDone"
    model: ModelId
    collection: CollectionId
    previous_model: ModelId | None = None
    previous_collection: CollectionId | None = None
    serving_version: Annotated[int, Field(ge=1, le=2**53)]
    packet: OpaqueId | None = None
    by: OpaqueId
    manifest: Sha256 | None = None
    previous_manifest: Sha256 | None = None
    fusion: Fusion | None = None
    previous_fusion: Fusion | None = None


class RolledBack(Decision):
    """The serving record moved back to the standby, and with it to the standby's own fusion."""

    type: Literal["RolledBack"] = "RolledBack"
    model: ModelId
    collection: CollectionId
    previous_model: ModelId
    previous_collection: CollectionId
    serving_version: Annotated[int, Field(ge=1, le=2**53)]
    by: OpaqueId
    reason: Reason
    manifest: Sha256 | None = None
    previous_manifest: Sha256 | None = None
    fusion: Fusion | None = None
    previous_fusion: Fusion | None = None
