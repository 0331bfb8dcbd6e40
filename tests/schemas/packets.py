"""A packet that an operator could review, and others that differ from it."""

from datetime import UTC, datetime

from schemas.learning import Comparison, Proof
from schemas.packet import Corpus, HeldOut, Packet, Scores, ShadowTest, Side

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
WON = Comparison(
    queries=50, ndcg_candidate=0.8, ndcg_live=0.7, ndcg_base=0.7, ndcg_bm25=0.6, difference=0.1, low=0.05, high=0.15
)


def packet(**changed: object) -> Packet:
    right = Packet(
        tenant="acme",
        run="run-1",
        model="m",
        manifest="a" * 64,
        chunker="sentences",
        fusion="ranks",
        parent="base",
        collection="C",
        live=Side(model="base", collection="B", serving_version=1),
        run_verdict="WIN",
        comparison=WON,
        scores=Scores(queries=50, difference=0.1, sha256="b" * 64),
        proof=Proof(documents=1, passages=1, mismatches=0, repaired=0, parity_min_cosine=1.0, recall_at_10=1.0),
        proved_at=NOW,
        shadow_test=ShadowTest(
            queries=0, overlap_at_10=None, judged=0, ndcg_live=None, ndcg_shadow=None, latency_live=None,
            latency_shadow=None, better=(), worse=(), different=(),
        ),
        held_out=HeldOut(wins=(), losses=()),
        corpus=Corpus(documents=1, fingerprint="f"),
        tolerates="nothing",
        created_at=NOW,
    )  # fmt: skip
    return right.model_copy(update=changed)
