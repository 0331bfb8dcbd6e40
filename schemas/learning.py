"""The loop's own decisions. This topic is the audit trail: runs, shadows, approvals and cutovers are read from it.

Every event of it carries a signature. Who may sign which is decided in `stores/signing.py`; an event without a right
signature is never acted on and never shown.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.envelope import Count, Event, Words
from schemas.fusion import EVEN, Fusion
from schemas.ids import CollectionId, ModelId, OpaqueId, Slug
from schemas.opinion import Opinion
from schemas.signature import Signature

Reason = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
Verdict = Literal["WIN", "INCONCLUSIVE", "LOSS", "ERROR", "STOPPED"]
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

    `start_from` says whose weights learning begins with; `base` leaves behind whatever earlier runs learned. With
    `adopt` nothing is learned: the model that was offered under this name, with files of the hash `manifest`, is judged
    as a candidate.
    """

    type: Literal["TrainingRequested"] = "TrainingRequested"
    run: Slug
    requested_by: OpaqueId
    reason: Reason
    evidence: tuple[Evidence, ...] = ()
    start_from: Literal["live", "base"] = "live"
    adopt: ModelId | None = None
    manifest: Sha256 | None = None


class TrainingStopped(Decision):
    """An operator ends a run, at work or waiting, for good. What is over, or was published before, stays as it is."""

    type: Literal["TrainingStopped"] = "TrainingStopped"
    run: Slug
    by: OpaqueId
    reason: Reason


class RungTried(Words):
    """A way of changing what is served that a run tried, and what is known of it before the held-out queries are asked.

    `gain` is the mean nDCG@10 that its ranking gained over live as it serves, on so many validation `queries`, with the
    ends of a 95 % interval; weights were chosen on these queries, so it looks better there than it is. Learning took
    `seconds`. `documents` and their `passages` have to be embedded again before it serves, as many as there were.
    """

    rung: str
    queries: Count
    gain: float
    low: float
    high: float
    seconds: float
    documents: Count
    passages: Count


class Comparison(Words):
    """What the gate saw: mean nDCG@10 of each system on the same held-out queries, and the paired difference.

    `ndcg_candidate` and `ndcg_live` are of what people get: both rankings fused, the candidate's with the weights that
    were chosen for it (`fusion_candidate`), live's with those that it serves with (`fusion_live`). `difference` is the
    one minus the other; `low` and `high` bound its bootstrap interval, which leaves out `level` on each side (0.025
    where it is absent: 95 %). The gate has looked at this hold-out `look` times by now, and the looks that share its
    permitted error have `spent` so much of it. `needed` queries would show the gain that the rules plan for in the next
    look. `ndcg_live_reweighted` is of live with weights chosen as the candidate's were; `dense_candidate`, `dense_live`
    and `ndcg_base` are of vectors alone, `ndcg_bm25` of words alone, and `ndcg_bm25_clicked` of words and of the
    queries that people clicked after, without any encoder.

    All of these are by clicks that are corrected for what people were shown, as far as that is known: of `corrected`
    queries. `clicks_candidate` and `clicks_live` are by clicks as they are. `coverage` is the share of the candidate's
    first places that hold what people were shown; `whole` says that what they were not shown cost it, and was counted.

    People judged so many queries (`judged`) apart from searches: on these both are served with a mean
    `judged_difference`, which can hold a candidate back and not let it win.
    `rung` is the one of the `rungs`, tried on validation queries, that the candidate is of. `synthetic` tells of the
    queries made of documents to learn from; `opinion` is a language model's, and decides nothing.

    A comparison without fusions is of vectors alone throughout, from before rankings were judged as they are served.
    In one with `ndcg_live_today` it is that what `ndcg_live` is in others, and `ndcg_live` is of live reweighted.
    """

    queries: Count
    ndcg_candidate: float
    ndcg_live: float
    ndcg_base: float
    ndcg_bm25: float
    difference: float
    low: float
    high: float
    ndcg_live_reweighted: float | None = None
    ndcg_live_today: float | None = None
    dense_candidate: float | None = None
    dense_live: float | None = None
    fusion_candidate: Fusion | None = None
    fusion_live: Fusion | None = None
    ndcg_bm25_clicked: float | None = None
    clicks_candidate: float | None = None
    clicks_live: float | None = None
    corrected: Count | None = None
    coverage: float | None = None
    whole: bool | None = None
    groups: Count | None = None
    look: Count | None = None
    level: float | None = None
    spent: float | None = None
    needed: Count | None = None
    rung: str | None = None
    rungs: tuple[RungTried, ...] | None = None
    judged: Count | None = None
    judged_difference: float | None = None
    synthetic: str | None = None
    opinion: Opinion | None = None

    @property
    def confidence(self) -> float:
        """Return how sure the interval is, 0 to 1."""
        return 1 - 2 * (0.025 if self.level is None else self.level)


class ModelTrained(Decision):
    """A candidate won on held-out queries and stands on the model shelf.

    `manifest` is the hash of the model's files, `evaluation` that of the scores which the comparison sums up.
    `documents` is the hash of the files of the model whose vectors of documents it goes on with, in the collection that
    is live; without it every document is embedded anew.
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
    documents: Sha256 | None = None

    @property
    def fusion(self) -> Fusion:
        """Return the weights that the model won with, and is served with."""
        return self.comparison.fusion_candidate or EVEN


class ModelRefused(Decision):
    """A run ended without a model that may go on, and why. `looked`: held-out queries were asked all the same."""

    type: Literal["ModelRefused"] = "ModelRefused"
    run: Slug
    verdict: Verdict
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    parent: ModelId | None = None
    snapshot: OpaqueId | None = None
    comparison: Comparison | None = None
    looked: bool | None = None


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


class RequestDismissed(Decision):
    """A training that drift asked for is found needless: for drift's memory of requests it counts as refused.

    It stops no run: what a run brings is approved or refused by its packet.
    """

    type: Literal["RequestDismissed"] = "RequestDismissed"
    run: Slug
    by: OpaqueId
    reason: Reason


class DriftMuted(Decision):
    """Drift is to ask for no training by windows that end before `until`; it goes on judging them.

    The newest one holds, so an `until` that has passed ends an earlier one.
    """

    type: Literal["DriftMuted"] = "DriftMuted"
    until: AwareDatetime
    by: OpaqueId
    reason: Reason
